// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/task.hpp"
#include "web/request.hpp"
#include "web/response.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

namespace longwave::io {
class Loop;
}

namespace longwave::web {

class StreamConnection;
class WebSocketSession;
struct WebSocketOptions;
struct Exchange;  // one request's place in its connection

/// An answer without an end that is known beforehand. Belongs to the connection's loop. Destroying it without
/// finish() cuts the connection, so that the peer knows that something is missing.
class BodyStream {
 public:
  BodyStream() = default;
  explicit BodyStream(StreamConnection& connection);
  BodyStream(BodyStream&& other) noexcept;
  BodyStream& operator=(BodyStream&& other) noexcept;
  ~BodyStream();

  /// Queued; leaves with everything else of this loop turn in one write. Ignored when the peer is gone.
  void write(io::SharedBytes bytes);
  /// Writes now what is queued, instead of at the flush point; on_close may come from inside.
  void flush();
  /// What the kernel hasn't taken. The caller decides how much is too much.
  std::size_t queued_bytes() const;
  /// Since when the kernel has taken nothing although something is queued.
  std::optional<Instant> stalled_since() const;
  /// Runs the task once, when the kernel has taken everything that is queued now and didn't fit; never if all
  /// of it fits. The last one given counts.
  void when_drained(Task task);
  bool open() const { return connection_ != nullptr; }
  /// Called once when the peer goes away or the server shuts down; not after finish().
  void on_close(Task task);
  /// The server is about to end: called once in place of on_close. The owner writes its last words and calls
  /// finish() there or soon after. Without it, the body just ends.
  void on_shutdown(Task task);
  /// Ends the body and lets what is queued leave.
  void finish();

 private:
  friend class StreamConnection;
  StreamConnection* connection_ = nullptr;  // its other half; null when it is closed
};

struct StreamHead {
  int status = 200;
  Headers headers = {};
  /// False: the body ends with the connection (players of radio streams expect that). HTTP/1.0 always does.
  bool chunked = true;
  /// Limits what the kernel buffers for a slow reader; 0 leaves it alone.
  std::size_t send_buffer_bytes = 0;
};

/// Who takes the body of a streamed request (Route::streamed) while it comes. Called on the connection's
/// loop.
struct BodyTaker {
  /// Bytes of the body, in order, valid during the call. False: no more until resume_body().
  UniqueFunction<bool(std::string_view)> on_part;
  /// It has come as a whole.
  Task on_end;
};

/// A request waiting for its answer. Move it where the answer will be known. Exactly one of respond(),
/// start_stream() and upgrade() is used; destroyed without, it answers 500.
class RequestContext {
 public:
  explicit RequestContext(std::shared_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}
  RequestContext(RequestContext&&) = default;
  RequestContext& operator=(RequestContext&&) = delete;
  ~RequestContext();

  Request& request();
  /// The connection's loop: where the handler was called, and where streams and sockets live.
  io::Loop& loop();

  /// From any thread (it crosses to the loop by itself).
  void respond(Response response);
  /// On the loop. While the server drains, a GET is refused with 503 and the stream is closed from the start.
  BodyStream start_stream(StreamHead head);
  /// On the loop. Answers the handshake (RFC 6455 section 4.2); what isn't a proper handshake is refused with
  /// 400 or 426 (while the server drains: 503), and nullptr returned. The session belongs to the server and
  /// lives until its on_close has returned; set its callbacks before returning to the loop.
  WebSocketSession* upgrade(std::shared_ptr<const WebSocketOptions> options);
  bool wants_upgrade();

  /// On the loop, once, of a streamed request: lets its body come; before that the client isn't asked for it
  /// (100 Continue). An answer that is given earlier than on_end ends the connection after it. When the body
  /// never ends (broken, malformed, too large, too slow) on_gone is called, and the rest is answered here.
  void read_body(BodyTaker taker);
  /// After on_part was false. From any thread.
  void resume_body();

  /// On the loop: called once if the connection breaks before the answer.
  void on_gone(Task task);

 private:
  std::shared_ptr<Exchange> exchange_;
};

}  // namespace longwave::web
