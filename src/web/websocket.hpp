// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/task.hpp"
#include "base/time.hpp"
#include "web/deflate.hpp"
#include "web/frame.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::io {
class Loop;
}

namespace longwave::web {

/// Close codes of our endpoints beside those of RFC 6455 section 7.4.1; docs/close-codes.md says
/// which of them ask the client to come back.
namespace close_code {
inline constexpr std::uint16_t normal = 1000;
inline constexpr std::uint16_t going_away = 1001;
inline constexpr std::uint16_t protocol_error = 1002;
inline constexpr std::uint16_t unsupported = 1003;
inline constexpr std::uint16_t none = 1005;      // never on the wire: the peer's close had no code
inline constexpr std::uint16_t abnormal = 1006;  // never on the wire: the connection broke
inline constexpr std::uint16_t invalid_payload = 1007;
inline constexpr std::uint16_t too_big = 1009;
inline constexpr std::uint16_t shutdown = 3001;
inline constexpr std::uint16_t expired = 3005;
inline constexpr std::uint16_t slow = 3008;
inline constexpr std::uint16_t lost_position = 3010;
inline constexpr std::uint16_t no_pong = 3012;
inline constexpr std::uint16_t too_many_requests = 3013;
inline constexpr std::uint16_t bad_token = 3500;
inline constexpr std::uint16_t bad_request = 3501;
inline constexpr std::uint16_t sent_away = 3502;
}  // namespace close_code

/// What an endpoint allows. One immutable object shared by all its sessions.
struct WebSocketOptions {
  std::size_t message_limit = 64 * 1024;  ///< bytes of a whole message; more: 1009
  std::size_t queue_limit = 1024 * 1024;  ///< unsent bytes; more: closed with slow_code, nothing more is sent
  Duration ping_every = std::chrono::seconds{25};       ///< after that much silence; zero: never
  Duration pong_within = std::chrono::seconds{8};       ///< any traffic counts as life
  Duration closing_timeout = std::chrono::seconds{10};  ///< for the peer's answer to our close
  std::uint16_t slow_code = close_code::slow;
  std::uint16_t no_pong_code = close_code::no_pong;
  std::uint16_t shutdown_code = close_code::shutdown;
  std::vector<std::string> protocols =
      {};  ///< subprotocols we speak; the first the client offers that is here is chosen
  DeflateOptions deflate = {};
};

/// Who uses a WebSocket, for those who have very many: three callbacks cost more memory than one of these.
class WebSocketHandler {
 public:
  virtual void on_message(std::string_view payload, bool is_binary) = 0;
  virtual void on_drained() = 0;
  virtual void on_close(std::uint16_t code, std::string_view reason) = 0;

 protected:
  ~WebSocketHandler() = default;
};

/// A WebSocket of a client. Belongs to its loop; every call and callback is there. It lives until its
/// on_close callback has returned; that comes exactly once, whatever happened.
class WebSocketSession {
 public:
  /// The view is valid during the call. The callback may close the session.
  void on_message(UniqueFunction<void(std::string_view payload, bool is_binary)> callback);
  /// The code the peer sent or we closed with; 1005 if theirs had none, 1006 if the connection broke.
  void on_close(UniqueFunction<void(std::uint16_t code, std::string_view reason)> callback);
  /// Everything queued has left, after some of it had to wait: a producer that paused may go on.
  void on_drained(Task callback);
  /// In place of the three callbacks. It lives until its on_close, which may destroy it.
  void use(WebSocketHandler& handler);

  /// Queued; leaves at the flush point of this loop turn in one write with the rest. Ignored once closing.
  /// Past the queue limit the session closes itself instead.
  void send(const SharedFrame& frame);
  void send_text(const SharedFrame& frame) { send(frame); }
  void send_text(std::string_view payload) { send(Frame::text(payload)); }
  void send_binary(std::string_view payload) { send(Frame::binary(payload)); }

  /// Starts the closing handshake. on_close follows later, never from inside this call.
  void close(std::uint16_t code, std::string_view reason = {});
  bool is_open() const;
  std::size_t queued_bytes() const;
  /// Number of this session, unique in the process's life.
  std::uint64_t id() const;
  io::Loop& loop() const;

 protected:
  WebSocketSession() = default;
  ~WebSocketSession() = default;
  WebSocketSession(const WebSocketSession&) = delete;
  WebSocketSession& operator=(const WebSocketSession&) = delete;
};

}  // namespace longwave::web
