// SPDX-License-Identifier: Apache-2.0
#include "dialects/socketio/legacy_packet.hpp"

#include "base/text.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <algorithm>
#include <charconv>

namespace longwave::socketio::legacy {
namespace {

constexpr std::string_view mark = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::size_t most_id_digits = 18;

bool digits(std::string_view text) {
  return !text.empty() && text.size() <= most_id_digits &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// What stands before the next ':'; everything if there is none.
std::string_view take(std::string_view& rest) {
  const auto colon = rest.find(':');
  const auto part = rest.substr(0, colon);
  rest.remove_prefix(colon == rest.npos ? rest.size() : colon + 1);
  return part;
}

/// The first byte of a character, the only one that counts; those outside the first plane are two units.
std::size_t units(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  if ((byte & 0xC0U) == 0x80U) return 0;
  return byte >= 0xF0U ? 2 : 1;
}

/// As many bytes as `length` UTF-16 units take; nullopt if the text is shorter, or a character would be cut.
std::optional<std::size_t> bytes_of(std::string_view text, std::size_t length) {
  std::size_t seen = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto more = units(text[i]);
    if (more > 0 && seen >= length) return seen == length ? std::optional(i) : std::nullopt;
    seen += more;
  }
  return seen == length ? std::optional(text.size()) : std::nullopt;
}

}  // namespace

std::optional<Packet> parse(std::string_view text) {
  if (!text::valid_utf8(text) || text.find(':') == text.npos) return std::nullopt;
  const auto type = take(text);
  if (type.size() != 1 || type[0] < '0' || type[0] > '8') return std::nullopt;
  Packet packet;
  packet.type = static_cast<Type>(type[0] - '0');
  auto id = take(text);
  if (id.ends_with('+')) {
    packet.wants_data = true;
    id.remove_suffix(1);
  }
  if (!id.empty() && !digits(id)) return std::nullopt;
  if (packet.wants_data && id.empty()) return std::nullopt;
  packet.id = id;
  auto endpoint = take(text);
  packet.data = text;
  if (const auto query = endpoint.find('?'); query != endpoint.npos) {
    if (packet.type == Type::connect && packet.data.empty()) packet.data = endpoint.substr(query);
    endpoint = endpoint.substr(0, query);
  }
  if (!endpoint.empty() && endpoint.front() != '/') return std::nullopt;
  packet.endpoint = endpoint;
  return packet;
}

std::string encode(const Packet& packet) {
  auto out = fmt::format("{}:{}{}:{}", static_cast<int>(packet.type), packet.id, packet.wants_data ? "+" : "",
                         packet.endpoint);
  if (!packet.data.empty()) {
    out += ':';
    out += packet.data;
  }
  return out;
}

std::string event_packet(std::string_view endpoint, std::string_view name, std::string_view args_json,
                         std::string_view id) {
  return fmt::format("5:{}{}:{}:{{\"name\":{},\"args\":{}}}", id, id.empty() ? "" : "+", endpoint,
                     boost::json::serialize(boost::json::string_view(name.data(), name.size())), args_json);
}

std::string ack_packet(std::string_view endpoint, std::string_view id, std::string_view args_json) {
  return fmt::format("6::{}:{}{}{}", endpoint, id, args_json.empty() ? "" : "+", args_json);
}

std::string error_packet(std::string_view endpoint, Reason reason, bool reconnect) {
  return fmt::format("7::{}:{}{}", endpoint, static_cast<int>(reason), reconnect ? "+0" : "");
}

std::optional<Acknowledged> parse_ack(std::string_view data) {
  const auto end = std::min(data.find('+'), data.size());
  if (!digits(data.substr(0, end))) return std::nullopt;
  return Acknowledged{data.substr(0, end), end == data.size() ? std::string_view{} : data.substr(end + 1)};
}

bool allowed_event_name(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return !name.empty() && letter(name[0]) && std::all_of(name.begin(), name.end(), [&](char c) {
    return letter(c) || (c >= '0' && c <= '9') || c == '_' || c == ' ';
  });
}

std::size_t utf16_length(std::string_view utf8) {
  std::size_t length = 0;
  for (const char c : utf8) length += units(c);
  return length;
}

std::optional<std::vector<std::string_view>> split_payload(std::string_view body) {
  std::vector<std::string_view> packets;
  if (!body.starts_with(mark)) {
    if (!body.empty()) packets.push_back(body);
    return packets;
  }
  if (!text::valid_utf8(body)) return std::nullopt;
  while (!body.empty()) {
    if (!body.starts_with(mark)) return std::nullopt;
    body.remove_prefix(mark.size());
    const auto end = body.find(mark);
    std::size_t length = 0;
    if (end == body.npos || !digits(body.substr(0, end))) return std::nullopt;
    std::from_chars(body.data(), body.data() + end, length);
    body.remove_prefix(end + mark.size());
    const auto bytes = bytes_of(body, length);
    if (!bytes) return std::nullopt;
    packets.push_back(body.substr(0, *bytes));
    body.remove_prefix(*bytes);
  }
  return packets;
}

std::string join_payload(const std::vector<std::string_view>& packets) {
  if (packets.size() == 1) return std::string(packets[0]);
  std::string out;
  for (const auto packet : packets) out += fmt::format("{}{}{}{}", mark, utf16_length(packet), mark, packet);
  return out;
}

}  // namespace longwave::socketio::legacy
