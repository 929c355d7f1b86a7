// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace longwave::io {

class Loop;
class TlsContext;
class TlsSession;

/// Bytes with what keeps them alive: immutable, shared by any number of queues and threads.
struct SharedBytes {
  std::shared_ptr<const void> keep;  ///< may be empty if the bytes live for ever (embedded files)
  std::string_view bytes;

  static SharedBytes own(std::string text) {
    auto held = std::make_shared<const std::string>(std::move(text));
    std::string_view view = *held;
    return {std::move(held), view};
  }
  static SharedBytes share(std::shared_ptr<const std::string> text) {
    std::string_view view = *text;
    return {std::move(text), view};
  }
};

/// Who uses a stream. Every call comes on the stream's loop and may destroy the stream.
class StreamHandler {
 public:
  /// The bytes are valid, and may be changed in place (unmasking), during the call only.
  virtual void on_bytes(std::span<char> bytes) = 0;
  /// The peer sends nothing more (FIN). Writing may still work.
  virtual void on_end() = 0;
  /// The connection is broken; nothing is called after this.
  virtual void on_lost(std::string_view why) = 0;
  /// Everything queued is with the kernel, after some of it had to wait.
  virtual void on_drained() {}

 protected:
  ~StreamHandler() = default;
};

struct PeerAddress {
  std::string ip;  ///< numeric; empty for Unix sockets
  std::uint16_t port = 0;
  bool is_loopback = false;  ///< 127.0.0.0/8, ::1, or a Unix socket
};

/// A byte stream: TCP or Unix socket, plain or TLS. Belongs to one loop for life; movable there, not
/// shareable.
///
/// Reading: all streams of a loop share its read buffer; what the handler can't use at once it copies.
/// Writing: write() only queues. At the flush point of the loop's turn everything queued leaves in one write;
/// small queues are copied together first. There is no limit here: the owner looks at queued_bytes(). The
/// destructor closes the socket at once (the kernel still delivers what it has taken).
class Stream {
 public:
  Stream() = default;
  ~Stream();
  Stream(Stream&&) noexcept;
  Stream& operator=(Stream&&) noexcept;
  explicit operator bool() const { return impl_ != nullptr; }

  /// Takes a connected socket over. `tls` (which must outlive the stream) makes it the server side of TLS.
  static Stream adopt(Loop& loop, int fd, const TlsContext* tls = nullptr);
  /// The same with either side of TLS, or none.
  static Stream adopt(Loop& loop, int fd, std::unique_ptr<TlsSession> tls);

  /// Begins to read, or hands a stream over to another handler (an upgrade).
  void start(StreamHandler& handler);
  void pause();
  void resume();

  void write(SharedBytes bytes);
  void write(std::string text) { write(SharedBytes::own(std::move(text))); }

  /// Writes now instead of at the flush point, for a queue that has grown large within one turn. The handler
  /// may be called from inside.
  void flush();

  /// Bytes that the kernel hasn't taken yet.
  std::size_t queued_bytes() const;
  /// Since when the kernel has taken nothing although something is queued.
  std::optional<Instant> stalled_since() const;
  /// Forgets what is queued, except the rest of a piece that has partly left: framing stays intact.
  void drop_unsent();
  /// No more write(); after the queue has left, tells the peer (FIN).
  void finish();
  /// Closes now, with a reset: what the kernel still holds is lost too.
  void abort();

  /// Limits what the kernel takes for a slow reader (SO_SNDBUF), so that queued_bytes() says something.
  void limit_send_buffer(std::size_t bytes);

  /// The socket's peer, or whom it speaks for.
  PeerAddress peer() const;
  /// A proxy's socket: from now on peer() is its client.
  void speaks_for(PeerAddress client);
  bool proxied() const;
  bool tls() const;
  Loop& loop() const;

  struct Impl;

 private:
  explicit Stream(Impl* impl) : impl_(impl) {}
  Impl* impl_ = nullptr;  // counted by itself: a pending read keeps it until the loop has let go
};

}  // namespace longwave::io
