// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hub/broker_redis.hpp"
#include "io/loop.hpp"
#include "io/timer.hpp"
#include "redis/connection.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace longwave::hub {

/// A Redis broker on a loop of its own, as a node has it, and what it told its hub.
class RedisNode final : public BrokerEvents {
 public:
  explicit RedisNode(const std::string& address, const std::string& name = "n1",
                     const std::string& prefix = "longwave:")
      : where_(*redis::Address::parse(address)),
        commands_(loop(), clock_, where_, nullptr, options(false), 1),
        messages_(loop(), clock_, where_, nullptr, options(true), 2) {
    broker_.emplace(commands_.link(), messages_.link(), RedisBrokerOptions{.prefix = prefix, .node = name});
    broker_->listen(this);
    loop().post([this] { broker_->start(); });
    loops_.start();
  }
  ~RedisNode() {
    on_loop<bool>([this] {
      broker_->stop();
      return true;
    });
    loops_.stop();
    broker_.reset();
  }

  io::Loop& loop() { return loops_[0]; }
  RedisBroker& broker() { return *broker_; }
  redis::Link& commands() { return commands_.link(); }
  redis::Link& messages() { return messages_.link(); }

  template <class T>
  T on_loop(std::function<T()> call) {
    std::promise<T> answer;
    loop().post([&] { answer.set_value(call()); });
    return answer.get_future().get();
  }
  template <class T>
  Result<T> ask(std::function<void(Broker&, Done<T>)> call) {
    auto answer = std::make_shared<std::promise<Result<T>>>();
    loop().post([this, call, answer] {
      call(*broker_, [answer](Result<T> result) { answer->set_value(std::move(result)); });
    });
    return answer->get_future().get();
  }
  /// Looks at the condition on the loop's thread, again and again; fails the test after 20 s.
  void until(std::function<bool()> condition) {
    std::promise<bool> met;
    std::optional<io::Timer> timer(std::in_place, loop());
    loop().post([&] {
      timer->every(std::chrono::milliseconds{10}, [&, turns = 0]() mutable {
        const bool now = condition();
        if (!now && ++turns < 2000) return;
        timer->cancel();
        loop().post([&, now] {
          timer.reset();
          met.set_value(now);
        });
      });
    });
    ASSERT_TRUE(met.get_future().get()) << "not within 20 s; " << broker_->state().problem();
  }
  void until_up() {
    until([this] { return broker_->state().up(); });
  }
  void pass(Duration time) {
    const Instant end = clock_.now() + time;
    until([this, end] { return clock_.now() >= end; });
  }

  // Of the loop's thread.
  std::vector<Publication> heard;
  std::vector<std::string> events;

 private:
  void published(const Publication& publication) override { heard.push_back(publication); }
  void presence_changed(const std::string& channel) override { events.push_back("presence " + channel); }
  void told(const std::string& kind, const std::string& text) override {
    events.push_back("told " + kind + "=" + text);
  }
  void lost() override { events.emplace_back("lost"); }
  void back() override { events.emplace_back("back"); }

  redis::LinkOptions options(bool pubsub) const {
    redis::LinkOptions options{.greeting = redis::greeting_for(where_, "longwave-test"), .pubsub = pubsub};
    for (auto& command : RedisBroker::greeting()) options.greeting.push_back(std::move(command));
    options.first_pause = std::chrono::milliseconds{10};
    return options;
  }

  SystemClock clock_;
  io::LoopGroup loops_{1};
  redis::Address where_;
  redis::Connection commands_, messages_;
  std::optional<RedisBroker> broker_;
};

}  // namespace longwave::hub
