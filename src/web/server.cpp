// SPDX-License-Identifier: Apache-2.0
#include "web/server.hpp"

#include "io/loop.hpp"
#include "io/timer.hpp"
#include "web/connections.hpp"

#include <atomic>
#include <utility>

namespace longwave::web {

struct Server::State {
  State(io::LoopGroup& group, ServerOptions given) : loops(group), options(std::move(given)) {}

  void close_listeners() { listeners.clear(); }
  void all_gone_on_one_loop();

  io::LoopGroup& loops;
  ServerOptions options;
  ServerCounters counters;
  std::vector<std::unique_ptr<Connections>> parts;  // one a loop
  std::vector<std::unique_ptr<io::Listener>> listeners;
  std::optional<io::Timer> drain_timer;
  Instant drain_ends{};
  Task done;
  std::size_t parts_left = 0;
};

Server::Server(io::LoopGroup& loops, const Clock& clock, const Router& router, ServerOptions options)
    : state_(std::make_unique<State>(loops, std::move(options))) {
  for (std::size_t i = 0; i < loops.size(); ++i) {
    state_->parts.push_back(
        std::make_unique<Connections>(loops[i], clock, router, state_->options, state_->counters));
  }
}

Server::~Server() = default;

Result<io::Endpoint> Server::listen(io::Listener::Options options) {
  std::vector<io::Loop*> targets;
  for (std::size_t i = 0; i < state_->loops.size(); ++i) targets.push_back(&state_->loops[i]);
  auto listener = io::Listener::open(state_->loops[0], std::move(targets), std::move(options),
                                     [state = state_.get()](io::Loop& loop, io::Stream stream) {
                                       for (auto& part : state->parts) {
                                         if (&part->loop() == &loop) return part->accept(std::move(stream));
                                       }
                                     });
  if (!listener) return listener.error();
  state_->listeners.push_back(std::move(*listener));
  return state_->listeners.back()->endpoint();
}

namespace {
constexpr auto drain_look = std::chrono::milliseconds{20};
}

void Server::drain(Duration window, Duration grace, Task done) {
  state_->counters.draining = true;
  if (window <= Duration::zero()) return shutdown(grace, std::move(done));
  state_->loops[0].post([this, window, grace, done = std::move(done)]() mutable {
    auto* state = state_.get();
    for (auto& part : state->parts) part->loop().post([part = part.get(), window] { part->drain(window); });
    state->drain_ends = state->loops[0].now() + window;
    state->drain_timer.emplace(state->loops[0]);
    state->drain_timer->every(drain_look, [this, state, grace, done = std::move(done)]() mutable {
      const auto& counters = state->counters;
      const bool some_left = counters.web_sockets > 0 || counters.streams > 0;
      if (some_left && state->loops[0].now() < state->drain_ends) return;
      state->drain_timer->cancel();
      shutdown(grace, std::exchange(done, {}));
    });
  });
}

bool Server::draining() const {
  return state_->counters.draining;
}

std::vector<int> Server::duplicate_listeners() const {
  std::vector<int> copies;
  for (const auto& listener : state_->listeners) copies.push_back(listener->duplicate());
  return copies;
}

// Runs on the first loop. The steps are this list and nothing else: (1) stop accepting, (2) tell every
// connection, which finishes what it has and lets its queue leave, (3) wait for all of them, (4) cut who
// didn't make it, (5) done.
void Server::shutdown(Duration drain, Task done) {
  state_->loops[0].post([state = state_.get(), drain, done = std::move(done)]() mutable {
    state->close_listeners();
    state->counters.draining = true;
    state->done = std::move(done);
    state->parts_left = state->parts.size();
    state->drain_timer.emplace(state->loops[0]);
    state->drain_timer->after(drain, [state] {
      for (auto& part : state->parts) part->loop().post([part = part.get()] { part->cut(); });
    });
    for (auto& part : state->parts) {
      part->loop().post([state, part = part.get()] {
        part->shut_down([state] { state->loops[0].post([state] { state->all_gone_on_one_loop(); }); });
      });
    }
  });
}

void Server::State::all_gone_on_one_loop() {
  if (--parts_left > 0) return;
  drain_timer.reset();
  if (auto task = std::exchange(done, {})) task();
}

ServerCounts Server::counts() const {
  const auto& counters = state_->counters;
  return {counters.connections, counters.web_sockets, counters.requests};
}

}  // namespace longwave::web
