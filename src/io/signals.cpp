// SPDX-License-Identifier: Apache-2.0
#include "io/signals.hpp"

#include "io/core.hpp"
#include "io/loop.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <utility>

namespace longwave::io {

struct Signals::State : std::enable_shared_from_this<State> {
  State(Loop& loop, std::function<void(int)> what) : set(*loop.core().context), handler(std::move(what)) {}

  void wait() {
    set.async_wait([self = shared_from_this()](boost::system::error_code error, int signal) {
      if (error || self->ended) return;
      self->handler(signal);
      if (!self->ended) self->wait();
    });
  }

  boost::asio::signal_set set;
  std::function<void(int)> handler;
  bool ended = false;
};

Signals::Signals(Loop& loop, std::initializer_list<int> signals, std::function<void(int)> handler)
    : state_(std::make_shared<State>(loop, std::move(handler))) {
  for (const int signal : signals) state_->set.add(signal);
  state_->wait();
}

Signals::~Signals() {
  state_->ended = true;
  boost::system::error_code ignored;
  state_->set.cancel(ignored);  // a wait that is only cleared would keep the state for ever
  state_->set.clear(ignored);
}

void ignore_broken_pipes() {
  std::signal(SIGPIPE, SIG_IGN);
}

}  // namespace longwave::io
