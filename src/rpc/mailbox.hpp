// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/task.hpp"
#include "rpc/fault.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

/// How responders on any thread reach the peer on its loop. Inside rpc/ only.
namespace longwave::rpc {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

/// What a peer does with what responders say; on its loop.
class AnswerSink {
 public:
  virtual void finished(std::uint64_t call, std::string result, HeaderList headers) = 0;
  virtual void failed(std::uint64_t call, const Fault& fault) = 0;
  virtual void more(std::uint64_t call, std::string value, bool gauge) = 0;
  virtual void wait_until_ready(Task task) = 0;
  virtual void look_at_queue() = 0;

 protected:
  ~AnswerSink() = default;
};

/// Shared by a peer and all its responders; outlives the peer as long as a responder does.
struct Mailbox {
  AnswerSink* sink = nullptr;  ///< on the peer's loop only; null once the peer is gone
  Post post;
  std::thread::id thread = std::this_thread::get_id();
  std::size_t soft_bytes = 0;
  std::atomic<std::size_t> unsent{0};      ///< queued in the outlet, as last seen on the loop
  std::atomic<std::size_t> in_transit{0};  ///< posted by responders, not yet on the loop

  bool here() const { return std::this_thread::get_id() == thread; }
  bool above_soft() const { return unsent.load() + in_transit.load() > soft_bytes; }
};

/// The newest gauge of a call that hasn't reached the loop yet.
class GaugeCell {
 public:
  explicit GaugeCell(std::string value) : value_(std::move(value)) {}
  std::optional<std::string> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(value_, std::nullopt);
  }
  /// False if it was taken already: then the value needs a journey of its own.
  bool replace(std::string& value) {
    const std::lock_guard lock(mutex_);
    if (!value_) return false;
    value_ = std::move(value);
    return true;
  }

 private:
  std::mutex mutex_;
  std::optional<std::string> value_;
};

/// One call that waits for its answer.
class ResponderState {
 public:
  ResponderState(std::shared_ptr<Mailbox> mailbox, std::uint64_t call, bool many, bool silent)
      : mailbox_(std::move(mailbox)), call_(call), many_(many), silent_(silent) {}
  ~ResponderState();
  ResponderState(const ResponderState&) = delete;
  ResponderState& operator=(const ResponderState&) = delete;

  bool silent() const { return silent_; }  ///< a notification: nothing is answered
  bool many() const { return many_ && !ended_.load(); }
  bool paused() const {
    if (mailbox_->here() && mailbox_->sink) mailbox_->sink->look_at_queue();
    return many() && mailbox_->above_soft();
  }
  bool cancelled() const { return cancelled_.load(); }

  void finish(std::string result);
  void fail(Fault fault);
  void item(std::string value);
  void gauge(std::string value);
  void header(std::string name, std::string value);
  void when_ready(Task task);
  void on_cancel(Task task);

  /// On the loop, by the peer: the caller doesn't want it any more, or is gone.
  void cancel();

 private:
  bool end() { return !ended_.exchange(true); }
  template <class F>
  void deliver(F act);

  std::shared_ptr<Mailbox> mailbox_;
  std::uint64_t call_;
  bool many_;
  bool silent_;
  std::atomic<bool> ended_{false};
  std::atomic<bool> cancelled_{false};
  std::mutex mutex_;  // guards what follows
  std::shared_ptr<GaugeCell> gauge_;
  HeaderList headers_;
  Task on_cancel_;
};

}  // namespace longwave::rpc
