// SPDX-License-Identifier: Apache-2.0
#include "fleet/redis_bus.hpp"

#include "redis/connection.hpp"

#include <utility>

namespace longwave::fleet {
namespace {

class RedisBus final : public Bus {
 public:
  RedisBus(io::Loop& loop, const Clock& clock, const redis::Address& address, const io::TlsClientContext* tls,
           std::uint64_t seed)
      : in_(loop, clock, address, tls, options(address, "longwave-fleet-in", true), seed),
        out_(loop, clock, address, tls, options(address, "longwave-fleet-out", false), seed + 1) {}

  void start(std::vector<std::string> channels, BusHandler& handler) override {
    channels_ = std::move(channels);
    handler_ = &handler;
    in_.link().on_up([this](const auto&) { subscribe(); });
    in_.link().on_message([this](const std::string& channel, std::string payload) {
      if (handler_) handler_->on_bus_message(channel, std::move(payload));
    });
    out_.link().on_up([this](const auto&) { look(); });
    for (auto* link : {&in_.link(), &out_.link()})
      link->on_down([this](const std::string& why) { lost(why); });
    in_.link().start();
    out_.link().start();
  }

  void stop() override {
    handler_ = nullptr;
    up_ = false;
    in_.link().stop();
    out_.link().stop();
  }

  bool publish(std::string_view channel, std::string payload) override {
    if (!up_) return false;
    out_.link().call({"PUBLISH", std::string(channel), std::move(payload)},
                     [this](Result<redis::Reply> reply) {
                       // A replica, or an ACL: the connection works and is of no use.
                       if (reply && reply->is_error()) out_.link().drop(reply->text);
                     });
    return true;
  }

  bool up() const override { return up_; }

 private:
  static redis::LinkOptions options(const redis::Address& address, const std::string& name, bool pubsub) {
    redis::LinkOptions options;
    options.greeting = redis::greeting_for(address, name);
    options.pubsub = pubsub;
    return options;
  }

  void subscribe() {
    subscribed_ = 0;
    for (const auto& channel : channels_) {
      in_.link().call({"SUBSCRIBE", channel}, [this](Result<redis::Reply> reply) {
        if (!reply) return;
        if (reply->is_error()) return in_.link().drop(reply->text);
        ++subscribed_;
        look();
      });
    }
  }

  void look() {
    if (up_ || !handler_ || subscribed_ < channels_.size() || !out_.link().up()) return;
    up_ = true;
    handler_->on_bus_up();
  }

  void lost(const std::string& why) {
    if (!in_.link().up()) subscribed_ = 0;
    up_ = false;
    if (handler_) handler_->on_bus_down(why);
  }

  std::vector<std::string> channels_;
  BusHandler* handler_ = nullptr;
  std::size_t subscribed_ = 0;
  bool up_ = false;
  redis::Connection in_, out_;
};

}  // namespace

std::unique_ptr<Bus> make_redis_bus(io::Loop& loop, const Clock& clock, const redis::Address& address,
                                    const io::TlsClientContext* tls, std::uint64_t seed) {
  return std::make_unique<RedisBus>(loop, clock, address, tls, seed);
}

}  // namespace longwave::fleet
