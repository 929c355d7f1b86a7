// SPDX-License-Identifier: Apache-2.0
#include "unit/hub/broker_contract.hpp"

#include "base/clock.hpp"
#include "hub/memory_broker.hpp"
#include "unit/hub/redis_node.hpp"
#include "unit/redis/real_redis.hpp"

namespace longwave::hub {
namespace {

class MemoryWorld final : BrokerEvents {
 public:
  MemoryWorld() { broker_.listen(this); }
  void run(const std::function<void(Broker&)>& call) { call(broker_); }
  void pass(Duration time) { clock_.advance(time); }
  Heard heard() { return heard_; }
  void until(const std::function<bool()>& condition) { ASSERT_TRUE(condition()); }

 private:
  void published(const Publication& publication) override { heard_.push_back(publication); }
  void presence_changed(const std::string&) override {}
  void told(const std::string&, const std::string&) override {}
  void lost() override {}
  void back() override {}

  ManualClock clock_;
  MemoryBroker broker_{"e1", clock_};
  Heard heard_;
};

class RedisWorld {
 public:
  RedisWorld() { node_.until_up(); }
  void run(std::function<void(Broker&)> call) {
    node_.loop().post([this, call = std::move(call)] { call(node_.broker()); });
  }
  void pass(Duration time) { node_.pass(time); }
  Heard heard() {
    if (node_.loop().here()) return node_.heard;
    return node_.on_loop<Heard>([this] { return node_.heard; });
  }
  void until(const std::function<bool()>& condition) { node_.until(condition); }

 private:
  redis::RealRedis redis_;
  RedisNode node_{redis_.address()};
};

using Worlds = testing::Types<MemoryWorld, RedisWorld>;
class WorldNames {
 public:
  template <class World>
  static std::string GetName(int) {
    return std::is_same_v<World, MemoryWorld> ? "memory" : "redis";
  }
};
INSTANTIATE_TYPED_TEST_SUITE_P(Of, BrokerContract, Worlds, WorldNames);

}  // namespace
}  // namespace longwave::hub
