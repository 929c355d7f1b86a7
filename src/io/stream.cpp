// SPDX-License-Identifier: Apache-2.0
#include "io/stream.hpp"

#include "base/assert.hpp"
#include "io/core.hpp"
#include "io/loop.hpp"
#include "io/peer_address.hpp"
#include "io/tls.hpp"
#include "io/tls_session.hpp"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

namespace longwave::io {

namespace asio = boost::asio;

namespace {
constexpr std::size_t pieces_per_call = 64;
// Pieces up to this size on average are copied together: shorter than the kernel's work on a long iovec.
constexpr std::size_t copied_piece_bytes = 2048;
constexpr std::size_t tls_record_bytes = 16 * 1024;
}  // namespace

struct Stream::Impl {
  using Socket = asio::basic_stream_socket<asio::generic::stream_protocol, asio::io_context::executor_type>;

  Impl(LoopCore& loop_core, int fd, int family, std::unique_ptr<TlsSession> session)
      : core(loop_core), socket(*loop_core.context), tls(std::move(session)) {
    socket.assign(asio::generic::stream_protocol(family, 0), fd);
  }

  void read();
  void on_readable();
  void deliver(std::span<char> bytes);
  void deliver_decrypted();
  void resume();

  void queue_piece(SharedBytes bytes);
  void mark_dirty();
  void flush();
  bool flush_plain();
  bool flush_tls();
  std::size_t gather_copied(std::size_t limit);
  ssize_t send_queue(std::size_t& attempted);
  void left(std::size_t bytes);
  void wait_writable();
  void send_fin();

  void ended();
  void lost(const char* why);
  void close();

  LoopCore& core;
  Socket socket;
  StreamHandler* handler = nullptr;
  std::vector<SharedBytes> queue;  // from `head` on; storage is lent by the loop while something is queued
  std::size_t head = 0;
  std::size_t head_offset = 0;  // what has left of the first piece
  std::size_t queued = 0;
  Instant stalled{};
  std::unique_ptr<TlsSession> tls;
  std::unique_ptr<std::string> sealed;  // ciphertext that has to leave
  std::unique_ptr<PeerAddress> client;  // of a proxy
  int references = 1;
  bool reading : 1 = false;
  bool paused : 1 = true;
  bool ended_by_peer : 1 = false;
  bool closed : 1 = false;
  bool finishing : 1 = false;
  bool fin_sent : 1 = false;
  bool writable_wait : 1 = false;
  bool had_to_wait : 1 = false;
  bool dirty : 1 = false;
};

void intrusive_ptr_add_ref(Stream::Impl* impl) {
  ++impl->references;
}
void intrusive_ptr_release(Stream::Impl* impl) {
  if (--impl->references == 0) delete impl;
}
void flush_stream(Stream::Impl& impl) {
  impl.flush();
}

// ---- reading

// Waits for readiness instead of reading into a buffer of its own: an idle connection holds no buffer, a
// message of any size is one recv() into the loop's, and the re-arming of epoll costs what a second, empty
// recv() would.
void Stream::Impl::read() {
  if (reading || paused || closed || ended_by_peer) return;
  reading = true;
  socket.async_wait(asio::socket_base::wait_read,
                    [self = StreamRef(this)](const boost::system::error_code& error) {
                      self->reading = false;
                      if (!error && !self->closed) self->on_readable();
                    });
}

void Stream::Impl::on_readable() {
  if (paused) return;  // resume() asks again, and the bytes are still there
  auto& shared = core.read_buffer;
  const auto size = ::recv(socket.native_handle(), shared.data(), shared.size(), MSG_DONTWAIT);
  if (size > 0) {
    deliver({shared.data(), static_cast<std::size_t>(size)});
  } else if (size == 0) {
    ended();
  } else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
    return lost(std::strerror(errno));
  }
  read();
}

void Stream::Impl::deliver(std::span<char> bytes) {
  if (!tls) return handler->on_bytes(bytes);
  tls->feed({bytes.data(), bytes.size()});
  deliver_decrypted();
}

void Stream::Impl::deliver_decrypted() {
  while (!closed) {
    const auto size = tls->read(core.plain_buffer);
    if (size == 0) break;
    handler->on_bytes({core.plain_buffer.data(), size});
  }
  if (closed) return;
  mark_dirty();  // the handshake, or what waited for it
  if (tls->state() == TlsSession::State::ended) ended();
  if (closed || tls->state() != TlsSession::State::broken) return;
  if (!writable_wait) flush_tls();  // the alert that tells why
  if (!closed) lost(tls->why().c_str());
}

