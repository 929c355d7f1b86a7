// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "web/websocket.hpp"
#include "web/websocket_codec.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace longwave::web {

/// Where a client's masks come from (RFC 6455 section 5.3: none may be told from those before it).
class Masks {
 public:
  virtual std::uint32_t next() = 0;

 protected:
  ~Masks() = default;
};

/// One end of a WebSocket after the handshake, as a machine: bytes and the time go in, messages, control
/// frames for the peer and the wish to end come out. Pure. The closing handshake (RFC 6455 section 7),
/// liveness (ping, pong, any traffic counts) and what happens when the peer breaks the protocol live here.
class WebSocketPeer {
 public:
  /// Which end, and what the handshake has settled.
  struct Side {
    DeflateTerms deflate = {};
    Masks* masks = nullptr;  ///< of a client, must outlive the peer; null: we are the server
  };
  WebSocketPeer(std::shared_ptr<const WebSocketOptions> options, Instant now, Side side);
  WebSocketPeer(std::shared_ptr<const WebSocketOptions> options, Instant now)
      : WebSocketPeer(std::move(options), now, Side{}) {}

  struct Message {
    std::string_view payload;  ///< valid until the next call of next()
    bool is_binary = false;
  };
  /// As of WebSocketDecoder. What the peer must get (pong, close) is appended to `out`.
  void feed(std::span<char> bytes, Instant now);
  std::optional<Message> next(std::string& out);

  /// The message as this peer gets it: compressed if that was agreed and it is long enough, masked if we are
  /// the client.
  io::SharedBytes wire(const SharedFrame& frame, Deflater& deflater);

  /// We close. Nothing more is delivered.
  void close(std::uint16_t code, std::string_view reason, Instant now, std::string& out);
  /// The connection broke.
  void lost();

  enum class State : std::uint8_t {
    open,
    closing,   ///< our close is out; the peer's is awaited, everything else is ignored
    finished,  ///< nothing more in either direction: end the connection when what is queued has left
  };
  State state() const { return state_; }
  bool open() const { return state_ == State::open; }
  /// When finished: the server ends the TCP connection first (RFC 6455 section 7.1.1), a client only if it
  /// has no further trust in its server.
  bool ends_first() const { return !masks_ || violated_; }
  /// When no longer open: how it ended, for on_close.
  std::uint16_t code() const { return code_; }
  std::string_view reason() const { return reason_ ? std::string_view{*reason_} : std::string_view{}; }

  /// When on_time() is wanted next.
  Instant due() const { return due_; }
  /// True: give the connection up at once, the peer had its time.
  bool on_time(Instant now, std::string& out);

  const WebSocketOptions& options() const { return *options_; }

 private:
  void end(State state, std::uint16_t code, std::string_view reason);
  void finish(Instant now);
  std::string as_sent(std::string frame);

  std::shared_ptr<const WebSocketOptions> options_;
  Masks* masks_;
  WebSocketDecoder decoder_;
  Instant heard_;
  Instant due_;
  std::unique_ptr<std::string> reason_;
  std::uint16_t code_ = 0;
  State state_ = State::open;
  DeflateTerms deflate_;
  bool ping_out_ = false;
  bool violated_ = false;
};

}  // namespace longwave::web
