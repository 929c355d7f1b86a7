// SPDX-License-Identifier: Apache-2.0
#include "io/loop.hpp"
#include "io/stream_impl.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <span>
#include <utility>

namespace longwave::io {

namespace {
constexpr std::size_t tls_record_bytes = 16 * 1024;
}  // namespace

void Stream::Impl::queue_piece(SharedBytes bytes) {
  if (closed || finishing || bytes.bytes.empty()) return;
  if (!queue) queue = core.lend_queue();
  queue->push(std::move(bytes));
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
  while (queue) {
    std::size_t attempted = 0;
    const auto sent = queue->send(fd, core.write_buffer, attempted);
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

void Stream::Impl::left(std::size_t bytes) {
  stalled = {};
  queue->remove(bytes);
  if (queue->empty()) core.return_queue(std::move(queue));
}

bool Stream::Impl::flush_tls() {
  if (!sealed) sealed = std::make_unique<std::string>();
  for (;;) {
    tls->drain(*sealed);
    while (!sealed->empty()) {
      const auto sent = ::send(fd, sealed->data(), sealed->size(), MSG_NOSIGNAL | MSG_DONTWAIT);
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
    if (!queue) break;
    const auto size = queue->copy(std::span(core.write_buffer).first(tls_record_bytes));
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
  watch();
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
  if (!closed) ::shutdown(fd, SHUT_WR);
}

}  // namespace longwave::io
