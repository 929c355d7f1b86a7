// SPDX-License-Identifier: Apache-2.0
#include "app/messages.hpp"

#include "app/config.hpp"
#include "app/redis_place.hpp"
#include "hub/broker_redis.hpp"
#include "hub/memory_broker.hpp"
#include "hub/split_broker.hpp"
#include "io/loop.hpp"
#include "redis/connection.hpp"

#include <functional>
#include <future>
#include <random>
#include <utility>

namespace longwave::app {
namespace {

redis::LinkOptions link_options(const redis::Address& address, const std::string& node, bool pubsub) {
  redis::LinkOptions options{.greeting = redis::greeting_for(address, "longwave-" + node), .pubsub = pubsub};
  for (auto& command : hub::RedisBroker::greeting()) options.greeting.push_back(std::move(command));
  return options;
}

}  // namespace

class Messages::Shared {
 public:
  Shared(const Config& config, const Clock& clock, io::Loop& loop, const std::string& node, hub::Broker& here)
      : address_(*redis_address(config)),
        tls_(*redis_tls(config, address_)),
        commands_(loop, clock, address_, tls_.get(), link_options(address_, node, false),
                  std::random_device{}()),
        messages_(loop, clock, address_, tls_.get(), link_options(address_, node, true),
                  std::random_device{}()),
        broker_(commands_.link(), messages_.link(), {.prefix = config.redis_prefix, .node = node}),
        both_(here, broker_) {}

  hub::RedisBroker& broker() { return broker_; }
  hub::Broker& both() { return both_; }

 private:
  redis::Address address_;
  std::unique_ptr<io::TlsClientContext> tls_;
  redis::Connection commands_, messages_;
  hub::RedisBroker broker_;
  hub::SplitBroker both_;
};

bool Messages::are_shared(const Config& config) {
  return !config.redis.empty() && config.role != "streamer";
}

Result<void> Messages::check(const Config& config) {
  if (config.redis.empty()) return {};
  const auto address = redis_address(config);
  if (!address) return address.error();
  if (const auto tls = redis_tls(config, *address); !tls) return tls.error();
  return {};
}

Messages::Messages(const Config& config, const Clock& clock, io::Loop& hub_loop, const std::string& node)
    : loop_(hub_loop),
      here_(std::make_unique<hub::MemoryBroker>(node, clock)),
      shared_(are_shared(config) ? std::make_unique<Shared>(config, clock, hub_loop, node, *here_)
                                 : nullptr) {}

Messages::~Messages() = default;

hub::Broker& Messages::broker() {
  return shared_ ? shared_->both() : *here_;
}

void Messages::start() {
  if (shared_) loop_.post([this] { shared_->broker().start(); });
}

void Messages::stop() {
  if (!shared_) return;
  std::promise<void> over;
  loop_.post([&] {
    shared_->broker().stop();
    over.set_value();
  });
  over.get_future().wait();
}

std::vector<api::Check> Messages::checks() const {
  if (!shared_) return {};
  return {{"broker", [this] { return shared_->broker().state().problem(); }}};
}

void Messages::add_metrics(api::Metrics& metrics) const {
  if (!shared_) return;
  const auto& state = std::as_const(shared_->broker()).state();
  metrics.gauge("longwave_broker_up", "1 while messages between servers work.",
                [&state] { return state.up() ? 1.0 : 0.0; });
  metrics.counter("longwave_broker_lost_total", "Times that Redis was lost.",
                  [&state] { return static_cast<double>(state.lost()); });
  metrics.counter("longwave_broker_back_total", "Times that Redis was reached.",
                  [&state] { return static_cast<double>(state.back()); });
  metrics.counter("longwave_broker_refused_total", "Calls that Redis didn't carry out.",
                  [&state] { return static_cast<double>(state.refused()); });
}

}  // namespace longwave::app
