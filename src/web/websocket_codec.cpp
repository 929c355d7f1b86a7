// SPDX-License-Identifier: Apache-2.0
#include "web/websocket_codec.hpp"

#include "base/text.hpp"

#include <openssl/sha.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace longwave::web {

namespace {

bool is_control(std::uint8_t opcode) {
  return (opcode & 8) != 0;
}

/// RFC 6455 section 5.3, eight bytes at a time, both ways; `at`: place in the mask of the first byte.
void unmask(std::span<char> bytes, const char (&mask)[4], std::uint8_t at) {
  char rotated[8];
  for (std::size_t i = 0; i < sizeof rotated; ++i) rotated[i] = mask[(at + i) & 3];
  std::uint64_t wide = 0;
  std::memcpy(&wide, rotated, sizeof wide);
  std::size_t i = 0;
  for (; i + sizeof wide <= bytes.size(); i += sizeof wide) {
    std::uint64_t block = 0;
    std::memcpy(&block, bytes.data() + i, sizeof block);
    block ^= wide;
    std::memcpy(bytes.data() + i, &block, sizeof block);
  }
  for (; i < bytes.size(); ++i) bytes[i] = static_cast<char>(bytes[i] ^ rotated[i & 7]);
}

std::size_t header_length(const char* header) {
  const auto length = static_cast<unsigned char>(header[1]) & 0x7f;
  return 2u + (length == 126 ? 2u : length == 127 ? 8u : 0u) + ((header[1] & 0x80) != 0 ? 4u : 0u);
}

std::uint64_t big_endian(const char* bytes, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

}  // namespace

WebSocketDecoder::Kept& WebSocketDecoder::kept() {
  if (!kept_) kept_ = std::make_unique<Kept>();
  return *kept_;
}

WebSocketEvent WebSocketDecoder::fail(std::uint16_t code, std::string_view what) {
  stage_ = Stage::over;
  input_ = {};
  kept_.reset();
  return {WebSocketEvent::Kind::error, what, code};
}

void WebSocketDecoder::forget_delivered() {
  if (std::exchange(kept_->control_delivered, false)) kept_->control.clear();
  if (std::exchange(kept_->message_delivered, false)) kept_->message = {};
  if (kept_->control.empty() && kept_->message.empty() && !kept_->inflater) kept_.reset();
}

std::optional<WebSocketEvent> WebSocketDecoder::next() {
  if (kept_) forget_delivered();
  while (stage_ != Stage::over) {
    if (stage_ == Stage::header) {
      if (!read_header()) return std::nullopt;
      const auto short_length = static_cast<unsigned char>(header_[1]) & 0x7f;
      const auto length = short_length < 126 ? static_cast<std::uint64_t>(short_length)
                                             : big_endian(header_ + 2, short_length == 126 ? 2 : 8);
      header_size_ = 0;
      if (auto problem = check_header(length)) return problem;
      stage_ = Stage::payload;
    }
    // An empty payload is complete without further input.
    if (input_.empty() && left_ > 0) return std::nullopt;
    if (auto event = take_payload()) return event;
  }
  return std::nullopt;
}

bool WebSocketDecoder::read_header() {
  for (;;) {
    const std::size_t wanted = header_size_ < 2 ? 2 : header_length(header_);
    if (header_size_ >= 2 && header_size_ == wanted) return true;
    const auto take = std::min(wanted - header_size_, input_.size());
    if (take == 0) return false;
    std::memcpy(header_ + header_size_, input_.data(), take);
    header_size_ = static_cast<std::uint8_t>(header_size_ + take);
    input_ = input_.subspan(take);
  }
}

// Everything that a header alone can violate, before a byte of its payload is waited for.
std::optional<WebSocketEvent> WebSocketDecoder::check_header(std::uint64_t length) {
  const auto first = static_cast<unsigned char>(header_[0]);
  const auto short_length = static_cast<unsigned char>(header_[1]) & 0x7f;
  fin_ = (first & 0x80) != 0;
  opcode_ = first & 0x0f;
  // RFC 7692 section 6: on the first frame of a data message only.
  const bool may_compress = terms_.on && (opcode_ == op_text || opcode_ == op_binary);
  if ((first & 0x70 & ~(may_compress ? rsv1 : 0)) != 0) return fail(1002, "reserved bits are set");
  if (opcode_ > op_pong || (opcode_ > op_binary && opcode_ < op_close)) return fail(1002, "unknown opcode");
  const bool masked = (header_[1] & 0x80) != 0;
  if (masked != (role_ == Role::server)) {
    return fail(1002,
                masked ? "a frame of a server must not be masked" : "a frame of a client must be masked");
  }
  if ((short_length == 126 && length < 126) ||
      (short_length == 127 && (length < 65536 || length >> 63 != 0))) {
    return fail(1002, "a payload length isn't in its shortest form");
  }
  if (is_control(opcode_)) {
    if (!fin_) return fail(1002, "a fragmented control frame");
    if (length > 125) return fail(1002, "a control frame of more than 125 bytes");
  } else {
    if (opcode_ == op_continuation && message_opcode_ == 0) return fail(1002, "a continuation of nothing");
    if (opcode_ != op_continuation && message_opcode_ != 0) return fail(1002, "a message inside a message");
    if (opcode_ != op_continuation) {
      message_opcode_ = opcode_;
      compressed_ = (first & rsv1) != 0;
    }
    const auto before = kept_ ? kept_->message.size() : 0;
    if (!compressed_ && length > limit_ - std::min(before, limit_))
      return fail(1009, "the message is too big");
  }
  if (masked) std::memcpy(mask_, header_ + header_length(header_) - 4, sizeof mask_);
  mask_at_ = 0;
  left_ = length;
  return std::nullopt;
}

std::optional<WebSocketEvent> WebSocketDecoder::take_payload() {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, input_.size()));
  const auto bytes = input_.first(size);
  input_ = input_.subspan(size);
  if (role_ == Role::server) unmask(bytes, mask_, mask_at_);
  mask_at_ = static_cast<std::uint8_t>((mask_at_ + size) & 3);
  left_ -= size;
  const bool frame_ends = left_ == 0;
  if (frame_ends) stage_ = Stage::header;
  const std::string_view piece{bytes.data(), bytes.size()};
  if (!is_control(opcode_)) {
    const bool message_ends = frame_ends && fin_;
    return compressed_ ? take_compressed(piece, message_ends) : take_data(piece, message_ends);
  }
  if (frame_ends && (!kept_ || kept_->control.empty())) return finish_control(piece);
  kept().control.append(piece);
  if (!frame_ends) return std::nullopt;
  kept_->control_delivered = true;
  return finish_control(kept_->control);
}

