// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "web/deflate.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
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

/// Which end we are. A client masks what it sends, a server doesn't (RFC 6455 section 5.1).
enum class Role : std::uint8_t { server, client };

/// The receiving half of RFC 6455 and RFC 7692: bytes in, events out. Pure. Frames must be well-formed and
/// masked if they come from a client and only then, text is checked while it arrives, control frames may come
/// between fragments, compressed messages are decompressed as they come and never beyond the limit. After a
/// close or an error it says no more.
///
///   decoder.feed(bytes);
///   while (auto event = decoder.next()) …;
class WebSocketDecoder {
 public:
  /// `message_limit`: bytes of a whole message, decompressed. `role`: ours.
  explicit WebSocketDecoder(std::size_t message_limit, Role role = Role::server, DeflateTerms terms = {})
      : limit_(message_limit), terms_(terms), role_(role) {}

  /// The bytes are unmasked in place and must stay until next() has returned nullopt; call again only then.
  void feed(std::span<char> bytes) { input_ = bytes; }
  /// The event's payload is valid until the next call.
  std::optional<WebSocketEvent> next();

 private:
  enum class Stage : std::uint8_t { header, payload, over };
  /// What has to be kept between two reads; a connection at rest has none.
  struct Kept {
    std::string message;  // fragments so far, with the part of the present frame that has come
    std::string control;  // a control frame's payload that came in pieces
    // Of the compressed message that is open; from then on if the peer takes its context over.
    std::unique_ptr<Inflater> inflater;
    // Given out; goes with the next call.
    bool message_delivered = false;
    bool control_delivered = false;
  };

  bool read_header();
  std::optional<WebSocketEvent> check_header(std::uint64_t length);
  std::optional<WebSocketEvent> take_payload();
  WebSocketEvent finish_control(std::string_view payload);
  std::optional<WebSocketEvent> take_data(std::string_view piece, bool message_ends);
  std::optional<WebSocketEvent> take_compressed(std::string_view piece, bool message_ends);
  WebSocketEvent finish_close(std::string_view payload);
  WebSocketEvent fail(std::uint16_t code, std::string_view what);
  Kept& kept();
  void forget_delivered();

  std::span<char> input_;
  std::unique_ptr<Kept> kept_;
  std::size_t limit_;
  std::uint64_t left_ = 0;  // bytes of the present frame's payload that are to come
  char header_[14];         // of the present frame; may come in pieces
  std::uint8_t header_size_ = 0;
  std::uint8_t opcode_ = 0;          // of the present frame
  std::uint8_t message_opcode_ = 0;  // of the message that is open; 0: none
  std::uint8_t mask_at_ = 0;         // which byte of the mask is next
  char mask_[4] = {};
  DeflateTerms terms_;
  Role role_;
  bool fin_ = false;
  bool compressed_ = false;  // the message that is open
  Stage stage_ = Stage::header;
  Utf8Check utf8_;
};

/// Sending half: one whole frame, unmasked. `first`: the opcode, and rsv1 if the payload is compressed.
std::string encode_frame(std::uint8_t first, std::string_view payload);
std::string encode_close(std::uint16_t code, std::string_view reason);
/// The same frame as a client sends it; `wire` is one whole unmasked frame.
std::string mask_frame(std::string_view wire, std::uint32_t mask);
/// RFC 6455 section 7.4: may it stand in a close frame?
bool valid_close_code(std::uint16_t code);
/// Sec-WebSocket-Accept for a Sec-WebSocket-Key (section 4.2.2).
std::string accept_key(std::string_view key);

inline constexpr std::uint8_t op_continuation = 0, op_text = 1, op_binary = 2, op_close = 8, op_ping = 9,
                              op_pong = 10;
inline constexpr std::uint8_t rsv1 = 0x40;  ///< RFC 7692 section 6: the message is compressed

}  // namespace longwave::web
