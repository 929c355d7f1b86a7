// SPDX-License-Identifier: Apache-2.0
#include "io/timer.hpp"

#include "io/core.hpp"
#include "io/loop.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>

#include <utility>

namespace longwave::io {

namespace asio = boost::asio;

struct Timer::State : std::enable_shared_from_this<State> {
  using Clock = std::chrono::steady_clock;
  using Wait = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, asio::io_context::executor_type>;

  explicit State(asio::io_context& context) : wait(context) {}

  void start() {
    wait.expires_at(when);
    wait.async_wait([self = shared_from_this(), generation = generation](boost::system::error_code error) {
      if (!error && generation == self->generation) self->fire();
    });
  }

  // The task is moved out while it runs: it may re-arm or destroy the timer.
  void fire() {
    const auto mine = generation;
    auto running = std::exchange(task, {});
    if (period == Duration::zero()) ++generation;
    running();
    if (period == Duration::zero() || generation != mine) return;
    task = std::move(running);
    const Instant now = Clock::now();
    when += period;
    if (when <= now) when += period * ((now - when) / period + 1);
    start();
  }

  void arm(Instant at, Duration every, Task what) {
    ++generation;
    when = at;
    period = every;
    task = std::move(what);
    start();
  }

  void cancel() {
    ++generation;
    task = {};
    wait.cancel();
  }

  Wait wait;
  Task task;
  Instant when{};
  Duration period{};
  unsigned generation = 0;  // what was armed before belongs to another one
};

Timer::Timer(Loop& loop) : state_(std::make_shared<State>(*loop.core().context)) {}
Timer::~Timer() {
  if (state_) state_->cancel();
}
Timer::Timer(Timer&&) noexcept = default;
Timer& Timer::operator=(Timer&& other) noexcept {
  if (this != &other) {
    if (state_) state_->cancel();
    state_ = std::move(other.state_);
  }
  return *this;
}

void Timer::at(Instant when, Task task) {
  state_->arm(when, Duration::zero(), std::move(task));
}
void Timer::after(Duration delay, Task task) {
  at(State::Clock::now() + delay, std::move(task));
}
void Timer::every(Duration period, Task task) {
  state_->arm(State::Clock::now() + period, period, std::move(task));
}
void Timer::cancel() {
  state_->cancel();
}
bool Timer::armed() const {
  return static_cast<bool>(state_->task);
}

}  // namespace longwave::io