std::optional<WebSocketEvent> WebSocketDecoder::take_data(std::string_view piece, bool message_ends) {
  const bool text = message_opcode_ == op_text;
  if (text && !utf8_.feed(piece)) return fail(1007, "the text isn't UTF-8");
  if (!message_ends) {
    kept().message.append(piece);
    return std::nullopt;
  }
  if (text && !utf8_.complete()) return fail(1007, "the text isn't UTF-8");
  message_opcode_ = 0;
  const auto kind = text ? WebSocketEvent::Kind::text : WebSocketEvent::Kind::binary;
  if (!kept_ || kept_->message.empty()) return WebSocketEvent{kind, piece, 0};
  kept_->message.append(piece);
  kept_->message_delivered = true;
  return WebSocketEvent{kind, kept_->message, 0};
}

std::optional<WebSocketEvent> WebSocketDecoder::take_compressed(std::string_view piece, bool message_ends) {
  auto& [message, control, inflater, message_delivered, control_delivered] = kept();
  if (!inflater) inflater = std::make_unique<Inflater>(terms_.receive_bits);
  const auto before = message.size();
  auto outcome = inflater->feed(piece, message, limit_);
  if (outcome == Inflater::Outcome::good && message_ends) outcome = inflater->finish(message, limit_);
  const bool text = message_opcode_ == op_text;
  // First, so that it doesn't depend on how the bytes were cut what a message is refused for.
  if (text && !utf8_.feed(std::string_view{message}.substr(before)))
    return fail(1007, "the text isn't UTF-8");
  if (outcome == Inflater::Outcome::too_big) return fail(1009, "the message is too big");
  if (outcome == Inflater::Outcome::broken) return fail(1007, "the compressed data is broken");
  if (!message_ends) return std::nullopt;
  if (text && !utf8_.complete()) return fail(1007, "the text isn't UTF-8");
  message_opcode_ = 0;
  compressed_ = false;
  if (!terms_.peer_takes_over) inflater.reset();
  message_delivered = true;
  return WebSocketEvent{text ? WebSocketEvent::Kind::text : WebSocketEvent::Kind::binary, message, 0};
}

