// SPDX-License-Identifier: Apache-2.0
#include "fleet/node.hpp"

#include "fleet/exchange.hpp"
#include "fleet/tables.hpp"
#include "io/loop.hpp"
#include "schedule/radios/tables.hpp"
#include "store/store.hpp"
#include "unit/fleet/world.hpp"
#include "unit/store/options.hpp"

#include <functional>
#include <future>
#include <list>
#include <optional>
#include <stdexcept>

namespace longwave::fleet {
namespace {

using namespace std::chrono_literals;

/// The rest of the program: three radios with the songs of World. Of the loop's thread.
struct Around final : Outside {
  void read_programme(const std::string&, UniqueFunction<void(Programme)> done) override {
    ++asked;
    done(std::make_shared<const rules::Programme>(empty ? rules::Programme{} : World::ten_songs()));
  }
  std::string file(std::uint32_t key) const override { return fmt::format("song{:05}.mp3", key); }
  void has_radio(const std::string& radio, UniqueFunction<void(bool)> done) override { done(radio == "R"); }
  void all_radios(UniqueFunction<void(std::vector<std::string>)> done) override { done({"R"}); }
  void find_user(const Credentials& credentials, UniqueFunction<void(User)> done) override {
    if (credentials.auth_token == "throw") throw std::runtime_error("the answer is no");
    done({42, true});
  }
  void report(const Report& report) override { reports.push_back(World::text(report)); }
  std::size_t reports_waiting() const override { return reports.size(); }
  std::vector<std::string> reports;
  bool empty = false;  ///< no song is known
  int asked = 0;       ///< for programmes
};

/// A streamer that writes down what it is told.
struct Streamer final : BusHandler {
  void on_bus_up() override {}
  void on_bus_down(const std::string&) override {}
  void on_bus_message(const std::string&, std::string payload) override {
    told.push_back(std::move(payload));
  }
  bool has(const std::string& part) const {
    return std::any_of(told.begin(), told.end(),
                       [&](const auto& one) { return one.find(part) != std::string::npos; });
  }
  std::vector<std::string> told;
};

struct NodeTest : testing::Test {
  NodeTest() : store(store::test_options(), {{"radios", radios::migrations()}, migrations()}) {
    streamer_end = exchange.end(loop().poster());
    loops.start();
    there([this] { streamer_end->start({streamer_channel("st-01")}, streamer); });
  }
  ~NodeTest() override {
    for (auto& one : nodes) end(one);
    there([this] { streamer_end->stop(); });
    loops.stop();
    store.close();
  }
  struct Running {
    std::unique_ptr<Bus> bus;
    std::unique_ptr<Node> node;
  };
  io::Loop& loop() { return loops[0]; }
  Running& begin(const std::string& name) {
    auto& one = nodes.emplace_back();
    there([&] {
      one.bus = exchange.end(loop().poster());
      one.node = std::make_unique<Node>(Node::Parts{clock, loop(), store, *one.bus, around},
                                        NodeOptions{.name = name, .lease_patience = 9s, .write_every = 20ms});
      one.node->start();
    });
    return one;
  }
  void end(Running& one) {
    if (!one.node) return;
    std::promise<void> ended;
    loop().post([&] { one.node->stop([&] { ended.set_value(); }); });
    ended.get_future().wait();
    there([&] {
      one.node.reset();
      one.bus.reset();
    });
  }
  void there(const std::function<void()>& work) {
    std::promise<void> done;
    loop().post([&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }
  void until(const std::function<bool()>& condition) {
    std::optional<io::Timer> timer;
    std::promise<bool> met;
    there([&] {
      timer.emplace(loop());
      timer->every(5ms, [&, turns = 0]() mutable {
        const bool now = condition();
        if (!now && ++turns < 4'000) return;
        timer->cancel();
        met.set_value(now);
      });
    });
    EXPECT_TRUE(met.get_future().get()) << "not within 20 s";
    there([&] { timer.reset(); });
  }
  void say(const std::string& message) {
    there([&] { streamer_end->publish(scheduler_channel, message); });
  }
  Node::View view(Running& one) {
    Node::View seen;
    std::promise<void> looked;
    one.node->look([&](const Node::View& now) {
      seen = now;
      looked.set_value();
    });
    looked.get_future().wait();
    return seen;
  }
  void until_active(Running& one) {
    until([&, this] { return active(one); });
  }
  /// On the loop; as it was when it was asked last.
  bool active(Running& one) {
    one.node->look([this](const Node::View& now) {
      seen_active = now.scheduler != nullptr && now.bus_up;
      seen_radios = now.radios ? now.radios->counts().radios : 99;
    });
    return seen_active;
  }

  SystemClock clock;
  Exchange exchange;
  store::Store store;
  Around around;
  Streamer streamer;
  io::LoopGroup loops{1};
  std::unique_ptr<Bus> streamer_end;
  std::list<Running> nodes;
  bool seen_active = false;
  std::size_t seen_radios = 99;
  std::size_t seen_broken = 99;
};

TEST_F(NodeTest, schedules_when_it_has_the_lease_and_remembers) {
  auto& one = begin("one");
  until_active(one);
  say(R"({"type":"play_radio","streamer":"st-01","radio_uuid":"R"})");
  until([this] { return streamer.has("radio_started") && streamer.has(R"("type":"play")"); });
  say(R"({"type":"register_listener","radio_uuid":"R","session_id":"s1","streamer":"st-01","user_id":7})");
  until([this] { return std::count(around.reports.begin(), around.reports.end(), "start R 7") == 1; });
  end(one);
  const auto fleet = store.read_now([](store::Session& session) { return load(session); });
  EXPECT_EQ(fleet.streamers, (std::vector<StreamerRow>{{"st-01"}}));
  ASSERT_EQ(fleet.listeners.size(), 1U);
  const auto states = store.read_now([](store::Session& session) { return radios::load_all(session); });
  ASSERT_EQ(states.size(), 1U);
  EXPECT_EQ(states[0].master, "st-01");

  there([this] { streamer.told.clear(); });
  auto& two = begin("two");
  until([this] { return streamer.has(R"("type":"ping")"); });
  say(R"({"type":"pong","streamer":"st-01"})");
  until([this] { return streamer.has(R"("type":"play")"); });
  there([this] { EXPECT_FALSE(streamer.has("radio_started")); });
  EXPECT_EQ(view(two).holder, "two");
}

TEST_F(NodeTest, plays_as_soon_as_there_are_songs) {
  around.empty = true;
  auto& one = begin("one");
  until([this] { return around.asked > 0; });
  const auto began = clock.now();
  there([&] {
    around.empty = false;
    one.node->library_changed();
  });
  until([&] {
    one.node->look([this](const Node::View& now) { seen_broken = now.radios->counts().broken; });
    return seen_broken == 0;
  });
  EXPECT_LT(clock.now() - began, 9s) << "they are asked again by themselves after 10 s";
}

TEST_F(NodeTest, a_standby_takes_over_with_a_higher_term) {
  auto& one = begin("one");
  until_active(one);
  auto& two = begin("two");
  until([&, this] { return !active(two); });
  say(R"({"type":"register_streamer","streamer":"st-01","features":["prepare"]})");
  until([this] { return streamer.has(R"("term":1)"); });
  there([this] { EXPECT_FALSE(streamer.has(R"("term":2)")); });
  end(one);
  until_active(two);
  say(R"({"type":"play_radio","streamer":"st-01","radio_uuid":"R"})");
  until([this] { return streamer.has("radio_started"); });
  there([this] {
    EXPECT_TRUE(streamer.has(R"("term":2)"));
    EXPECT_FALSE(streamer.has(R"("radio_started","radio_uuid":"R","term":1)"));
  });
}

TEST_F(NodeTest, who_lost_the_lease_writes_and_sends_nothing_any_more) {
  auto& one = begin("one");
  until_active(one);
  store.write_now([](store::Session& session) {
    const auto seen = store::read_lease(session, scheduler_lease);
    return store::take_lease(session, scheduler_lease, "thief", seen);
  });
  say(R"({"type":"play_radio","streamer":"st-01","radio_uuid":"R"})");
  until([&, this] { return !active(one); });
  const auto fleet = store.read_now([](store::Session& session) { return load(session); });
  EXPECT_TRUE(fleet.streamers.empty());
}

TEST_F(NodeTest, an_exception_while_a_message_is_handled_ends_nothing) {  // defect 3
  auto& one = begin("one");
  until_active(one);
  say(R"({"type":"user_authentication","streamer":"st-01","auth_token":"throw"})");
  say(R"({"type":"user_authentication","streamer":"st-01","auth_token":"good"})");
  until([this] {
    return streamer.has(R"({"type":"user_authentication","auth_token":"good","user_id":42,"hd":true})");
  });
}

TEST_F(NodeTest, events_of_the_web_application_come_through_the_store_or_the_bus) {
  auto& one = begin("one");
  until_active(one);
  store.write_now([](store::Session& session) {
    add_event(session, {AppEvent::Kind::radio_deleted, "R"}, WallTime{});
    return true;
  });
  there([this] { streamer_end->publish(app_channel, R"({"event_type":"radio_updated"})"); });
  until([&, this] { return active(one) && seen_radios == 0; });
  there([this] { streamer_end->publish(app_channel, R"({"type":"radio_added","radio_uuid":"R"})"); });
  until([&, this] { return active(one) && seen_radios == 1; });
}

}  // namespace
}  // namespace longwave::fleet
