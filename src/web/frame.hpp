// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/stream.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace longwave::web {

/// A WebSocket message encoded once and shared by every connection that gets it (RFC 6455 section 5.2,
/// unmasked, unfragmented). Immutable, so it may cross threads; build one per loop where many connections
/// share it, because then its count stays in one core's cache. A compressed form will live beside the plain
/// one.
class Frame {
 public:
  static std::shared_ptr<const Frame> text(std::string_view payload);
  static std::shared_ptr<const Frame> binary(std::string_view payload);

  /// Header and payload, ready to be sent.
  std::string_view wire() const { return wire_; }
  std::string_view payload() const { return std::string_view{wire_}.substr(header_); }

  explicit Frame(std::string wire, std::size_t header) : wire_(std::move(wire)), header_(header) {}

 private:
  std::string wire_;
  std::size_t header_;
};

using SharedFrame = std::shared_ptr<const Frame>;

}  // namespace longwave::web
