// SPDX-License-Identifier: Apache-2.0
#include "fleet/exchange.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

namespace longwave::fleet {

/// What an end's posts may still find when the end is gone.
struct Exchange::State {
  struct Seat {
    std::vector<std::string> channels;
    BusHandler* handler = nullptr;  // of the end's thread; null: stopped
    Post post;
    bool up = false;  // of the end's thread
  };
  using SeatRef = std::shared_ptr<Seat>;

  static void tell(const SeatRef& seat, bool up) {
    seat->post([seat, up] {
      if (!seat->handler) return;
      seat->up = up;
      if (up) {
        seat->handler->on_bus_up();
      } else {
        seat->handler->on_bus_down("the exchange was cut");
      }
    });
  }
  void tell_all(bool now) {
    const std::lock_guard lock(mutex);
    if (std::exchange(open, now) == now) return;
    for (const auto& seat : seats) tell(seat, now);
  }

  std::mutex mutex;  // of the seats: ends come and go on their own threads
  std::vector<SeatRef> seats;
  bool open = true;
};

class Exchange::End final : public Bus {
 public:
  End(std::shared_ptr<State> state, Post post)
      : state_(std::move(state)), seat_(std::make_shared<State::Seat>()) {
    seat_->post = std::move(post);
  }
  ~End() override { stop(); }

  void start(std::vector<std::string> channels, BusHandler& handler) override {
    seat_->channels = std::move(channels);
    seat_->handler = &handler;
    const std::lock_guard lock(state_->mutex);
    state_->seats.push_back(seat_);
    if (state_->open) State::tell(seat_, true);
  }

  void stop() override {
    const std::lock_guard lock(state_->mutex);
    std::erase(state_->seats, seat_);
    seat_->handler = nullptr;
    seat_->up = false;
  }

  bool publish(std::string_view channel, std::string payload) override {
    if (!seat_->up) return false;
    const std::lock_guard lock(state_->mutex);
    if (!state_->open) return false;
    for (const auto& to : state_->seats) {
      const auto& wanted = to->channels;
      if (std::find(wanted.begin(), wanted.end(), channel) == wanted.end()) continue;
      to->post([to, channel = std::string(channel), payload] {
        if (to->handler) to->handler->on_bus_message(channel, payload);
      });
    }
    return true;
  }

  bool up() const override { return seat_->up; }

 private:
  std::shared_ptr<State> state_;
  std::shared_ptr<State::Seat> seat_;
};

Exchange::Exchange() : state_(std::make_shared<State>()) {}
Exchange::~Exchange() = default;

std::unique_ptr<Bus> Exchange::end(Post post) {
  return std::make_unique<End>(state_, std::move(post));
}

void Exchange::cut() {
  state_->tell_all(false);
}

void Exchange::mend() {
  state_->tell_all(true);
}

}  // namespace longwave::fleet
