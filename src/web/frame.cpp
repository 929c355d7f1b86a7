// SPDX-License-Identifier: Apache-2.0
#include "web/frame.hpp"

#include "web/websocket_codec.hpp"

namespace longwave::web {

namespace {
std::shared_ptr<const Frame> encode(std::uint8_t opcode, std::string_view payload) {
  auto wire = encode_frame(opcode, payload);
  const auto header = wire.size() - payload.size();
  return std::make_shared<const Frame>(std::move(wire), header);
}
}  // namespace

std::shared_ptr<const Frame> Frame::text(std::string_view payload) {
  return encode(op_text, payload);
}
std::shared_ptr<const Frame> Frame::binary(std::string_view payload) {
  return encode(op_binary, payload);
}

}  // namespace longwave::web
