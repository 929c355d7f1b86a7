// SPDX-License-Identifier: Apache-2.0
#include "hub_fixture.hpp"

#include <deque>

namespace longwave::hub {
namespace {

TEST_F(HubTest, one_delivery_per_group_with_subscribers) {
  for (std::uint64_t id = 1; id <= 4; ++id)
    connect(id, static_cast<GroupId>(id % 2), {std::to_string(id), "", ""});
  connect(9, 7, {"9", "", ""});
  for (std::uint64_t id = 1; id <= 4; ++id) subscribe(id, "a", {});
  notes.take();
  publish("a", "x");
  publish("b", "y");
  EXPECT_EQ(notes.take(), (Lines{"g0 a#1 m=x", "g1 a#1 m=x"}));
  unsubscribe(2, "a");
  disconnect(4);
  publish("a", "z");
  EXPECT_EQ(notes.take(), (Lines{"g1 a#2 m=z"}));
}

TEST_F(HubTest, present_values_come_first_then_changes) {
  int value = 5;
  hub.provide("", [](const std::string&, auto answer) { answer({}); });
  hub.provide("st", [&](const std::string& channel, auto answer) {
    EXPECT_EQ(channel, "station:main");
    std::vector<std::pair<std::string, Payload>> values;
    values.emplace_back("now", text(std::to_string(value)));
    answer(std::move(values));
  });
  publish("station:main", "5");
  connect(1, 0, {"a", "", ""});
  subscribe(1, "station:main", {});
  publish("station:main", "6");
  EXPECT_EQ(notes.take(), (Lines{"g0 c1 station:main joined@1 now=5", "g0 station:main#2 m=6"}));
}

TEST_F(HubTest, values_that_take_time_leave_no_gap_and_no_repetition) {
  std::deque<UniqueFunction<void(std::vector<std::pair<std::string, Payload>>)>> asked;
  hub.provide("s", [&](const std::string&, auto answer) { asked.push_back(std::move(answer)); });
  connect(1, 0, {"a", "", ""});
  subscribe(1, "s", {});
  publish("s", "1");  // the values, taken later on the same way, contain it
  ASSERT_EQ(asked.size(), 1u);
  std::vector<std::pair<std::string, Payload>> values;
  values.emplace_back("all", text("[1]"));
  asked[0](std::move(values));
  publish("s", "2");
  EXPECT_EQ(notes.take(), (Lines{"g0 c1 s joined@1 all=[1]", "g0 s#2 m=2"}));
}

TEST_F(HubTest, who_was_away_gets_exactly_what_was_missed) {
  connect(1, 0, {"a", "", ""});
  for (int i = 1; i <= 6; ++i) publish("a", std::to_string(i));
  subscribe(1, "a", Position{4, "e"});
  EXPECT_EQ(notes.take(), (Lines{"g0 c1 a joined@6 recovered m=5 m=6"}));
  subscribe(1, "a", Position{6, "e"});
  EXPECT_EQ(notes.take(), (Lines{"g0 c1 a joined@6 recovered"}));
  subscribe(1, "a", Position{1, "e"});
  EXPECT_EQ(notes.take(), (Lines{"g0 c1 a joined@6"}));
  EXPECT_EQ(notes.last.reason, "what was missed is no longer known");
  subscribe(1, "a", Position{6, "old"});
  EXPECT_FALSE(notes.last.recovered);
  EXPECT_EQ(notes.last.reason, "the channel has been started anew since");
  notes.take();
  publish("a", "7");
  EXPECT_EQ(notes.take(), (Lines{"g0 a#7 m=7"})) << "subscribing again doesn't subscribe twice";
}

TEST_F(HubTest, only_the_last_of_two_attempts_is_answered) {
  std::deque<UniqueFunction<void(std::vector<std::pair<std::string, Payload>>)>> asked;
  hub.provide("s", [&](const std::string&, auto answer) { asked.push_back(std::move(answer)); });
  connect(1, 0, {"a", "", ""});
  subscribe(1, "s", {}, 7);
  subscribe(1, "s", {}, 8);
  for (auto& answer : asked) answer({});
  EXPECT_EQ(notes.take(), (Lines{"g0 c1 s t8 joined@0"}));
  subscribe(1, "s", {}, 9);
  unsubscribe(1, "s");
  asked.back()({});
  EXPECT_TRUE(notes.take().empty());
  publish("s", "x");
  EXPECT_TRUE(notes.take().empty());
}

TEST_F(HubTest, limits) {
  connect(1, 0, {"a", "", ""});
  for (const char* name : {"a", "b", "c", "d", "", "\xff", "new\nline"}) subscribe(1, name, {});
  subscribe(1, "a", {});
  subscribe(1, std::string(257, 'x'), {});
  const Lines lines = notes.take();
  ASSERT_EQ(lines.size(), 9u);
  EXPECT_EQ(lines[3], "g0 c1 d refused: more than 3 channels on one connection");
  for (const std::size_t i : {4u, 5u, 6u, 8u})
    EXPECT_NE(lines[i].find("refused: not the name"), std::string::npos) << lines[i];
  EXPECT_EQ(lines[7], "g0 c1 a joined@0");
}

TEST_F(HubTest, presence_counts_people_not_connections) {
  connect(1, 0, {"u:ada", "ada", "Ada"});
  connect(2, 1, {"u:ada", "ada", "Ada"});
  connect(3, 1, {"c:3", "", ""});
  connect(4, 1, {"c:4", "", "Bob"});
  int dirty = 0;
  hub.on_presence_dirty([&] { ++dirty; });
  for (std::uint64_t id = 1; id <= 4; ++id) subscribe(id, "a", {});
  EXPECT_EQ(dirty, 1) << "one timer for many changes";
  Presence presence = hub.presence("a");
  EXPECT_EQ(presence.total, 3u);
  ASSERT_EQ(presence.users.size(), 2u);
  EXPECT_EQ(presence.users[0].name, "Ada");
  EXPECT_EQ(presence.users[0].connections, 2u);
  EXPECT_EQ(presence.users[1].name, "Bob");

  notes.take();
  hub.flush_presence();
  const std::string told =
      R"(a#0 presence.changed={"users":[{"user":"ada","name":"Ada","connections":2},{"user":null,"name":"Bob","connections":1}],"total":3,"connections":4})";
  EXPECT_EQ(notes.take(), (Lines{"g0 " + told, "g1 " + told}));
  hub.flush_presence();
  EXPECT_TRUE(notes.take().empty()) << "nothing has changed";

  hub.identify(ids[3], {"c:3", "", "Cleo"});
  disconnect(4);
  EXPECT_EQ(dirty, 2);
  EXPECT_EQ(hub.presence("a").users[1].name, "Cleo");
  EXPECT_EQ(hub.presence("nowhere").total, 0u);
}

TEST_F(HubTest, who_subscribes_sees_who_is_there) {
  connect(1, 0, {"u:ada", "ada", "Ada"});
  subscribe(1, "a", {});
  ASSERT_EQ(notes.last.first.size(), 1u);
  EXPECT_EQ(notes.last.first[0].method, "presence.changed");
  EXPECT_EQ(*notes.last.first[0].data,
            R"({"users":[{"user":"ada","name":"Ada","connections":1}],"total":1,"connections":1})");
}

TEST_F(HubTest, channels_go_when_nobody_needs_them) {
  connect(1, 0, {"a", "", ""});
  subscribe(1, "a", {});
  subscribe(1, "b", {});
  publish("c", "x");
  EXPECT_EQ(hub.channels(), 2u);
  unsubscribe(1, "a");
  EXPECT_EQ(hub.channels(), 1u);
  disconnect(1);
  EXPECT_EQ(hub.channels(), 0u);
  EXPECT_EQ(hub.clients(), 0u);
  subscribe(1, "a", {});  // too late: nobody is there
  disconnect(1);
  EXPECT_EQ(hub.channels(), 0u);
}

TEST_F(HubTest, a_cache_tells_its_newest_on_every_subscribe) {
  configure("a", R"({"recovery":"cache"})");
  connect(1, 0, {"a", "", ""});
  subscribe(1, "a");
  EXPECT_EQ(notes.take(), (Lines{"g0 c1 a joined@0"})) << "there is nothing yet";
  for (int i = 1; i <= 3; ++i) publish("a", std::to_string(i));
  notes.take();
  subscribe(1, "a");
  EXPECT_EQ(notes.take(), (Lines{"g0 c1 a joined@3 m=3"}));
  subscribe(1, "a", Position{3, "e"});
  EXPECT_EQ(notes.take(), (Lines{"g0 c1 a joined@3 recovered m=3"}));
  subscribe(1, "a", Position{1, "e"});
  EXPECT_EQ(notes.take(), (Lines{"g0 c1 a joined@3 m=3"}));
  EXPECT_EQ(notes.last.reason, "this channel keeps its newest publication only");
  configure("a", R"({"recovery":"off"})");
  subscribe(1, "a", Position{3, "e"});
  EXPECT_FALSE(notes.last.recovered);
  EXPECT_EQ(notes.last.reason, "this channel keeps nothing for who was away");
}

/// Says no.
class LostBroker final : public Broker {
 public:
  void listen(BrokerEvents*) override {}
  void interest(const std::string&, bool, Done<void> done) override { no(done); }
  void publish(const std::string&, Message, const Keep&, Done<Published> done) override { no(done); }
  void history(const std::string&, const HistoryQuery&, Done<History> done) override { no(done); }
  void top(const std::string&, Done<Position> done) override { no(done); }
  void find(const std::string&, const std::string&, Done<Publication> done) override { no(done); }
  void change(const std::string&, Change, const Keep&, Done<Published> done) override { no(done); }
  void present(const std::string&, std::vector<PresenceRow>, std::size_t, Done<PresenceMoves> done) override {
    no(done);
  }
  void presence(const std::string&, std::size_t, Done<Presence> done) override { no(done); }
  void state(const std::string&, Done<UserState> done) override { no(done); }
  void set_state(const std::string&, StateUpdate, Done<StateChange> done) override { no(done); }
  void tell_nodes(const std::string&, const std::string&) override {}

 private:
  template <class T>
  static void no(Done<T>& done) {
    if (done) done(error(Errc::unavailable, "no broker"));
  }
};

TEST(HubWithoutBroker, says_so_and_forgets_nothing_by_halves) {
  LostBroker broker;
  Notes notes;
  ManualClock clock;
  Hub hub(broker, clock);
  hub.add_groups(notes, 1);
  const auto id = hub.next_client(0);
  hub.connect(id, {"a", "", ""});
  hub.subscribe(id, "a", {});
  EXPECT_EQ(notes.take(), (Lines{"g0 c1 a refused: no broker"}));
  int failed = 0;
  const auto count = [&](const auto& result) { failed += result ? 0 : 1; };
  hub.publish("a", "m", text("x"), count);
  hub.say_to({"ada", "bob"}, "", {.data = text("x")}, count);
  hub.edit("a", {.id = "1", .data = text("x")}, count);
  hub.remove("a", "1", {}, count);
  hub.set_state("ada", {}, count);
  hub.presence("a", count);
  hub.flush_presence();
  hub.tick();
  EXPECT_EQ(failed, 6);
  EXPECT_EQ(hub.channels(), 0U);
}

}  // namespace
}  // namespace longwave::hub