void Stream::Impl::resume() {
  paused = false;
  read();
}

// ---- writing

void Stream::Impl::queue_piece(SharedBytes bytes) {
  if (closed || finishing || bytes.bytes.empty()) return;
  if (queue.capacity() == 0) queue = core.lend_queue();
  queued += bytes.bytes.size();
  queue.push_back(std::move(bytes));
  mark_dirty();
}

void Stream::Impl::mark_dirty() {
  if (dirty || writable_wait || closed) return;
  dirty = true;
  core.mark_dirty(*this);
}

void Stream::Impl::flush() {
  dirty = false;
  if (closed || writable_wait) return;
  if (!(tls ? flush_tls() : flush_plain())) return;
  if (finishing) send_fin();
  if (had_to_wait && !closed) {
    had_to_wait = false;
    if (handler) handler->on_drained();
  }
}

// True when everything has left.
bool Stream::Impl::flush_plain() {
  while (head < queue.size()) {
    std::size_t attempted = 0;
    const auto sent = send_queue(attempted);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (errno != EAGAIN && errno != EWOULDBLOCK) {
        lost(std::strerror(errno));
        return false;
      }
      wait_writable();
      return false;
    }
    left(static_cast<std::size_t>(sent));
    if (static_cast<std::size_t>(sent) < attempted) {
      wait_writable();
      return false;
    }
  }
  return true;
}

// Copies pieces into the loop's write buffer until one doesn't fit; how much that made.
std::size_t Stream::Impl::gather_copied(std::size_t limit) {
  std::size_t filled = 0;
  auto offset = head_offset;
  for (auto i = head; i < queue.size() && filled < limit; ++i, offset = 0) {
    const auto bytes = queue[i].bytes.substr(offset);
    const auto size = std::min(bytes.size(), limit - filled);
    std::memcpy(core.write_buffer.data() + filled, bytes.data(), size);
    filled += size;
  }
  return filled;
}

ssize_t Stream::Impl::send_queue(std::size_t& attempted) {
  const int fd = socket.native_handle();
  const auto pieces = queue.size() - head;
  if (pieces == 1) {
    const auto bytes = queue[head].bytes.substr(head_offset);
    attempted = bytes.size();
    return ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  }
  if (queued / pieces <= copied_piece_bytes) {
    attempted = gather_copied(core.write_buffer.size());
    return ::send(fd, core.write_buffer.data(), attempted, MSG_NOSIGNAL | MSG_DONTWAIT);
  }
  std::array<iovec, pieces_per_call> vector;
  std::size_t count = 0;
  auto offset = head_offset;
  for (auto i = head; i < queue.size() && count < vector.size(); ++i, offset = 0) {
    const auto bytes = queue[i].bytes.substr(offset);
    vector[count++] = {const_cast<char*>(bytes.data()), bytes.size()};
    attempted += bytes.size();
  }
  msghdr message{};
  message.msg_iov = vector.data();
  message.msg_iovlen = count;
  return ::sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

void Stream::Impl::left(std::size_t bytes) {
  queued -= bytes;
  stalled = {};
  while (bytes > 0) {
    auto& piece = queue[head];
    const auto rest = piece.bytes.size() - head_offset;
    if (bytes < rest) {
      head_offset += bytes;
      break;
    }
    bytes -= rest;
    head_offset = 0;
    piece.keep.reset();
    ++head;
  }
  if (head == queue.size()) {
    core.return_queue(std::exchange(queue, {}));
    head = 0;
  } else if (head > 64 && head > queue.size() / 2) {
    queue.erase(queue.begin(), queue.begin() + static_cast<std::ptrdiff_t>(head));
    head = 0;
  }
}

bool Stream::Impl::flush_tls() {
  if (!sealed) sealed = std::make_unique<std::string>();
  for (;;) {
    tls->drain(*sealed);
    while (!sealed->empty()) {
      const auto sent =
          ::send(socket.native_handle(), sealed->data(), sealed->size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent < 0 && errno == EINTR) continue;
      if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK) {
        lost(std::strerror(errno));
        return false;
      }
      if (sent > 0) stalled = {};
      if (sent > 0) sealed->erase(0, static_cast<std::size_t>(sent));
      if (!sealed->empty()) {
        wait_writable();
        return false;
      }
    }
    if (head == queue.size()) break;
    const auto size = gather_copied(tls_record_bytes);
    if (!tls->write({core.write_buffer.data(), size})) return false;  // the handshake is under way
    left(size);
  }
  sealed.reset();
  return true;
}

