// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/deadline.hpp"
#include "io/stream.hpp"
#include "web/connections.hpp"
#include "web/context.hpp"
#include "web/http_reader.hpp"
#include "web/pace.hpp"
#include "web/prepare.hpp"

#include <memory>
#include <string>

namespace longwave::web {

class HttpConnection;

/// One request's place in its connection, shared by the connection and by whoever will answer. The connection
/// is looked at on its loop only.
struct Exchange {
  enum class Stage { waiting, done };

  std::shared_ptr<const Post> post;  // to the loop, also after its end
  io::Loop* loop = nullptr;          // compared, and used only while the connection lives
  HttpConnection* connection = nullptr;
  Request request;
  Stage stage = Stage::waiting;
  bool answered = false;  // the caller's side: respond() was called, perhaps on its way here
  Task on_gone;           // of the waiting request
};

/// The shell around HttpReader: one TCP connection that speaks HTTP/1. Requests are answered one after the
/// other, in their order; what is pipelined waits in the reader.
class HttpConnection final : public Connection, private io::StreamHandler, private io::Deadline {
 public:
  HttpConnection(Connections& owner, io::Stream stream);
  ~HttpConnection() override;
  void start();
  /// Goes on where a body stream has ended: with the next request, or only to let the last bytes leave.
  void take_back(bool keep_alive, std::string first);

  void shut_down() override;
  void cut() override;

  void respond(Exchange& exchange, Response response);
  /// Null: there is nothing to stream (HEAD), or it was refused.
  StreamConnection* start_stream(Exchange& exchange, StreamHead head);
  WebSocketSession* upgrade(Exchange& exchange, std::shared_ptr<const WebSocketOptions> options);
  /// Of a streamed request (http_body.cpp).
  void read_body(Exchange& exchange, BodyTaker taker);
  void resume_body(Exchange& exchange);

  /// What a client may send ahead of its answers, and the answers that may wait for it to read.
  static constexpr std::size_t pipelined_bytes = 64 * 1024;
  static constexpr std::size_t answers_bytes = 256 * 1024;

 private:
  enum class Phase {
    reading,    // a request, or waiting for one
    handling,   // a handler has it
    lingering,  // our last byte is queued; the peer's FIN ends it
    over,
  };

  void on_bytes(std::span<char> bytes) override;
  void on_end() override;
  void on_lost(std::string_view why) override;
  void on_drained() override;
  void on_deadline(Instant now) override;

  /// A body that its handler takes as it comes.
  struct StreamedBody {
    BodyTaker taker;
    bool expects_continue = false;
    bool held = false;  // the taker wants no more for now
    bool over = false;
  };
  bool body_is_coming() const { return body_ && !body_->over; }
  void take_parts();
  void fail_body(int status, const std::string& text);

  void advance();
  void on_head();
  void dispatch(const Route& route, std::vector<std::pair<std::string, std::string>> parameters);
  void refuse(int status, std::string text);
  void send(Response response, const Request& request, bool keep_alive);
  void request_over(bool keep_alive);
  void linger();
  void retire();
  void tell_gone();
  void answer_unrouted(Request& request, const Router::Match& match, bool reusable);
  bool answers_fit();
  bool charge_body();
  void expect(Duration limit);
  void expect_request();
  void watch();
  bool cut_if_too_slow(Instant now);
  PrepareOptions prepare_options(bool keep_alive);

  io::Stream stream_;
  HttpReader reader_;
  std::shared_ptr<Exchange> exchange_;  // while handling or streaming
  std::shared_ptr<StreamedBody> body_;  // of the request that is handled; shared with a running callback
  const Route* route_ = nullptr;        // of the request whose body is being read
  std::vector<std::pair<std::string, std::string>> parameters_;
  Phase phase_ = Phase::reading;
  Instant due_{};  // until when a request, or the rest of its head, may come
  std::uint64_t received_ = 0;
  std::uint64_t written_ = 0;
  std::size_t charged_ = 0;  // bytes of this body in the sum of all
  Pace coming_;
  Pace going_;
  bool advancing_ = false;
  bool choked_ = false;  // waits until the client has read
  bool keep_alive_ = true;
  bool paused_ = false;
  bool peer_ended_ = false;
  bool drained_ = false;
};

}  // namespace longwave::web
