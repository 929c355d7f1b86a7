// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace longwave::web {

/// Checks UTF-8 as it arrives, in pieces (RFC 3629).
class Utf8Check {
 public:
  /// False as soon as no continuation could make it valid.
  bool feed(std::string_view bytes);
  /// Nothing is half-done.
  bool complete() const { return state_ == 0; }
  void reset() { state_ = 0; }

 private:
  std::uint8_t state_ = 0;
};

struct WebSocketEvent {
  enum class Kind { text, binary, ping, pong, close, error } kind;
  std::string_view payload;  ///< message, ping or pong payload, close reason, or what is wrong
  std::uint16_t code = 0;    ///< of a close (1005: none given), or the code an error closes with
};

/// The receiving half of RFC 6455 for a server: bytes in, events out. Pure. Frames must be masked and
/// well-formed, text is checked while it arrives, control frames may come between fragments. After a close or
/// an error it says no more.
///
///   decoder.feed(bytes);
///   while (auto event = decoder.next()) …;
class WebSocketDecoder {
 public:
  explicit WebSocketDecoder(std::size_t message_limit) : limit_(message_limit) {}

  /// The bytes are unmasked in place and must stay until next() has returned nullopt. Call only then.
  void feed(std::span<char> bytes) { input_ = bytes; }
  /// The event's payload is valid until the next call.
  std::optional<WebSocketEvent> next();

 private:
  enum class Stage : std::uint8_t { header, payload, over };
  std::optional<WebSocketEvent> begin_frame();
  std::optional<WebSocketEvent> take_payload();
  std::optional<WebSocketEvent> finish_frame(std::string_view payload);
  std::optional<WebSocketEvent> finish_close(std::string_view payload);
  WebSocketEvent fail(std::uint16_t code, std::string_view what);

  std::span<char> input_;
  std::string message_;  // fragments so far, or the part of a frame that has come
  std::size_t limit_;
  std::uint64_t left_ = 0;  // bytes of the present frame's payload that are to come
  char header_[14];         // a header that came in pieces
  char control_[125];       // a control frame's payload that came in pieces
  std::uint8_t header_size_ = 0;
  std::uint8_t control_size_ = 0;
  std::uint8_t opcode_ = 0;          // of the present frame
  std::uint8_t message_opcode_ = 0;  // of the message that is open; 0: none
  std::uint8_t mask_[4] = {};
  std::uint8_t mask_at_ = 0;
  bool fin_ = false;
  bool clear_message_ = false;
  Stage stage_ = Stage::header;
  Utf8Check utf8_;
};

/// Sending half: one whole frame from the server.
std::string encode_frame(std::uint8_t opcode, std::string_view payload);
std::string encode_close(std::uint16_t code, std::string_view reason);
/// RFC 6455 section 7.4: may it stand in a close frame?
bool valid_close_code(std::uint16_t code);
/// Sec-WebSocket-Accept for a Sec-WebSocket-Key (section 4.2.2).
std::string accept_key(std::string_view key);

inline constexpr std::uint8_t op_continuation = 0, op_text = 1, op_binary = 2, op_close = 8, op_ping = 9,
                              op_pong = 10;

}  // namespace longwave::web
