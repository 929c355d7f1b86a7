// SPDX-License-Identifier: Apache-2.0
#include "fleet/relayed_stream.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace longwave::fleet {
namespace {

constexpr std::size_t longest_head = 16 * 1024;
constexpr std::size_t most_junk = 256 * 1024;  // before the first frame, or in one go
constexpr std::size_t header_bytes = 4;
constexpr std::size_t largest_interval = 1 << 20;

std::string_view value_of(std::string_view head, std::string_view name) {
  for (std::size_t at = head.find("\r\n"); at != head.npos; at = head.find("\r\n", at + 2)) {
    const auto line = head.substr(at + 2, head.find("\r\n", at + 2) - at - 2);
    const auto colon = line.find(':');
    if (colon == line.npos || text::ascii_lower(line.substr(0, colon)) != name) continue;
    auto value = line.substr(colon + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    return value;
  }
  return {};
}

}  // namespace

std::size_t mp3_frame_bytes(std::string_view header) {
  if (header.size() < header_bytes) return 0;
  constexpr int kilobits[] = {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0};
  const auto byte = [&](std::size_t i) {
    return static_cast<unsigned>(static_cast<unsigned char>(header[i]));
  };
  const bool fits = byte(0) == 0xff && (byte(1) & 0xfe) == 0xfa && (byte(2) & 0x0c) == 0;
  const auto bitrate = kilobits[byte(2) >> 4];
  if (!fits || !bitrate) return 0;
  return static_cast<std::size_t>(144 * bitrate * 1000 / 44100) + ((byte(2) >> 1) & 1);
}

std::string RelayedStream::request(std::string_view host, std::string_view target) {
  return fmt::format("GET {} HTTP/1.0\r\nHost: {}\r\nIcy-MetaData: 1\r\nUser-Agent: Longwave\r\n\r\n", target,
                     host);
}

std::vector<RelayedStream::Piece> RelayedStream::take(std::string_view bytes) {
  std::vector<Piece> pieces;
  if (!problem_.empty()) return pieces;
  if (in_body_) {
    sound(bytes, pieces);
    return pieces;
  }
  head_ += bytes;
  const auto end = head_.find("\r\n\r\n");
  if (end == head_.npos) {
    if (head_.size() > longest_head) problem_ = "the head of its answer is too long";
    return pieces;
  }
  const auto body = head_.substr(end + 4);
  head_.resize(end + 2);
  head();
  head_.clear();
  if (problem_.empty()) sound(body, pieces);
  return pieces;
}

void RelayedStream::head() {
  const std::string_view all = head_;
  const auto space = all.find(' ');
  const auto status = space == all.npos ? std::string_view{} : all.substr(space + 1, 3);
  if (!(all.starts_with("HTTP/1.") || all.starts_with("ICY ")) || status != "200") {
    problem_ = fmt::format("it answered {}", status.empty() ? "something else than HTTP" : status);
    return;
  }
  in_body_ = true;
  const auto interval = value_of(all, "icy-metaint");
  std::from_chars(interval.data(), interval.data() + interval.size(), interval_);
  if (interval_ > largest_interval) problem_ = "its titles are too far apart";
  until_title_ = interval_;
}

void RelayedStream::sound(std::string_view bytes, std::vector<Piece>& pieces) {
  while (!bytes.empty() && problem_.empty()) {
    if (title_next_) {  // sixteen bytes each
      title_left_ = 16 * static_cast<std::size_t>(static_cast<unsigned char>(bytes.front()));
      bytes.remove_prefix(1);
      title_next_ = false;
      title_.clear();
    } else if (title_left_ > 0) {
      const auto count = std::min(title_left_, bytes.size());
      title_ += bytes.substr(0, count);
      bytes.remove_prefix(count);
      title_left_ -= count;
      if (title_left_ == 0) titled(pieces);
    } else {
      const auto count = interval_ ? std::min(until_title_, bytes.size()) : bytes.size();
      sound_ += bytes.substr(0, count);
      bytes.remove_prefix(count);
      if (interval_ && (until_title_ -= count) == 0) {
        until_title_ = interval_;
        title_next_ = true;
      }
      cut_frames(pieces);
    }
  }
}

void RelayedStream::titled(std::vector<Piece>& pieces) {
  constexpr std::string_view before = "StreamTitle='";
  const auto begin = title_.find(before);
  if (begin == title_.npos) return;
  const auto end = title_.find("';", begin + before.size());
  if (end == title_.npos) return;
  pieces.push_back(
      {.bytes = {}, .ends = {}, .title = title_.substr(begin + before.size(), end - begin - before.size())});
}

void RelayedStream::cut_frames(std::vector<Piece>& pieces) {
  std::size_t at = 0;
  while (sound_.size() - at >= header_bytes) {
    const auto size = mp3_frame_bytes(std::string_view(sound_).substr(at));
    if (size == 0) {
      ++at;
      if (++junk_ > most_junk) problem_ = "it isn't MP3 at 44.1 kHz";
      continue;
    }
    if (sound_.size() - at < size) break;
    // A frame stands where one ends, or where the next header follows.
    const auto next = std::string_view(sound_).substr(at + size);
    if (junk_ > 0 && next.size() < header_bytes) break;
    if (junk_ > 0 && mp3_frame_bytes(next) == 0) {
      ++at;
      ++junk_;
      continue;
    }
    junk_ = 0;
    if (pieces.empty()) pieces.emplace_back();
    auto& piece = pieces.back();
    piece.bytes.append(sound_, at, size);
    piece.ends.push_back(static_cast<std::uint32_t>(piece.bytes.size()));
    at += size;
  }
  sound_.erase(0, at);
}

}  // namespace longwave::fleet
