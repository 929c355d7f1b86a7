// SPDX-License-Identifier: Apache-2.0
#include "io/pool.hpp"

#include "base/log.hpp"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <ctime>
#include <fstream>
#include <list>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

namespace longwave::io {

namespace {

/// A thread that the kernel would let run, on a machine that has no CPU for it just now.
bool wants_cpu(pid_t thread) {
  std::ifstream file("/proc/self/task/" + std::to_string(thread) + "/stat");
  std::string text;
  std::getline(file, text);
  const auto name_end = text.rfind(')');  // proc(5): "id (name) state ..."
  return name_end != std::string::npos && text.substr(name_end).starts_with(") R");
}

}  // namespace

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

  /// Guarded by the mutex, but for the thread itself.
  struct Worker {
    std::thread thread;
    pid_t kernel_id = 0;
    std::uint64_t job = 0;     // age of the one it works on; 0: none
    std::uint64_t looked = 0;  // the same when the watch looked last
    std::int64_t cpu_ns = 0;   // and what CPU the thread had used then
    bool stuck = false;
    bool gone = false;  // about to end: to be joined
  };

  Core(std::string title, std::size_t wanted, Duration patience)
      : name(std::move(title)), threads(wanted), look_every(patience) {}

  void work(Worker& self);
  void watch();
  void hire();
  void replace_stuck();
  std::size_t stuck() const {
    return static_cast<std::size_t>(
        std::count_if(workers.begin(), workers.end(), [](const Worker& w) { return w.stuck; }));
  }

  const std::string name;
  const std::size_t threads;
  const Duration look_every;
  mutable std::mutex mutex;
  std::condition_variable wake;        // a worker: there is work, or the end
  std::condition_variable watch_wake;  // the watch: the same
  std::set<std::unique_ptr<Entry>, Before> queue;
  std::vector<std::shared_ptr<JobHandle::State>> running;
  std::uint64_t ages = 1;
  bool stopping = false;
  std::list<Worker> workers;
  std::thread watcher;
};

void Pool::Core::work(Worker& self) {
  std::unique_lock lock(mutex);
  self.kernel_id = ::gettid();
  for (;;) {
    wake.wait(lock, [this] { return stopping || !queue.empty(); });
    if (stopping) return;
    auto entry = std::move(queue.extract(queue.begin()).value());
    auto expected = JobHandle::State::Phase::waiting;
    const bool begins = entry->state->phase.compare_exchange_strong(expected, JobHandle::State::Phase::begun);
    if (begins) running.push_back(entry->state);
    self.job = entry->age;
    lock.unlock();
    if (begins) entry->job.work(entry->state->stop.get_token());
    auto state = entry->state;
    entry.reset();  // captures end here, outside the lock
    lock.lock();
    std::erase(running, state);
    self.job = 0;
    if (std::exchange(self.stuck, false)) {
      self.gone = true;  // another has its place
      return;
    }
  }
}

void Pool::Core::hire() {
  auto& worker = workers.emplace_back();
  worker.thread =
      std::thread([this, &worker, title = name.substr(0, 12) + std::to_string(workers.size() - 1)] {
        pthread_setname_np(pthread_self(), title.substr(0, 15).c_str());
        work(worker);
      });
}

/// Looks now and then while work waits; a thread that computes, or reads from a disk that answers, uses CPU.
void Pool::Core::watch() {
  std::unique_lock lock(mutex);
  while (!stopping) {
    if (queue.empty()) {
      watch_wake.wait(lock, [this] { return stopping || !queue.empty(); });
    } else if (!watch_wake.wait_for(lock, look_every, [this] { return stopping; })) {
      replace_stuck();
    }
  }
}

void Pool::Core::replace_stuck() {
  for (auto worker = workers.begin(); worker != workers.end();) {
    if (!worker->gone) {
      ++worker;
      continue;
    }
    worker->thread.join();  // it has nothing left to do
    worker = workers.erase(worker);
  }
  if (queue.empty()) return;
  for (auto& worker : workers) {
    if (worker.stuck || worker.job == 0) continue;
    clockid_t clock{};
    timespec used{};
    if (pthread_getcpuclockid(worker.thread.native_handle(), &clock) != 0 || clock_gettime(clock, &used) != 0)
      continue;
    const auto cpu_ns = std::int64_t{used.tv_sec} * 1'000'000'000 + used.tv_nsec;
    const bool moved = worker.looked != worker.job || cpu_ns - worker.cpu_ns > look_every.count() / 1000;
    worker.looked = worker.job;
    worker.cpu_ns = cpu_ns;
    if (moved || workers.size() >= threads + spare_workers || wants_cpu(worker.kernel_id)) continue;
    worker.stuck = true;
    log::warn("{}: a worker waits for something that doesn't answer; another takes its place", name);
    hire();
    return;  // the list has grown; the next look finds the others
  }
}

Pool::Pool(std::string name, std::size_t threads, Duration patience)
    : core_(std::make_unique<Core>(std::move(name), std::max<std::size_t>(threads, 1), patience)) {
  std::lock_guard lock(core_->mutex);
  for (std::size_t i = 0; i < core_->threads; ++i) core_->hire();
  core_->watcher = std::thread([core = core_.get()] {
    pthread_setname_np(pthread_self(), (core->name.substr(0, 8) + "-watch").c_str());
    core->watch();
  });
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
  core_->watch_wake.notify_one();
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
  core_->watch_wake.notify_all();
  if (core_->watcher.joinable()) core_->watcher.join();  // nobody is hired from here on
  for (auto& worker : core_->workers) worker.thread.join();
  core_->workers.clear();
}

std::size_t Pool::threads() const {
  return core_->threads;
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

std::size_t Pool::stuck() const {
  std::lock_guard lock(core_->mutex);
  return core_->stuck();
}

}  // namespace longwave::io
