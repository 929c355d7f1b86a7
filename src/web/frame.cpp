// SPDX-License-Identifier: Apache-2.0
#include "web/frame.hpp"

#include "web/deflate.hpp"
#include "web/websocket_codec.hpp"

namespace longwave::web {

struct Frame::Form {
  std::uint8_t window_bits;
  std::string wire;  // empty: compressing doesn't pay
  Form* next;
};

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

Frame::~Frame() {
  for (auto* form = forms_.load(); form;) {
    auto* next = form->next;
    delete form;
    form = next;
  }
}

std::string_view Frame::wire(std::uint8_t window_bits, std::uint8_t level, Deflater& deflater) const {
  const auto bits = Deflater::needed_bits(payload().size(), window_bits);
  auto* first = forms_.load(std::memory_order_acquire);
  for (const auto* form = first; form; form = form->next) {
    if (form->window_bits == bits) return form->wire.empty() ? wire() : std::string_view{form->wire};
  }
  const auto opcode = static_cast<std::uint8_t>(wire_[0] & 0x0f);
  auto compressed = encode_frame(opcode | rsv1, deflater.compress(payload(), bits, level));
  if (compressed.size() >= wire_.size()) compressed.clear();
  auto* made = new Form{bits, std::move(compressed), first};
  // Two loops may make the same form at once; each uses its own, and both stay.
  while (
      !forms_.compare_exchange_weak(made->next, made, std::memory_order_release, std::memory_order_relaxed)) {
  }
  return made->wire.empty() ? wire() : std::string_view{made->wire};
}

}  // namespace longwave::web
