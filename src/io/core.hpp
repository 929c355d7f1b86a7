// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/task.hpp"
#include "base/time.hpp"
#include "io/deadline.hpp"
#include "io/poller.hpp"
#include "io/stream.hpp"
#include "io/timer.hpp"
#include "io/write_queue.hpp"

#include <boost/intrusive_ptr.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace longwave::io {

class Loop;

void intrusive_ptr_add_ref(Stream::Impl*);
void intrusive_ptr_release(Stream::Impl*);
void flush_stream(Stream::Impl&);
void ready_stream(Stream::Impl&, std::uint32_t events);  ///< `events` of epoll

using StreamRef = boost::intrusive_ptr<Stream::Impl>;

/// What a loop's parts share; private to this room. Owned by the loop, belongs to its thread except post().
struct LoopCore : std::enable_shared_from_this<LoopCore> {
  explicit LoopCore(Loop& owner);
  ~LoopCore();

  void post(Task task);
  void defer(Task task);
  void mark_dirty(Stream::Impl& stream);
  void arm(Deadline& deadline, Instant when);

  /// A write queue with its storage, lent to streams while they have something queued, so that idle ones hold
  /// none.
  std::unique_ptr<WriteQueue> lend_queue();
  void return_queue(std::unique_ptr<WriteQueue> empty);

  Loop& owner;
  Poller poller;
  std::array<char, 64 * 1024> read_buffer;   // one for all streams: filled, handled and forgotten in one call
  std::array<char, 64 * 1024> plain_buffer;  // what TLS decrypts
  std::array<char, 64 * 1024> write_buffer;  // small pieces are copied together here

 private:
  void poll();
  void schedule_flush();
  void flush();
  void advance_wheel();
  void schedule_wheel(Instant when);

  std::vector<Task> deferred_;
  std::vector<StreamRef> dirty_;
  std::vector<std::unique_ptr<WriteQueue>> spare_queues_;
  bool flush_scheduled_ = false;
  DeadlineWheel wheel_;
  std::optional<Timer> wheel_timer_;
  struct Readiness;  // the poller, as Asio sees it
  std::unique_ptr<Readiness> readiness_;
  Instant wheel_wakes_ = Instant::max();

 public:
  std::unique_ptr<boost::asio::io_context> context;  // last: its end destroys what holds on to the rest
};

}  // namespace longwave::io
