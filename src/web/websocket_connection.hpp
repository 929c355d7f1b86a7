// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/deadline.hpp"
#include "io/stream.hpp"
#include "web/connections.hpp"
#include "web/prepare.hpp"
#include "web/websocket.hpp"
#include "web/websocket_peer.hpp"

#include <memory>
#include <optional>
#include <string>

namespace longwave::web {

/// The answer to an opening handshake (RFC 6455 section 4.2). Pure.
struct Handshake {
  std::string head;                 ///< 101, ready to be sent
  std::optional<Response> refusal;  ///< 400 or 426 instead
};
Handshake answer_handshake(const Request& request, const WebSocketOptions& options,
                           const PrepareOptions& prepare);

/// The shell around WebSocketPeer: one TCP connection that has become a WebSocket.
class WebSocketConnection final : public Connection,
                                  public WebSocketSession,
                                  private io::StreamHandler,
                                  private io::Deadline {
 public:
  WebSocketConnection(Connections& owner, io::Stream stream, std::shared_ptr<const WebSocketOptions> options);
  /// `first`: bytes that came behind the handshake.
  void start(std::string first);

  void shut_down() override;
  void cut() override;

 private:
  friend class WebSocketSession;

  void on_bytes(std::span<char> bytes) override;
  void on_end() override;
  void on_lost(std::string_view why) override;
  void on_drained() override;
  void on_deadline(Instant now) override;

  void take(std::span<char> bytes);
  void send_frame(const SharedFrame& frame);
  void close_with(std::uint16_t code, std::string_view reason);
  void control(std::string bytes);
  /// After each step of the peer machine: tells on_close, ends the connection, keeps the time.
  void settle();
  void retire();

  io::Stream stream_;
  WebSocketPeer peer_;
  UniqueFunction<void(std::string_view, bool)> on_message_;
  UniqueFunction<void(std::uint16_t, std::string_view)> on_close_;
  Task on_drained_;
  std::uint64_t id_;
  bool told_ = false;
  bool finishing_ = false;
  bool over_ = false;
};

}  // namespace longwave::web
