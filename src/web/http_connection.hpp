// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/deadline.hpp"
#include "io/stream.hpp"
#include "web/connections.hpp"
#include "web/context.hpp"
#include "web/http_reader.hpp"
#include "web/prepare.hpp"

#include <memory>
#include <string>

namespace longwave::web {

class HttpConnection;

/// One request's place in its connection, shared by the connection and by whoever will answer. The connection
/// is looked at on its loop only.
struct Exchange {
  enum class Stage { waiting, streaming, done };

  std::shared_ptr<const Post> post;  // to the loop, also after its end
  io::Loop* loop = nullptr;          // compared, and used only while the connection lives
  HttpConnection* connection = nullptr;
  Request request;
  Stage stage = Stage::waiting;
  bool chunked = false;
  bool answered = false;  // the caller's side: respond() was called, perhaps on its way here
  Task on_gone;           // of the waiting request, then of the body stream
  Task on_shutdown;       // of the body stream: it ends itself
};

/// The shell around HttpReader: one TCP connection that speaks HTTP/1. Requests are answered one after the
/// other, in their order; what is pipelined waits in the reader.
class HttpConnection final : public Connection, private io::StreamHandler, private io::Deadline {
 public:
  HttpConnection(Connections& owner, io::Stream stream);
  ~HttpConnection() override;
  void start();

  void shut_down() override;
  void cut() override;

  void respond(Exchange& exchange, Response response);
  bool start_stream(Exchange& exchange, StreamHead head);
  void write_stream(Exchange& exchange, io::SharedBytes bytes);
  void finish_stream(Exchange& exchange);
  WebSocketSession* upgrade(Exchange& exchange, std::shared_ptr<const WebSocketOptions> options);
  io::Stream& stream() { return stream_; }

 private:
  enum class Phase {
    reading,    // a request, or waiting for one
    handling,   // a handler has it
    streaming,  // a body without a known length
    lingering,  // our last byte is queued; the peer's FIN ends it
    over,
  };

  void on_bytes(std::span<char> bytes) override;
  void on_end() override;
  void on_lost(std::string_view why) override;
  void on_drained() override;
  void on_deadline(Instant now) override;

  void advance();
  void on_head();
  void dispatch(const Route& route, std::vector<std::pair<std::string, std::string>> parameters);
  void refuse(int status, std::string text);
  void send(Response response, const Request& request, bool keep_alive);
  void request_over(bool keep_alive);
  void linger();
  void retire();
  void tell_gone();
  void watch_reading();
  void watch_writing();
  bool write_stalled(Instant now) const;
  PrepareOptions prepare_options(bool keep_alive);

  io::Stream stream_;
  HttpReader reader_;
  std::shared_ptr<Exchange> exchange_;  // while handling or streaming
  const Route* route_ = nullptr;        // of the request whose body is being read
  std::vector<std::pair<std::string, std::string>> parameters_;
  Phase phase_ = Phase::reading;
  bool advancing_ = false;
  bool keep_alive_ = true;
  bool paused_ = false;
  bool peer_ended_ = false;
  bool drained_ = false;
};

}  // namespace longwave::web
