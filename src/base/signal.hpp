// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/task.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace longwave {

/// Ends a subscription when it is destroyed. May outlive the signal. Belongs to the thread that owns the
/// signal.
class Subscription {
 public:
  Subscription() = default;
  explicit Subscription(std::shared_ptr<void> keep) : keep_(std::move(keep)) {}

 private:
  std::shared_ptr<void> keep_;
};

/// A typed event of a room: the room changes its state, then emits one value declared in its header.
/// The signal, connect() and emit() belong to the room's own thread. A subscriber on another loop gives its
/// Post: the value is copied and delivered there, in order; without one it is called at once, inside emit().
///
///   Signal<QueueChanged> changed;                        // member of the room
///   auto sub = room.changed.connect(handler, loop.poster()); // in the subscriber, destroyed before what it
///   captures
template <class Event>
class Signal {
 public:
  using Handler = std::function<void(const Event&)>;

  [[nodiscard]] Subscription connect(Handler handler, Post post = {}) {
    auto slot = std::make_shared<Slot>(Slot{std::move(handler), std::move(post)});
    slots_.push_back(slot);
    return Subscription{std::move(slot)};
  }

  void emit(const Event& event) {
    std::erase_if(slots_, [](const auto& weak) { return weak.expired(); });
    const auto current = slots_;  // a handler may connect or disconnect while we deliver
    for (const auto& weak : current) {
      auto slot = weak.lock();
      if (!slot) continue;
      if (slot->post) {
        slot->post([weak, event] {
          if (auto alive = weak.lock()) alive->handler(event);
        });
      } else {
        slot->handler(event);
      }
    }
  }

 private:
  struct Slot {
    Handler handler;
    Post post;
  };
  std::vector<std::weak_ptr<Slot>> slots_;
};

}  // namespace longwave
