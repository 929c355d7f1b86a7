// SPDX-License-Identifier: Apache-2.0
#include "io/loop.hpp"

#include "base/assert.hpp"
#include "io/core.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>

#include <pthread.h>

#include <utility>

namespace longwave::io {

namespace asio = boost::asio;

namespace {
thread_local LoopCore* running = nullptr;

// Rounds of one flush: what handlers queue while it goes on leaves in it too, but they can't hold up the
// input.
constexpr int flush_rounds = 8;
constexpr std::size_t spare_queue_count = 64;
constexpr std::size_t spare_queue_pieces = 256;
}  // namespace

struct LoopCore::Readiness {
  explicit Readiness(LoopCore& core) : descriptor(*core.context, core.poller.descriptor()) {}
  ~Readiness() { descriptor.release(); }
  asio::posix::basic_stream_descriptor<asio::io_context::executor_type> descriptor;
};

LoopCore::LoopCore(Loop& loop) : owner(loop), context(std::make_unique<asio::io_context>(1)) {
  readiness_ = std::make_unique<Readiness>(*this);
  poll();
}

LoopCore::~LoopCore() {
  readiness_.reset();
  deferred_.clear();
  dirty_.clear();
  wheel_timer_.reset();
}

void LoopCore::post(Task task) {
  asio::post(*context, [task = std::move(task)]() mutable { task(); });
}

void LoopCore::poll() {
  readiness_->descriptor.async_wait(asio::posix::descriptor_base::wait_read,
                                    [this](const boost::system::error_code& error) {
                                      if (error) return;
                                      // What they queue leaves when all of them have been told.
                                      flush_scheduled_ = true;
                                      poller.look();
                                      flush();
                                      poll();
                                    });
}

// A task posted from the loop's own thread runs after the handlers that were ready and after one look for
// more: that is the end of the turn.
void LoopCore::schedule_flush() {
  if (flush_scheduled_) return;
  flush_scheduled_ = true;
  asio::post(*context, [this] { flush(); });
}

void LoopCore::defer(Task task) {
  deferred_.push_back(std::move(task));
  schedule_flush();
}

void LoopCore::mark_dirty(Stream::Impl& stream) {
  dirty_.emplace_back(&stream);
  schedule_flush();
}

void LoopCore::flush() {
  for (int round = 0; round < flush_rounds && !(deferred_.empty() && dirty_.empty()); ++round) {
    auto tasks = std::exchange(deferred_, {});
    for (auto& task : tasks) task();
    auto streams = std::exchange(dirty_, {});
    for (auto& stream : streams) flush_stream(*stream);
    if (dirty_.empty()) {  // keep the storage for the next turn
      streams.clear();
      dirty_ = std::move(streams);
    }
  }
  flush_scheduled_ = false;
  if (!deferred_.empty() || !dirty_.empty()) schedule_flush();
}

void LoopCore::arm(Deadline& deadline, Instant when) {
  wheel_.arm(deadline, when);
  if (when < wheel_wakes_) schedule_wheel(when + DeadlineWheel::tick);
}

void LoopCore::schedule_wheel(Instant when) {
  if (!wheel_timer_) wheel_timer_.emplace(owner);
  wheel_wakes_ = when;
  wheel_timer_->at(when, [this] { advance_wheel(); });
}

void LoopCore::advance_wheel() {
  wheel_wakes_ = Instant::max();
  wheel_.advance(owner.now());
  if (auto next = wheel_.next(); next && *next < wheel_wakes_) schedule_wheel(*next);
}

std::unique_ptr<WriteQueue> LoopCore::lend_queue() {
  if (spare_queues_.empty()) return std::make_unique<WriteQueue>();
  auto queue = std::move(spare_queues_.back());
  spare_queues_.pop_back();
  return queue;
}

void LoopCore::return_queue(std::unique_ptr<WriteQueue> empty) {
  if (spare_queues_.size() < spare_queue_count && empty->capacity() <= spare_queue_pieces)
    spare_queues_.push_back(std::move(empty));
}

Loop::Loop() : core_(std::make_shared<LoopCore>(*this)) {}
Loop::~Loop() {
  LW_ASSERT(!here(), "a loop is not destroyed from inside itself");
}

void Loop::run() {
  LW_ASSERT(running == nullptr, "one loop per thread");
  running = core_.get();
  auto work = asio::make_work_guard(*core_->context);
  core_->context->run();
  running = nullptr;
}

void Loop::stop() {
  core_->context->stop();
}
void Loop::post(Task task) {
  core_->post(std::move(task));
}

Post Loop::poster() {
  return [weak = core_->weak_from_this()](Task task) {
    if (auto core = weak.lock()) core->post(std::move(task));
  };
}

bool Loop::here() const {
  return running == core_.get();
}
Loop* Loop::current() {
  return running ? &running->owner : nullptr;
}
void Loop::defer(Task task) {
  core_->defer(std::move(task));
}
Instant Loop::now() const {
  return std::chrono::steady_clock::now();
}

void arm(Loop& loop, Deadline& deadline, Instant when) {
  loop.core().arm(deadline, when);
}
void arm(Loop& loop, Deadline& deadline, Duration delay) {
  arm(loop, deadline, loop.now() + delay);
}

LoopGroup::LoopGroup(std::size_t count) {
  LW_ASSERT(count > 0, "a group has at least one loop");
  for (std::size_t i = 0; i < count; ++i) loops_.push_back(std::make_unique<Loop>());
}

LoopGroup::~LoopGroup() {
  stop();
}

void LoopGroup::start() {
  LW_ASSERT(threads_.empty(), "a group is started once");
  for (std::size_t i = 0; i < loops_.size(); ++i) {
    threads_.emplace_back([loop = loops_[i].get(), i] {
      const auto name = "net" + std::to_string(i);
      pthread_setname_np(pthread_self(), name.c_str());
      loop->run();
    });
  }
}

void LoopGroup::stop() {
  for (auto& loop : loops_) loop->stop();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace longwave::io
