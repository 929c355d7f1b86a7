// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/stream.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace longwave::web {

class Deflater;

/// A WebSocket message encoded once and shared by every connection that gets it (RFC 6455 section 5.2,
/// unmasked, unfragmented), with its compressed forms beside the plain one, each made when the first
/// connection that agreed on such a window needs it. What is seen of it never changes, so it may cross
/// threads; build one per loop where many connections share it, because then its count stays in one core's
/// cache.
class Frame {
 public:
  static std::shared_ptr<const Frame> text(std::string_view payload);
  static std::shared_ptr<const Frame> binary(std::string_view payload);

  explicit Frame(std::string wire, std::size_t header) : wire_(std::move(wire)), header_(header) {}
  ~Frame();
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;

  /// Header and payload, ready to be sent.
  std::string_view wire() const { return wire_; }
  std::string_view payload() const { return std::string_view{wire_}.substr(header_); }
  /// The same, compressed without context take-over with a window of at most 2^`window_bits` (RFC 7692); the
  /// plain form if that isn't longer.
  std::string_view wire(std::uint8_t window_bits, std::uint8_t level, Deflater& deflater) const;

 private:
  struct Form;
  std::string wire_;
  std::size_t header_;
  mutable std::atomic<Form*> forms_ = nullptr;
};

using SharedFrame = std::shared_ptr<const Frame>;

}  // namespace longwave::web
