// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/task.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace longwave::socketio {

/// Where a channel stands: what an event with this mark says the client has seen.
struct Mark {
  std::string
      text;  ///< the offset on the wire: the last argument of the event. Unique among the marks of a process
  std::string channel;
  std::string epoch;
  std::uint64_t offset = 0;
};
using SharedMark = std::shared_ptr<const Mark>;

/// By channel, the newest mark that the client has seen.
using Seen = std::map<std::string, SharedMark, std::less<>>;

/// The marks that went to one socket, in order, so that the one offset a client brings back tells its
/// position in every channel. Pure; belongs to one thread.
class Trail {
 public:
  explicit Trail(std::size_t limit = 512) : limit_(limit) {}
  void note(SharedMark mark);
  /// A channel's position without an event: what a subscription began with.
  void begin(SharedMark mark);
  void forget(std::string_view channel);
  /// A returning client's: this offset and what it stands for are its beginning.
  void resume(std::string offset, Seen seen);
  /// What a client has seen whose last event had this offset; "" is the very beginning. nullptr: too long
  /// ago, or never sent; it must start over.
  std::unique_ptr<Seen> seen(std::string_view offset) const;

 private:
  std::size_t limit_;
  Seen base_;              // before the first of the log
  std::string base_text_;  // the newest offset that isn't in the log any more
  std::deque<SharedMark> log_;
};

/// Asked before a returning client is told that it has lost nothing. Called on the socket's loop; `done` is
/// called once, on that loop or any other thread.
class Recovery {
 public:
  virtual ~Recovery() = default;
  /// True: everything after `seen` can still be had, and on_connect will send it (Socket::recovered()).
  virtual void check(const Seen& seen, UniqueFunction<void(bool)> done) = 0;
};

}  // namespace longwave::socketio
