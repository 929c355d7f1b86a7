// SPDX-License-Identifier: Apache-2.0
#include "dialects/mpd/lines.hpp"

#include <utility>

namespace longwave::mpd {
namespace {

bool letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool blank(char c) {
  return static_cast<unsigned char>(c) <= 0x20;
}
bool bare(char c) {
  return !blank(c) && c != '"' && c != '\'';
}

void skip_blanks(std::string_view& text) {
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
}

/// The argument at the beginning of `text`, which is cut off.
Answer<std::string> argument(std::string_view& text) {
  std::string word;
  if (text.front() != '"') {
    while (!text.empty() && bare(text.front())) {
      word += text.front();
      text.remove_prefix(1);
    }
    if (!text.empty() && !blank(text.front())) return refuse(Ack::unknown, "Invalid unquoted character");
    return word;
  }
  text.remove_prefix(1);
  while (!text.empty() && text.front() != '"') {
    if (text.front() == '\\') text.remove_prefix(1);
    if (text.empty()) break;
    word += text.front();
    text.remove_prefix(1);
  }
  if (text.empty()) return refuse(Ack::unknown, "Missing closing '\"'");
  text.remove_prefix(1);
  if (!text.empty() && !blank(text.front())) return refuse(Ack::unknown, "Space expected after closing '\"'");
  return word;
}

}  // namespace

std::variant<Words, BadLine> words_of(std::string_view line) {
  Words words;
  if (line.empty()) return BadLine{refuse(Ack::unknown, "No command given"), {}, true};
  if (!letter(line.front())) return BadLine{refuse(Ack::unknown, "Letter expected"), {}, true};
  std::size_t length = 0;
  while (length < line.size() && (letter(line[length]) || line[length] == '_')) ++length;
  if (length < line.size() && !blank(line[length])) {
    return BadLine{refuse(Ack::unknown, "Invalid word character"), {}, true};
  }
  words.command = line.substr(0, length);
  line.remove_prefix(length);
  for (skip_blanks(line); !line.empty(); skip_blanks(line)) {
    if (words.arguments.size() == LineLimits{}.arguments) {
      return BadLine{refuse(Ack::arg, "Too many arguments"), words.command};
    }
    auto word = argument(line);
    if (!word) return BadLine{word.error(), {}};
    words.arguments.push_back(std::move(*word));
  }
  return words;
}

std::string quoted(std::string_view argument) {
  std::string text = "\"";
  for (const char c : argument) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + '"';
}

void LineReader::feed(std::string_view bytes) {
  while (!closed_ && !bytes.empty()) {
    const auto end = bytes.find('\n');
    const auto part = bytes.substr(0, end);
    if (rest_.size() + part.size() + 1 > limits_.line) return hang_up("a line is too long");
    if (end == std::string_view::npos) {
      rest_ += part;
      return;
    }
    bytes.remove_prefix(end + 1);
    if (rest_.empty()) {
      take(part);
    } else {
      rest_ += part;
      take(std::exchange(rest_, {}));
    }
  }
}

void LineReader::take(std::string_view line) {
  while (!line.empty() && blank(line.back())) line.remove_suffix(1);
  // Perhaps HTTP that went astray: no command begins with anything else.
  if (!line.empty() && (line.front() < 'a' || line.front() > 'z')) return hang_up("no command");
  if (line.find('\0') != std::string_view::npos) return hang_up("a zero byte in a line");
  if (line == "noidle") {
    ready_.emplace_back(NoIdle{});
  } else if (in_list_ && line != "command_list_end") {
    list_bytes_ += line.size() + 1;
    if (list_bytes_ > limits_.list) return hang_up("a command list is too long");
    list_.lines.emplace_back(line);
  } else if (in_list_) {
    in_list_ = false;
    waiting_ += std::exchange(list_bytes_, 0);
    ready_.emplace_back(std::exchange(list_, {}));
  } else if (line == "command_list_begin" || line == "command_list_ok_begin") {
    in_list_ = true;
    list_ = {{}, true, line == "command_list_ok_begin"};
  } else {
    waiting_ += line.size() + 1;
    ready_.emplace_back(Request{{std::string(line)}, false, false});
  }
}

void LineReader::hang_up(const char* reason) {
  closed_ = true;
  rest_.clear();
  ready_.emplace_back(Hangup{reason});
}

std::optional<Input> LineReader::next() {
  // One object on every way out, so that it is made in its place: g++ 12 takes its move for a read of what
  // was never written.
  std::optional<Input> input;
  if (ready_.empty()) return input;
  if (const auto* request = std::get_if<Request>(&ready_.front())) {
    for (const auto& line : request->lines) waiting_ -= line.size() + 1;
  }
  input.emplace(std::move(ready_.front()));
  ready_.pop_front();
  return input;
}

}  // namespace longwave::mpd
