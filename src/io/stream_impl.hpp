// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/core.hpp"
#include "io/peer_address.hpp"
#include "io/stream.hpp"
#include "io/tls_session.hpp"
#include "io/write_queue.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace longwave::io {

/// What is behind a Stream; private to this room. Belongs to its loop. The Stream owns one reference, whoever
/// works on it at the moment another: a handler may end the stream that calls it.
struct Stream::Impl {
  Impl(LoopCore& loop_core, int socket, std::unique_ptr<TlsSession> session)
      : core(loop_core), fd(socket), tls(std::move(session)) {}

  /// `events` of epoll.
  void on_ready(std::uint32_t events);
  void watch();
  void on_readable();
  void deliver(std::span<char> bytes);
  void deliver_decrypted();

  void queue_piece(SharedBytes bytes);
  void mark_dirty();
  void flush();
  bool flush_plain();
  bool flush_tls();
  void left(std::size_t bytes);
  void wait_writable();
  void send_fin();

  void ended();
  void lost(const char* why);
  void close();

  LoopCore& core;
  int fd;
  int references = 1;
  StreamHandler* handler = nullptr;
  std::unique_ptr<WriteQueue> queue;  // lent by the loop while something is queued
  Instant stalled{};
  std::unique_ptr<TlsSession> tls;
  std::unique_ptr<std::string> sealed;  // ciphertext that has to leave
  std::unique_ptr<PeerAddress> client;  // of a proxy
  std::uint8_t watched = 0;             // what the poller waits for: 1 input, 2 room for output
  bool paused : 1 = true;
  bool ended_by_peer : 1 = false;
  bool closed : 1 = false;
  bool finishing : 1 = false;
  bool fin_sent : 1 = false;
  bool writable_wait : 1 = false;
  bool had_to_wait : 1 = false;
  bool dirty : 1 = false;
};

}  // namespace longwave::io
