// SPDX-License-Identifier: Apache-2.0
#include "io/pool.hpp"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <set>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

namespace longwave::io {

struct JobHandle::State {
  enum class Phase { waiting, begun, cancelled };
  std::atomic<Phase> phase{Phase::waiting};
  std::stop_source stop;
};

bool JobHandle::cancel() {
  if (!state_) return false;
  auto expected = State::Phase::waiting;
  const bool before_start = state_->phase.compare_exchange_strong(expected, State::Phase::cancelled);
  state_->stop.request_stop();
  return before_start || expected == State::Phase::cancelled;
}

struct Pool::Core {
  struct Entry {
    Job job;
    std::uint64_t age;
    std::shared_ptr<JobHandle::State> state;
  };
  struct Before {
    bool operator()(const std::unique_ptr<Entry>& a, const std::unique_ptr<Entry>& b) const {
      return std::tie(a->job.priority, a->job.deadline, a->age) <
             std::tie(b->job.priority, b->job.deadline, b->age);
    }
  };

  void work() {
    std::unique_lock lock(mutex);
    for (;;) {
      wake.wait(lock, [this] { return stopping || !queue.empty(); });
      if (stopping) return;
      auto entry = std::move(queue.extract(queue.begin()).value());
      auto expected = JobHandle::State::Phase::waiting;
      const bool begins =
          entry->state->phase.compare_exchange_strong(expected, JobHandle::State::Phase::begun);
      if (begins) running.push_back(entry->state);
      lock.unlock();
      if (begins) entry->job.work(entry->state->stop.get_token());
      auto state = entry->state;
      entry.reset();  // captures end here, outside the lock
      lock.lock();
      std::erase(running, state);
    }
  }

  mutable std::mutex mutex;
  std::condition_variable wake;
  std::set<std::unique_ptr<Entry>, Before> queue;
  std::vector<std::shared_ptr<JobHandle::State>> running;
  std::uint64_t ages = 0;
  bool stopping = false;
  std::vector<std::thread> workers;
};

Pool::Pool(std::string name, std::size_t threads) : core_(std::make_unique<Core>()) {
  for (std::size_t i = 0; i < std::max<std::size_t>(threads, 1); ++i) {
    core_->workers.emplace_back([core = core_.get(), title = name.substr(0, 12) + std::to_string(i)] {
      pthread_setname_np(pthread_self(), title.substr(0, 15).c_str());
      core->work();
    });
  }
}

Pool::~Pool() {
  stop();
}

JobHandle Pool::submit(Job job) {
  JobHandle handle;
  auto entry =
      std::make_unique<Core::Entry>(Core::Entry{std::move(job), 0, std::make_shared<JobHandle::State>()});
  {
    std::lock_guard lock(core_->mutex);
    if (core_->stopping) return handle;
    entry->age = core_->ages++;
    handle.state_ = entry->state;
    core_->queue.insert(std::move(entry));
  }
  core_->wake.notify_one();
  return handle;
}

void Pool::stop() {
  std::set<std::unique_ptr<Core::Entry>, Core::Before> dropped;  // destroyed outside the lock
  {
    std::lock_guard lock(core_->mutex);
    core_->stopping = true;
    dropped.swap(core_->queue);
    for (auto& state : core_->running) state->stop.request_stop();
  }
  for (const auto& entry : dropped) entry->state->phase = JobHandle::State::Phase::cancelled;
  core_->wake.notify_all();
  for (auto& worker : core_->workers) worker.join();
  core_->workers.clear();
}

std::size_t Pool::threads() const {
  return core_->workers.size();
}

std::size_t Pool::waiting() const {
  std::lock_guard lock(core_->mutex);
  return static_cast<std::size_t>(std::count_if(
      core_->queue.begin(), core_->queue.end(),
      [](const auto& entry) { return entry->state->phase == JobHandle::State::Phase::waiting; }));
}

std::size_t Pool::busy() const {
  std::lock_guard lock(core_->mutex);
  return core_->queue.size() + core_->running.size();
}

}  // namespace longwave::io
