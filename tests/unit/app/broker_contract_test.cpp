// SPDX-License-Identifier: Apache-2.0
#include "unit/hub/broker_contract.hpp"

#include "unit/app/redis_node.hpp"
#include "unit/redis/real_redis.hpp"

namespace longwave::hub {
namespace {

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

INSTANTIATE_TYPED_TEST_SUITE_P(Redis, BrokerContract, RedisWorld);

}  // namespace
}  // namespace longwave::hub
