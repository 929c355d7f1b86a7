// SPDX-License-Identifier: Apache-2.0
#include "dialects/musicdb/icon.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <vector>

namespace longwave::musicdb {
namespace {

constexpr std::size_t longest = 2000;  // bytes of an icon
constexpr std::size_t most_characters = 16;
constexpr std::array<std::string_view, 8> elements = {"i",     "b",   "em",  "strong",
                                                      "small", "sub", "sup", "span"};

bool alnum(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

/// An entity at the front, whole; 0: none.
std::size_t entity(std::string_view text) {
  std::size_t end = 1;
  if (end < text.size() && text[end] == '#') ++end;
  const auto first = end;
  while (end < text.size() && end < 12 && alnum(text[end])) ++end;
  return end > first && end < text.size() && text[end] == ';' ? end + 1 : 0;
}

std::string_view known_element(std::string_view name) {
  const auto lower = text::ascii_lower(name);
  const auto found = std::find(elements.begin(), elements.end(), lower);
  return found == elements.end() ? std::string_view{} : *found;
}

/// The words of a class attribute, or nothing if there is none or it holds anything else.
std::string class_of(std::string_view attributes) {
  const auto lower = text::ascii_lower(attributes);
  auto at = lower.find("class");
  if (at == std::string::npos) return {};
  at += 5;
  while (at < attributes.size() && attributes[at] == ' ') ++at;
  if (at >= attributes.size() || attributes[at] != '=') return {};
  ++at;
  while (at < attributes.size() && attributes[at] == ' ') ++at;
  if (at >= attributes.size() || (attributes[at] != '"' && attributes[at] != '\'')) return {};
  const auto end = attributes.find(attributes[at], at + 1);
  if (end == std::string_view::npos) return {};
  const auto words = attributes.substr(at + 1, end - at - 1);
  const bool plain = std::all_of(words.begin(), words.end(),
                                 [](char c) { return alnum(c) || c == ' ' || c == '-' || c == '_'; });
  return plain ? std::string(words) : std::string();
}

class Cleaner {
 public:
  std::string clean(std::string_view html) {
    while (!html.empty()) html.remove_prefix(html.front() == '<' ? take_tag(html) : take_text(html));
    while (!open_.empty()) close();
    return std::move(out_);
  }

 private:
  std::size_t take_text(std::string_view html) {
    const char c = html.front();
    if (c == '&') {
      const auto length = entity(html);
      if (length == 0) {
        out_ += "&amp;";
        return 1;
      }
      out_ += html.substr(0, length);
      return length;
    }
    if (c == '>')
      out_ += "&gt;";
    else if (static_cast<unsigned char>(c) >= 0x20)
      out_ += c;
    return 1;
  }

  /// Whole tags only; what never ends is dropped with what follows.
  std::size_t take_tag(std::string_view html) {
    const auto end = html.find('>');
    if (end == std::string_view::npos) return html.size();
    auto inside = html.substr(1, end - 1);
    const bool closing = !inside.empty() && inside.front() == '/';
    if (closing) inside.remove_prefix(1);
    std::size_t length = 0;
    while (length < inside.size() && alnum(inside[length])) ++length;
    const auto name = known_element(inside.substr(0, length));
    if (name.empty()) return end + 1;
    if (!closing) {
      open(name, class_of(inside.substr(length)));
    } else if (std::find(open_.begin(), open_.end(), name) != open_.end()) {
      while (open_.back() != name) close();
      close();
    }
    return end + 1;
  }

  void open(std::string_view name, const std::string& classes) {
    out_ += '<';
    out_ += name;
    if (!classes.empty()) out_ += " class=\"" + classes + "\"";
    out_ += '>';
    open_.push_back(name);
  }

  void close() {
    out_ += "</";
    out_ += open_.back();
    out_ += '>';
    open_.pop_back();
  }

  std::string out_;
  std::vector<std::string_view> open_;
};

}  // namespace

std::string safe_html_icon(std::string_view html) {
  return Cleaner().clean(html.substr(0, longest));
}

std::string safe_character_icon(std::string_view icon) {
  std::string out;
  std::size_t characters = 0;
  for (const char c : icon) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F || c == '<' || c == '>' || c == '&') continue;
    if ((byte & 0xC0) != 0x80 && ++characters > most_characters) break;
    out += c;
  }
  return out;
}

}  // namespace longwave::musicdb
