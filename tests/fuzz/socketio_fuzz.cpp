// room: socketio
// SPDX-License-Identifier: Apache-2.0
// Messages, a line each (binary ones begin with 'b'), to the decoder of Socket.IO packets: what it lets
// through has a bound, and is the same packet again when it is encoded and decoded once more.
#include "alike.hpp"
#include "base/assert.hpp"
#include "base/text.hpp"
#include "dialects/socketio/packet.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace {

using namespace longwave;
using namespace longwave::socketio;

void same_again(const Packet& packet) {
  const auto frames = encode_packet(packet);
  LW_ASSERT(frames.size() == packet.attachments.size() + 1, "a frame for each attachment");
  PacketDecoder decoder;
  auto again = decoder.text(frames.front()->payload().substr(1));
  for (std::size_t i = 1; i < frames.size(); ++i) {
    LW_ASSERT(again && !*again, frames.front()->payload());
    again = decoder.binary(frames[i]->payload());
  }
  LW_ASSERT(again && *again, frames.front()->payload());
  LW_ASSERT((*again)->type == packet.type && (*again)->nsp == packet.nsp && (*again)->id == packet.id,
            frames.front()->payload());
  LW_ASSERT((*again)->attachments == packet.attachments, frames.front()->payload());
  LW_ASSERT(alike((*again)->data, packet.data), frames.front()->payload());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  const PacketLimits limits{.attachments = 4, .namespace_bytes = 32, .depth = 8, .bytes = 512};
  PacketDecoder decoder(limits);
  while (!input.empty()) {
    const auto line = input.substr(0, input.find('\n'));
    input.remove_prefix(std::min(line.size() + 1, input.size()));
    // The WebSocket has looked at text messages before.
    if (!line.starts_with('b') && !text::valid_utf8(line)) continue;
    const auto packet = line.starts_with('b') ? decoder.binary(line.substr(1)) : decoder.text(line);
    if (!packet) return 0;
    if (!*packet) continue;
    LW_ASSERT((*packet)->attachments.size() <= limits.attachments &&
                  (*packet)->nsp.size() <= limits.namespace_bytes,
              "beyond the limits");
    same_again(**packet);
  }
  return 0;
}
