// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "web/frame.hpp"

#include <boost/json/value.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Packets of Socket.IO, revision 5 (docs/protocols/socketio.md, "Packets"). Pure.
namespace longwave::socketio {

enum class PacketType : std::uint8_t {
  connect,
  disconnect,
  event,
  ack,
  connect_error,
  binary_event,  // only on the wire: a Packet with attachments is an event or an ack
  binary_ack,
};

/// Binary data stands beside the JSON: where it belongs, the JSON has {"_placeholder":true,"num":N} with the
/// index of the attachment. Whoever passes values on passes both on.
using Attachments = std::vector<std::string>;

struct Packet {
  PacketType type = PacketType::event;
  std::string nsp = "/";
  std::optional<std::uint64_t> id = {};  ///< asks for an ack, or is one
  boost::json::value data = nullptr;     ///< null: none
  Attachments attachments = {};
};

struct PacketLimits {
  std::size_t attachments = 64;         ///< of one packet
  std::size_t namespace_bytes = 256;    ///< of a name
  std::size_t depth = 64;               ///< of the JSON
  std::size_t bytes = 4 * 1024 * 1024;  ///< of a packet with its attachments
};

/// Puts packets together from messages of Engine.IO. Fails with `invalid`: the connection is to be closed.
class PacketDecoder {
 public:
  explicit PacketDecoder(PacketLimits limits = {}) : limits_(limits) {}
  /// A text message. nullopt: attachments are awaited.
  Result<std::optional<Packet>> text(std::string_view message);
  /// A binary message: an attachment.
  Result<std::optional<Packet>> binary(std::string_view message);

 private:
  PacketLimits limits_;
  std::optional<Packet> partial_;
  std::size_t expected_ = 0;
  std::size_t bytes_ = 0;
};

/// The frames of a packet as an Engine.IO message each: text first, then the attachments.
std::vector<web::SharedFrame> encode_packet(const Packet& packet);

/// {"_placeholder":true,"num":index}
boost::json::value attached(std::size_t index);

}  // namespace longwave::socketio
