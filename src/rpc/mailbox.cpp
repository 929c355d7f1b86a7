// SPDX-License-Identifier: Apache-2.0
#include "rpc/mailbox.hpp"

#include <utility>

namespace longwave::rpc {

/// Runs `act(sink)` on the peer's loop, if the peer is still there: at once when this is its thread.
template <class F>
void ResponderState::deliver(F act) {
  if (mailbox_->here()) {
    if (mailbox_->sink) act(*mailbox_->sink);
    return;
  }
  mailbox_->post([mailbox = mailbox_, act = std::move(act)]() mutable {
    if (mailbox->sink) act(*mailbox->sink);
  });
}

ResponderState::~ResponderState() {
  if (end())
    deliver([call = call_](AnswerSink& sink) { sink.failed(call, {internal_error, "no answer", {}}); });
}

void ResponderState::finish(std::string result) {
  if (!end()) return;
  HeaderList headers;
  {
    const std::lock_guard lock(mutex_);
    headers = std::move(headers_);
    on_cancel_ = {};
  }
  deliver([call = call_, result = std::move(result), headers = std::move(headers)](AnswerSink& sink) mutable {
    sink.finished(call, std::move(result), std::move(headers));
  });
}

void ResponderState::fail(Fault fault) {
  if (!end()) return;
  {
    const std::lock_guard lock(mutex_);
    on_cancel_ = {};
  }
  deliver([call = call_, fault = std::move(fault)](AnswerSink& sink) { sink.failed(call, fault); });
}

void ResponderState::item(std::string value) {
  if (!many()) return;
  std::shared_ptr<GaugeCell> older;
  {
    const std::lock_guard lock(mutex_);
    older = std::exchange(gauge_, nullptr);  // leaves before the item, as it was produced
  }
  const std::size_t bytes = value.size();
  mailbox_->in_transit += bytes;
  deliver(
      [mailbox = mailbox_, call = call_, bytes, older, value = std::move(value)](AnswerSink& sink) mutable {
        mailbox->in_transit -= bytes;
        if (older)
          if (auto gauge = older->take()) sink.more(call, std::move(*gauge), true);
        sink.more(call, std::move(value), false);
      });
}

void ResponderState::gauge(std::string value) {
  if (!many()) return;
  std::shared_ptr<GaugeCell> cell;
  {
    const std::lock_guard lock(mutex_);
    if (gauge_ && gauge_->replace(value)) return;  // the one on its way takes the newer value along
    cell = gauge_ = std::make_shared<GaugeCell>(std::move(value));
  }
  deliver([call = call_, cell](AnswerSink& sink) {
    if (auto newest = cell->take()) sink.more(call, std::move(*newest), true);
  });
}

void ResponderState::header(std::string name, std::string value) {
  const std::lock_guard lock(mutex_);
  headers_.emplace_back(std::move(name), std::move(value));
}

void ResponderState::when_ready(Task task) {
  auto act = [mailbox = mailbox_, task = std::move(task)]() mutable {
    if (mailbox->sink)
      mailbox->sink->wait_until_ready(std::move(task));
    else
      task();
  };
  if (mailbox_->here())
    act();
  else
    mailbox_->post(std::move(act));
}

void ResponderState::on_cancel(Task task) {
  {
    const std::lock_guard lock(mutex_);
    if (!cancelled_.load()) {
      if (!ended_.load()) on_cancel_ = std::move(task);
      return;
    }
  }
  task();
}

void ResponderState::cancel() {
  ended_.store(true);
  Task hook;
  {
    const std::lock_guard lock(mutex_);
    if (cancelled_.exchange(true)) return;
    hook = std::move(on_cancel_);
    on_cancel_ = {};
  }
  if (hook) hook();
}

}  // namespace longwave::rpc
