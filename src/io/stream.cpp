// SPDX-License-Identifier: Apache-2.0
#include "io/stream.hpp"

#include "io/loop.hpp"
#include "io/stream_impl.hpp"
#include "io/tls.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace longwave::io {

void intrusive_ptr_add_ref(Stream::Impl* impl) {
  ++impl->references;
}
void intrusive_ptr_release(Stream::Impl* impl) {
  if (--impl->references == 0) delete impl;
}
void flush_stream(Stream::Impl& impl) {
  impl.flush();
}
void ready_stream(Stream::Impl& impl, std::uint32_t events) {
  impl.on_ready(events);
}

// ---- reading

// Waits for readiness instead of reading into a buffer of its own: an idle connection holds no buffer, and a
// message of any size is one recv() into the loop's.
void Stream::Impl::watch() {
  if (closed) return;
  const bool input = handler && !paused && !ended_by_peer;
  const auto wanted =
      static_cast<std::uint8_t>((input ? Poller::input : 0) | (writable_wait ? Poller::output : 0));
  if (wanted == watched) return;
  if (!core.poller.watch(fd, *this, watched, wanted)) {
    core.defer([self = StreamRef(this), error = errno] {
      if (!self->closed) self->lost(std::strerror(error));
    });
    return;
  }
  watched = wanted;
}

void Stream::Impl::on_ready(std::uint32_t events) {
  const bool broken = (events & (EPOLLERR | EPOLLHUP)) != 0;
  if (writable_wait && (broken || (events & EPOLLOUT))) {
    writable_wait = false;
    flush();
  }
  // What is paused is no longer watched from here on, until resume(); the bytes are still there then.
  if (!closed && !paused && !ended_by_peer && (broken || (events & EPOLLIN))) on_readable();
  watch();
}

void Stream::Impl::on_readable() {
  auto& shared = core.read_buffer;
  const auto size = ::recv(fd, shared.data(), shared.size(), MSG_DONTWAIT);
  if (size > 0) {
    deliver({shared.data(), static_cast<std::size_t>(size)});
  } else if (size == 0) {
    ended();
  } else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
    lost(std::strerror(errno));
  }
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
  queue.reset();
  if (watched != 0) core.poller.watch(fd, *this, watched, 0);
  ::close(fd);
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
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // a Unix socket has none, and needs none
  return Stream{new Impl(loop.core(), fd, std::move(tls))};
}

void Stream::start(StreamHandler& handler) {
  impl_->handler = &handler;
  if (impl_->tls) impl_->mark_dirty();  // a client's hello
  resume();
}
void Stream::pause() {
  impl_->paused = true;
}
void Stream::resume() {
  impl_->paused = false;
  impl_->watch();
}

void Stream::write(SharedBytes bytes) {
  impl_->queue_piece(std::move(bytes));
}

void Stream::flush() {
  const StreamRef alive(impl_);
  impl_->flush();
}

std::size_t Stream::queued_bytes() const {
  return (impl_->queue ? impl_->queue->bytes() : 0) + (impl_->sealed ? impl_->sealed->size() : 0);
}

std::optional<Instant> Stream::stalled_since() const {
  if (impl_->stalled == Instant{}) return std::nullopt;
  return impl_->stalled;
}

void Stream::drop_unsent() {
  auto& queue = impl_->queue;
  if (!queue) return;
  queue->drop_unsent();
  if (queue->empty()) impl_->core.return_queue(std::move(queue));
}

void Stream::finish() {
  impl_->finishing = true;
  impl_->mark_dirty();
}

void Stream::abort() {
  const linger now{1, 0};
  if (!impl_->closed) ::setsockopt(impl_->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  impl_->close();
}

void Stream::limit_send_buffer(std::size_t bytes) {
  const int size = static_cast<int>(bytes);
  if (!impl_->closed) ::setsockopt(impl_->fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
}

PeerAddress Stream::peer() const {
  if (impl_->client) return *impl_->client;
  return impl_->closed ? PeerAddress{} : peer_address(impl_->fd);
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