void Stream::Impl::wait_writable() {
  writable_wait = true;
  had_to_wait = true;
  if (stalled == Instant{}) stalled = core.owner.now();
  socket.async_wait(asio::socket_base::wait_write,
                    [self = StreamRef(this)](const boost::system::error_code& error) {
                      self->writable_wait = false;
                      if (!error) self->flush();
                    });
}

void Stream::Impl::send_fin() {
  if (fin_sent) return;
  fin_sent = true;
  if (tls) {
    tls->finish();
    if (!flush_tls() && !closed) {  // the goodbye has to wait like all else
      fin_sent = false;
      return;
    }
  }
  if (!closed) ::shutdown(socket.native_handle(), SHUT_WR);
}

// ---- the end

void Stream::Impl::ended() {
  if (ended_by_peer) return;
  ended_by_peer = true;
  handler->on_end();
}

void Stream::Impl::lost(const char* why) {
  auto* told = handler;
  close();
  if (told) told->on_lost(why);
}

void Stream::Impl::close() {
  if (closed) return;
  closed = true;
  handler = nullptr;
  queue = {};
  head = queued = head_offset = 0;
  boost::system::error_code ignored;
  socket.close(ignored);
}

Stream::~Stream() {
  if (!impl_) return;
  impl_->close();
  intrusive_ptr_release(impl_);
}

Stream::Stream(Stream&& other) noexcept : impl_(std::exchange(other.impl_, nullptr)) {}
Stream& Stream::operator=(Stream&& other) noexcept {
  Stream old{std::exchange(impl_, std::exchange(other.impl_, nullptr))};
  return *this;
}

Stream Stream::adopt(Loop& loop, int fd, const TlsContext* tls) {
  return adopt(loop, fd, tls ? std::make_unique<TlsSession>(*tls) : nullptr);
}

Stream Stream::adopt(Loop& loop, int fd, std::unique_ptr<TlsSession> tls) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  if (address.ss_family != AF_UNIX) {
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  return Stream{new Impl(loop.core(), fd, address.ss_family, std::move(tls))};
}

void Stream::start(StreamHandler& handler) {
  impl_->handler = &handler;
  if (impl_->tls) impl_->mark_dirty();  // a client's hello
  if (impl_->paused) impl_->resume();
}
void Stream::pause() {
  impl_->paused = true;
}
void Stream::resume() {
  if (impl_->paused) impl_->resume();
}

void Stream::write(SharedBytes bytes) {
  impl_->queue_piece(std::move(bytes));
}

void Stream::flush() {
  const StreamRef alive(impl_);
  impl_->flush();
}

std::size_t Stream::queued_bytes() const {
  return impl_->queued + (impl_->sealed ? impl_->sealed->size() : 0);
}

std::optional<Instant> Stream::stalled_since() const {
  if (impl_->stalled == Instant{}) return std::nullopt;
  return impl_->stalled;
}

void Stream::drop_unsent() {
  auto& queue = impl_->queue;
  const auto keep = impl_->head + (impl_->head_offset > 0 ? 1 : 0);
  while (queue.size() > keep) {
    impl_->queued -= queue.back().bytes.size();
    queue.pop_back();
  }
}

void Stream::finish() {
  impl_->finishing = true;
  impl_->mark_dirty();
}

void Stream::abort() {
  const linger now{1, 0};
  if (!impl_->closed) ::setsockopt(impl_->socket.native_handle(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
  impl_->close();
}

void Stream::limit_send_buffer(std::size_t bytes) {
  const int size = static_cast<int>(bytes);
  if (!impl_->closed) ::setsockopt(impl_->socket.native_handle(), SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
}

PeerAddress Stream::peer() const {
  if (impl_->client) return *impl_->client;
  return impl_->closed ? PeerAddress{} : peer_address(impl_->socket.native_handle());
}

void Stream::speaks_for(PeerAddress client) {
  impl_->client = std::make_unique<PeerAddress>(std::move(client));
}
bool Stream::proxied() const {
  return impl_->client != nullptr;
}

bool Stream::tls() const {
  return impl_->tls != nullptr;
}
Loop& Stream::loop() const {
  return impl_->core.owner;
}

}  // namespace longwave::io
