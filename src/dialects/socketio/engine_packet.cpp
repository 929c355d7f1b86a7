// SPDX-License-Identifier: Apache-2.0
#include "dialects/socketio/engine_packet.hpp"

#include "base/text.hpp"
#include "web/websocket_codec.hpp"

namespace longwave::socketio {

std::optional<EnginePacket> decode_engine_packet(std::string_view text) {
  if (text.empty() || text.front() < '0' || text.front() > '6') return std::nullopt;
  return EnginePacket{static_cast<EngineType>(text.front() - '0'), std::string(text.substr(1))};
}

Result<std::vector<EnginePacket>> decode_payload(std::string_view body, std::size_t packets_limit) {
  if (!text::valid_utf8(body)) return error(Errc::invalid, "a payload is UTF-8");
  std::vector<EnginePacket> packets;
  for (const auto part : text::split(body, packet_separator)) {
    if (packets.size() == packets_limit) return error(Errc::full, "too many packets in one payload");
    if (part.starts_with('b')) {
      auto data = text::unbase64(part.substr(1));
      if (!data) return error(Errc::invalid, "what follows b isn't base64");
      packets.push_back({EngineType::message, std::move(*data), true});
      continue;
    }
    auto packet = decode_engine_packet(part);
    if (!packet) return error(Errc::invalid, "no packet begins like this");
    packets.push_back(std::move(*packet));
  }
  return packets;
}

void append_to_payload(std::string& payload, const web::Frame& frame) {
  if (!payload.empty()) payload += packet_separator;
  const bool is_binary = (frame.wire().front() & 0x0f) == web::op_binary;
  if (is_binary) {
    payload += 'b';
    payload += text::base64(frame.payload());
  } else {
    payload += frame.payload();
  }
}

}  // namespace longwave::socketio
