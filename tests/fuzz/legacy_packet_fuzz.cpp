// room: dialects/socketio
// SPDX-License-Identifier: Apache-2.0
//
// A packet that is read and written is the same packet; a payload that is split and joined is the same list.
#include "dialects/socketio/legacy_packet.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace longwave::socketio::legacy;

namespace {
void require(bool holds) {
  if (!holds) std::abort();
}

void check_packet(std::string_view text) {
  const auto packet = parse(text);
  if (!packet) return;
  const auto again = parse(encode(*packet));
  require(again.has_value());
  require(again->type == packet->type && again->id == packet->id && again->wants_data == packet->wants_data &&
          again->endpoint == packet->endpoint && again->data == packet->data);
  if (packet->type == Type::ack) (void)parse_ack(packet->data);
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body{reinterpret_cast<const char*>(data), size};
  check_packet(body);
  const auto packets = split_payload(body);
  if (!packets) return 0;
  for (const auto packet : *packets) check_packet(packet);
  if (packets->size() > 1) {
    const auto joined = join_payload(*packets);
    const auto again = split_payload(joined);
    require(again && *again == *packets);
  }
  return 0;
}
