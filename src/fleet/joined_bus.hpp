// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fleet/bus.hpp"

namespace longwave::fleet {

/// A bus to other processes and one inside this process as one: what is published goes to both, messages come
/// from both. It is up when the one to the others is: what happens inside works in any case, and is lost by
/// nobody.
class JoinedBus final : public Bus {
 public:
  JoinedBus(std::unique_ptr<Bus> outside, std::unique_ptr<Bus> inside)
      : outside_(std::move(outside)), inside_(std::move(inside)) {}

  void start(std::vector<std::string> channels, BusHandler& handler) override {
    messages_.handler = &handler;
    inside_->start(channels, messages_);
    outside_->start(std::move(channels), handler);
  }
  void stop() override {
    outside_->stop();
    inside_->stop();
  }
  bool publish(std::string_view channel, std::string payload) override {
    inside_->publish(channel, payload);
    return outside_->publish(channel, std::move(payload));
  }
  bool up() const override { return outside_->up(); }

 private:
  struct Messages final : BusHandler {
    void on_bus_up() override {}
    void on_bus_down(const std::string&) override {}
    void on_bus_message(const std::string& channel, std::string payload) override {
      handler->on_bus_message(channel, std::move(payload));
    }
    BusHandler* handler = nullptr;
  };

  std::unique_ptr<Bus> outside_, inside_;
  Messages messages_;
};

}  // namespace longwave::fleet
