// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <string_view>

namespace longwave::musicdb {

/// How long a client may take to begin and to end a conversation.
inline constexpr Duration open_timeout = std::chrono::seconds{10};
inline constexpr Duration close_timeout = std::chrono::seconds{5};

/// What the high level of a connection is told. on_connect comes after a finished handshake and before every
/// message; on_disconnect once, and only after on_connect.
class Hooks {
 public:
  virtual void on_connect() = 0;
  virtual void on_disconnect() = 0;
  virtual void on_text(std::string_view text) = 0;

 protected:
  ~Hooks() = default;
};

/// The life of a connection, from the TCP connect on: connecting → active → closing → closed, or connecting →
/// closed. Pure: the shell says what happens and does what the answers ask for. docs/protocols/musicdb.md
/// section "Connection".
class Connection {
 public:
  enum class State : std::uint8_t { connecting, active, closing, closed };

  Connection(Hooks& hooks, Instant now) : hooks_(hooks), due_(now + open_timeout) {}

  State state() const { return state_; }
  /// Only then something may be sent.
  bool active() const { return state_ == State::active; }

  void handshake_finished() {
    if (state_ != State::connecting) return;
    state_ = State::active;
    due_ = Instant::max();
    hooks_.on_connect();
  }
  /// Binary messages are ignored; false says so, for the log.
  bool message(std::string_view payload, bool is_binary) {
    if (is_binary) return false;
    if (state_ == State::active) hooks_.on_text(payload);
    return true;
  }
  /// Either side has sent its close.
  void close_begun(Instant now) {
    if (state_ != State::active) return;
    state_ = State::closing;
    due_ = now + close_timeout;
  }
  /// The socket is gone, or was dropped.
  void ended() {
    const bool connected = state_ == State::active || state_ == State::closing;
    state_ = State::closed;
    due_ = Instant::max();
    if (connected) hooks_.on_disconnect();
  }
  /// When on_time() is wanted.
  Instant due() const { return due_; }
  /// True: the time is up, drop the socket; the connection has ended.
  bool on_time(Instant now) {
    if (now < due_) return false;
    ended();
    return true;
  }

 private:
  Hooks& hooks_;
  State state_ = State::connecting;
  Instant due_;
};

}  // namespace longwave::musicdb
