// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/task.hpp"
#include "base/time.hpp"
#include "io/deadline.hpp"
#include "io/stream.hpp"
#include "io/timer.hpp"

#include <boost/intrusive_ptr.hpp>

#include <array>
#include <memory>
#include <optional>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace longwave::io {

class Loop;

using StreamRef = boost::intrusive_ptr<Stream::Impl>;

/// What a loop's parts share; private to this room. Owned by the loop, belongs to its thread except post().
struct LoopCore : std::enable_shared_from_this<LoopCore> {
  explicit LoopCore(Loop& owner);
  ~LoopCore();

  void post(Task task);
  void defer(Task task);
  void mark_dirty(Stream::Impl& stream);
  void arm(Deadline& deadline, Instant when);

  /// Storage of a write queue, lent to streams while they have something queued, so that idle ones hold none.
  std::vector<SharedBytes> lend_queue();
  void return_queue(std::vector<SharedBytes> storage);

  Loop& owner;
  std::array<char, 64 * 1024> read_buffer;   // one for all streams: filled, handled and forgotten in one call
  std::array<char, 64 * 1024> plain_buffer;  // what TLS decrypts
  std::array<char, 64 * 1024> write_buffer;  // small pieces are copied together here

 private:
  void schedule_flush();
  void flush();
  void advance_wheel();
  void schedule_wheel(Instant when);

  std::vector<Task> deferred_;
  std::vector<StreamRef> dirty_;
  std::vector<std::vector<SharedBytes>> spare_queues_;
  bool flush_scheduled_ = false;
  DeadlineWheel wheel_;
  std::optional<Timer> wheel_timer_;
  Instant wheel_wakes_ = Instant::max();

 public:
  std::unique_ptr<boost::asio::io_context> context;  // last: its end destroys what holds on to the rest
};

}  // namespace longwave::io