WebSocketEvent WebSocketDecoder::finish_control(std::string_view payload) {
  if (opcode_ == op_close) return finish_close(payload);
  return WebSocketEvent{opcode_ == op_ping ? WebSocketEvent::Kind::ping : WebSocketEvent::Kind::pong, payload,
                        0};
}

WebSocketEvent WebSocketDecoder::finish_close(std::string_view payload) {
  if (payload.size() == 1) return fail(1002, "a close frame with half a code");
  stage_ = Stage::over;
  input_ = {};
  if (payload.empty()) return {WebSocketEvent::Kind::close, {}, 1005};
  const auto code = static_cast<std::uint16_t>(big_endian(payload.data(), 2));
  if (!valid_close_code(code)) return fail(1002, "a close code that must not be sent");
  Utf8Check check;
  const auto reason = payload.substr(2);
  if (!check.feed(reason) || !check.complete()) return fail(1007, "the close reason isn't UTF-8");
  return {WebSocketEvent::Kind::close, reason, code};
}

bool valid_close_code(std::uint16_t code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

std::string encode_frame(std::uint8_t first, std::string_view payload) {
  std::string wire;
  wire.reserve(payload.size() + 10);
  wire += static_cast<char>(0x80 | first);
  const auto put = [&](std::uint64_t value, int bytes) {
    for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
      wire += static_cast<char>(value >> shift & 0xff);
  };
  if (payload.size() < 126) {
    put(payload.size(), 1);
  } else if (payload.size() < 65536) {
    put(126, 1);
    put(payload.size(), 2);
  } else {
    put(127, 1);
    put(payload.size(), 8);
  }
  wire += payload;
  return wire;
}

std::string mask_frame(std::string_view wire, std::uint32_t mask) {
  char bytes[4];
  std::memcpy(bytes, &mask, sizeof bytes);
  const auto header = header_length(wire.data());
  std::string masked;
  masked.reserve(wire.size() + sizeof bytes);
  masked.append(wire.substr(0, header)).append(bytes, sizeof bytes).append(wire.substr(header));
  masked[1] = static_cast<char>(masked[1] | 0x80);
  unmask(std::span{masked}.subspan(header + sizeof bytes), bytes, 0);
  return masked;
}

std::string encode_close(std::uint16_t code, std::string_view reason) {
  if (!valid_close_code(code)) return encode_frame(op_close, {});
  std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
  // A reason has at most 123 bytes; a cut through a character would make it invalid.
  reason = reason.substr(0, 123);
  while (!text::valid_utf8(reason)) reason.remove_suffix(1);
  payload += reason;
  return encode_frame(op_close, payload);
}

std::string accept_key(std::string_view key) {
  const auto text = std::string{key} + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  unsigned char digest[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  return text::base64({reinterpret_cast<const char*>(digest), sizeof digest});
}

}  // namespace longwave::web
