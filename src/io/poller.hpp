// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/stream.hpp"

#include <sys/epoll.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace longwave::io {

/// Waits for many streams with an epoll of its own, which Asio sees as one descriptor: a stream that is only
/// waited for costs no object of Asio's, and level-triggered readiness isn't armed anew for each message.
/// Private to this room; part of a loop's core, on its thread.
class Poller {
 public:
  static constexpr std::uint8_t input = 1;
  static constexpr std::uint8_t output = 2;

  /// Throws std::system_error when the process has no descriptor left.
  Poller();
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  /// Readable while some stream is ready.
  int descriptor() const { return epoll_; }
  /// From what was waited for until now to what is wanted; nothing wanted: the stream is forgotten, also by a
  /// look() that is under way. False, with errno: the system can't.
  bool watch(int fd, Stream::Impl& stream, std::uint8_t before, std::uint8_t wanted);
  /// Tells the streams that are ready, some hundred at most; false: there were none.
  bool look();

 private:
  int epoll_;
  std::array<epoll_event, 256> events_;
  std::size_t next_ = 0, count_ = 0;  // of events_, those that are still to be told
};

}  // namespace longwave::io
