// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "web/frame.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Packets and payloads of Engine.IO, revision 4 (docs/protocols/socketio.md, "Packets"). Pure.
namespace longwave::socketio {

enum class EngineType : std::uint8_t { open, close, ping, pong, message, upgrade, noop };

/// One packet. Binary data is always a message.
struct EnginePacket {
  EngineType type = EngineType::message;
  std::string data = {};
  bool is_binary = false;
  friend bool operator==(const EnginePacket&, const EnginePacket&) = default;
};

inline constexpr char packet_separator = '\x1e';

/// A text frame of a WebSocket. nullopt: no packet.
std::optional<EnginePacket> decode_engine_packet(std::string_view text);

/// The body of a polling POST. Fails with `invalid` for anything that isn't a packet, with `full` for more
/// than `packets_limit` of them.
Result<std::vector<EnginePacket>> decode_payload(std::string_view body, std::size_t packets_limit);

/// Appends a packet, given as the WebSocket frame it would be, to the body of a polling answer: text as it
/// is, binary as 'b' and base64.
void append_to_payload(std::string& payload, const web::Frame& frame);

}  // namespace longwave::socketio
