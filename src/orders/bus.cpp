// SPDX-License-Identifier: Apache-2.0
#include "orders/bus.hpp"

#include <utility>

namespace longwave::orders {

namespace {

/// Hands each message to the end's loop; a message whose end was detached meanwhile goes nowhere.
template <class Port, class Message>
class Relay : public Port {
 public:
  void attach(Port& end, Post post) {
    end_ = std::make_shared<Port*>(&end);
    post_ = std::move(post);
  }
  void detach() {
    end_.reset();
    post_ = {};
  }
  void receive(StationId station, const Message& message) override {
    if (!end_) return;
    post_([end = std::weak_ptr<Port*>(end_), station, message] {
      if (const auto there = end.lock()) (*there)->receive(station, message);
    });
  }

 private:
  std::shared_ptr<Port*> end_;
  Post post_;
};

}  // namespace

class Bus::ToPlayerEnd : public Relay<PlayerPort, ToPlayer> {};
class Bus::ToProgrammerEnd : public Relay<ProgrammerPort, FromPlayer> {};

Bus::Bus() : player_(std::make_unique<ToPlayerEnd>()), programmer_(std::make_unique<ToProgrammerEnd>()) {}
Bus::~Bus() = default;

PlayerPort& Bus::player() {
  return *player_;
}
ProgrammerPort& Bus::programmer() {
  return *programmer_;
}

void Bus::attach_programmer(ProgrammerPort& end, Post post) {
  programmer_->attach(end, std::move(post));
}
void Bus::attach_player(PlayerPort& end, Post post) {
  player_->attach(end, std::move(post));
}
void Bus::detach() {
  player_->detach();
  programmer_->detach();
}

}  // namespace longwave::orders
