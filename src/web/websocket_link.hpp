// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/deadline.hpp"
#include "io/stream.hpp"
#include "web/websocket.hpp"
#include "web/websocket_peer.hpp"

#include <cstdint>
#include <string>

namespace longwave::web {

/// The shell around WebSocketPeer, in either role: a stream that speaks WebSocket from now on. Who derives
/// from it owns it: a server's connection or a client.
class WebSocketLink : public WebSocketSession, private io::StreamHandler, private io::Deadline {
 public:
  /// `first`: bytes that came behind the handshake.
  void start(std::string first);
  /// Ends now; on_close tells 1006 if nothing was told yet.
  void cut();
  /// No callback comes any more.
  void silence();

 protected:
  WebSocketLink(io::Stream stream, WebSocketPeer peer);
  ~WebSocketLink() override;

  virtual io::Loop& home() const = 0;
  virtual Deflater& deflater() = 0;
  /// The connection is over: to be destroyed behind what was deferred. Called once.
  virtual void gone() = 0;

  void close_with(std::uint16_t code, std::string_view reason);
  const WebSocketOptions& options() const { return peer_.options(); }

 private:
  friend class WebSocketSession;

  struct Callbacks;
  Callbacks& callbacks();
  void on_bytes(std::span<char> bytes) override;
  void on_end() override;
  void on_lost(std::string_view why) override;
  void on_drained() override;
  void on_deadline(Instant now) override;

  void take(std::span<char> bytes);
  void send_frame(const SharedFrame& frame);
  /// Pongs count too: a peer that asks without end and doesn't read is slow.
  void hold_limit();
  void control(std::string bytes);
  /// After each step of the peer machine: tells on_close, ends the connection, keeps the time.
  void settle();
  void retire();

  io::Stream stream_;
  WebSocketPeer peer_;
  WebSocketHandler* handler_ = nullptr;
  std::unique_ptr<Callbacks> callbacks_;  // who has no handler of its own
  std::uint64_t id_;
  bool told_ = false;
  bool finishing_ = false;
  bool over_ = false;
};

}  // namespace longwave::web
