// SPDX-License-Identifier: Apache-2.0
#include "unit/hub/broker_contract.hpp"

#include "base/clock.hpp"
#include "hub/memory_broker.hpp"

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

INSTANTIATE_TYPED_TEST_SUITE_P(Memory, BrokerContract, MemoryWorld);

}  // namespace
}  // namespace longwave::hub
