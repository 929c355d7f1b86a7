// SPDX-License-Identifier: Apache-2.0
#include "dialects/channelstream/core.hpp"

#include "dialects/channelstream/g2_wire.hpp"
#include "hub/memory_broker.hpp"

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include <algorithm>

namespace longwave::channelstream {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

/// Notes what each transport got: "message:hi", "+presence:joined" for what was caught up.
class Notes final : public Exit {
 public:
  void deliver(std::span<const Target> targets, const EventPtr& event) override {
    for (const auto& target : targets) of[target.number].push_back(told(*event));
  }
  void catch_up(Target target, std::span<const EventPtr> events) override {
    for (const auto& event : events) of[target.number].push_back("+" + told(*event));
  }
  void close(Target target, std::string_view why) override {
    of[target.number].push_back("closed:" + std::string(why));
  }
  std::vector<std::string> take(std::uint64_t number) { return std::exchange(of[number], {}); }

  std::map<std::uint64_t, std::vector<std::string>> of;

 private:
  static std::string told(const Event& event) {
    const auto message = g2::message(event, false);
    std::string text(message.at("type").as_string());
    if (event.kind == Event::Kind::remove) return text + ":" + event.id;
    const auto* body = message.if_contains("message");
    if (const auto* said = body ? body->as_object().if_contains("text") : nullptr)
      return text + ":" + std::string(said->as_string());
    return text + ":" + event.user + ":" + (body ? json::serialize(*body) : "");
  }
};

struct CoreTest : testing::Test {
  ManualClock clock;
  hub::MemoryBroker broker{"epoch", clock};
  hub::Hub hub{broker, clock};
  Settings settings;
  Core core{hub, settings, clock};
  Notes notes;

  Session& open(const std::string& id, const std::string& user, const std::vector<std::string>& channels) {
    auto& session = core.open(id, core.user(user), settings.idle);
    bool joined = false;
    core.join(session, channels, [&](Result<void> done) { joined = done.has_value(); });
    EXPECT_TRUE(joined);
    return session;
  }
  void say(Posting posting, const std::string& text) {
    posting.user = "system";
    posting.data = json::object{{"text", text}};
    bool said = false;
    core.post(std::move(posting), [&](Result<void> done) { said = done.has_value(); });
    EXPECT_TRUE(said) << text;
  }
  void in_channel(const std::string& channel, const std::string& text) {
    Posting posting;
    posting.channel = channel;
    say(std::move(posting), text);
  }
  void tick(Duration time) {
    clock.advance(time);
    hub.flush_presence();
    hub.tick();
    core.collect();
  }
  static std::vector<std::string> list(std::initializer_list<const char*> texts) {
    return {texts.begin(), texts.end()};
  }
};

TEST_F(CoreTest, RoutesAsTheSeedsTableSays) {
  core.attach(open("1", "ada", {"a"}), notes, {0, 1});
  core.attach(open("2", "bob", {"a"}), notes, {0, 2});
  core.attach(open("3", "bob", {"b"}), notes, {0, 3});
  in_channel("a", "all of a");
  say({.channel = "a", .pm_users = {"bob"}}, "bob in a");
  say({.pm_users = {"bob", "nobody"}}, "bob anywhere");
  say({}, "nobody");
  EXPECT_EQ(notes.take(1), list({"message:all of a"}));
  EXPECT_EQ(notes.take(2), list({"message:all of a", "message:bob in a", "message:bob anywhere"}));
  EXPECT_EQ(notes.take(3), list({"message:bob anywhere"}));
  EXPECT_EQ(core.counters().messages, 3u);
  EXPECT_EQ(core.counters().deliveries, 5u);
}

TEST_F(CoreTest, ExcludedUsersAreLeftOutAndWinOverListedOnes) {
  core.attach(open("1", "ada", {"a"}), notes, {0, 1});
  core.attach(open("2", "bob", {"a"}), notes, {0, 2});
  say({.channel = "a", .exclude_users = {"bob"}}, "not bob");
  say({.channel = "a", .pm_users = {"ada", "bob"}, .exclude_users = {"bob"}}, "only ada");
  say({.pm_users = {"bob"}, .exclude_users = {"bob"}}, "no channel, no exclusion");
  EXPECT_EQ(notes.take(1), list({"message:not bob", "message:only ada"}));
  EXPECT_EQ(notes.take(2), list({"message:no channel, no exclusion"}));
}

TEST_F(CoreTest, CatchesUpInOrderWithoutRepeats) {
  auto& session = open("1", "ada", {"a", "b"});
  in_channel("a", "1");
  in_channel("b", "2");
  say({.pm_users = {"ada"}}, "3");
  core.attach(session, notes, {0, 1});
  EXPECT_EQ(notes.take(1), list({"+message:1", "+message:2", "+message:3"}));
  in_channel("a", "4");
  EXPECT_EQ(notes.take(1), list({"message:4"}));
  core.detach("1", {0, 1}, false, {}, settings.grace);
  in_channel("a", "5");
  core.attach(session, notes, {0, 2});
  EXPECT_EQ(notes.take(2), list({"+message:5"}));
  core.detach("1", {0, 1}, false, {}, settings.grace);  // an old transport's farewell changes nothing
  in_channel("a", "6");
  EXPECT_EQ(notes.take(2), list({"message:6"}));
}

TEST_F(CoreTest, ALostTransportRepeatsWhatTheClientHasNotConfirmed) {
  auto& session = open("1", "ada", {"a"});
  core.attach(session, notes, {0, 1});
  in_channel("a", "1");
  core.mark(session);
  in_channel("a", "2");
  core.detach("1", {0, 1}, true, {}, settings.grace);
  in_channel("a", "3");
  core.attach(session, notes, {0, 2});
  EXPECT_EQ(notes.take(2), list({"+message:2", "+message:3"}));
}

TEST_F(CoreTest, ASecondTransportTakesTheFirstsPlace) {
  auto& session = open("1", "ada", {"a"});
  core.attach(session, notes, {0, 1});
  core.attach(session, notes, {0, 2});
  EXPECT_EQ(notes.take(1), list({"closed:replaced"}));
  in_channel("a", "hi");
  EXPECT_EQ(notes.take(1), list({}));
  EXPECT_EQ(notes.take(2), list({"message:hi"}));
}

TEST_F(CoreTest, KeepsAtMostItsLimitPerChannelAndTheNewest) {
  settings.frames_per_channel = 3;
  settings.frames_per_user = 2;
  auto& session = open("1", "ada", {"a", "b"});
  in_channel("b", "b");
  for (const auto* text : {"1", "2", "3", "4", "5"}) in_channel("a", text);
  for (const auto* text : {"p1", "p2", "p3"}) say({.pm_users = {"ada"}}, text);
  core.attach(session, notes, {0, 1});
  EXPECT_EQ(notes.take(1),
            list({"+message:b", "+message:3", "+message:4", "+message:5", "+message:p2", "+message:p3"}));
}

TEST_F(CoreTest, KeepsNothingForAChannelWithoutFrames) {
  const ChannelSettings without{.store_frames = false};
  core.ensure_channel("a", &without);
  auto& session = open("1", "ada", {"a"});
  in_channel("a", "missed");
  core.attach(session, notes, {0, 1});
  in_channel("a", "seen");
  EXPECT_EQ(notes.take(1), list({"message:seen"}));
}

TEST_F(CoreTest, EditsAndDeletesReachWhoGotTheMessageAndChangeWhatWaits) {
  auto& away = open("1", "ada", {"a"});
  core.attach(open("2", "bob", {"a"}), notes, {0, 2});
  say({.id = "m1", .channel = "a"}, "first");
  say({.id = "m2", .channel = "a"}, "second");
  Posting change;
  change.id = "m1";
  change.data = json::object{{"text", "better"}};
  core.edit(change, clock.wall(), false, [](Result<void> done) { EXPECT_TRUE(done); });
  core.remove({.id = "m2"}, [](Result<void> done) { EXPECT_TRUE(done); });
  EXPECT_EQ(notes.take(2),
            list({"message:first", "message:second", "message:edit:better", "message:delete:m2"}));
  core.attach(away, notes, {0, 1});
  EXPECT_EQ(notes.take(1), list({"+message:better", "+message:edit:better", "+message:delete:m2"}));
}

TEST_F(CoreTest, AnEditOfAPrivateMessageDoesNotLeakToTheChannel) {
  core.attach(open("1", "ada", {"a"}), notes, {0, 1});
  core.attach(open("2", "bob", {"a"}), notes, {0, 2});
  say({.id = "m1", .channel = "a", .pm_users = {"bob"}}, "secret");
  Posting change;
  change.id = "m1";
  change.channel = "a";  // the request forgot pm_users
  change.data = json::object{{"text", "still secret"}};
  core.edit(change, clock.wall(), false, [](Result<void> done) { EXPECT_TRUE(done); });
  change.id = "unknown";
  bool found = true;
  core.edit(change, clock.wall(), false, [&](Result<void> done) { found = done.has_value(); });
  EXPECT_FALSE(found);
  EXPECT_EQ(notes.take(1), list({}));
  EXPECT_EQ(notes.take(2), list({"message:secret", "message:edit:still secret"}));
}

TEST_F(CoreTest, TellsWhoComesAndGoesButNotThemselves) {
  const ChannelSettings settings{.notify_presence = true};
  core.ensure_channel("a", &settings);
  core.attach(open("1", "ada", {"a"}), notes, {0, 1});
  tick(0s);
  auto& first = open("2", "bob", {"a"});
  auto& second = open("3", "bob", {"a"});
  core.attach(first, notes, {0, 2});
  tick(0s);
  EXPECT_EQ(notes.take(1), list({R"(presence:bob:{"action":"joined"})"}));
  core.close(first, "gone");
  tick(0s);
  EXPECT_EQ(notes.take(1), list({}));  // one of bob's is still there
  core.close(second, "gone");
  tick(0s);
  EXPECT_EQ(notes.take(1), list({R"(presence:bob:{"action":"parted"})"}));
  EXPECT_EQ(notes.take(2), list({"closed:gone"}));
}

TEST_F(CoreTest, PublicStateIsAnnouncedWhereItIsWanted) {
  const ChannelSettings settings{.notify_state = true};
  core.ensure_channel("a", &settings);
  core.attach(open("1", "ada", {"a", "b"}), notes, {0, 1});
  tick(0s);
  const auto set = [&](const char* key, const char* value, std::vector<std::string> keys) {
    core.set_state(core.user("ada"), {.values = {{key, value}}, .fresh = {}, .public_keys = std::move(keys)},
                   [](Result<hub::StateChange> done) { EXPECT_TRUE(done); });
  };
  set("mail", R"("x")", {"status"});  // not public: nobody is told
  EXPECT_EQ(notes.take(1), list({}));
  set("status", R"("busy")", {"status"});
  EXPECT_EQ(
      notes.take(1),
      list(
          {R"(user_state_change:ada:{"state":{"status":"busy"},"changed":[{"key":"status","value":"busy"}]})"}));
  set("status", R"("busy")", {"status"});  // no change
  EXPECT_EQ(notes.take(1), list({}));
  EXPECT_EQ(core.user("ada").public_state().size(), 1u);
}

TEST_F(CoreTest, CollectsConnectionsUsersAndChannelsInTime) {
  auto& poller = open("1", "ada", {"a"});
  auto& socket = open("2", "bob", {"a"});
  auto& idle = open("3", "eve", {});  // in no channel: collected, too
  (void)idle;
  core.attach(poller, notes, {0, 1});
  core.attach(socket, notes, {0, 2});
  tick(settings.idle);
  EXPECT_TRUE(core.find("1") && core.find("2"));
  EXPECT_FALSE(core.find("3"));
  core.detach("1", {0, 1}, false, {}, settings.idle);
  core.detach("2", {0, 2}, true, {}, settings.grace);
  tick(settings.idle);
  EXPECT_FALSE(core.find("1"));
  EXPECT_TRUE(core.find("2"));
  tick(settings.grace);
  EXPECT_FALSE(core.find("2"));
  EXPECT_TRUE(core.find_user("ada"));
  tick(settings.user_idle + 1s);
  EXPECT_FALSE(core.find_user("ada"));
  EXPECT_TRUE(core.find_channel("a"));
  tick(settings.channel_idle + 1s);
  EXPECT_FALSE(core.find_channel("a"));
  EXPECT_EQ(hub.clients(), 0u);
}

TEST_F(CoreTest, AUserIsNotForgottenWhileConnected) {
  core.attach(open("1", "ada", {"a"}), notes, {0, 1});
  tick(settings.user_idle * 3);
  EXPECT_TRUE(core.find_user("ada"));
}

TEST_F(CoreTest, AnswersOfJoinsComeEvenWhenTheConnectionEnds) {
  auto& session = core.open("1", core.user("ada"), settings.idle);
  std::vector<std::string> many;
  for (int i = 0; i < 200; ++i) many.push_back("c" + std::to_string(i));
  std::optional<Error> failed;
  core.join(session, many, [&](Result<void> done) {
    if (!done) failed = done.error();
  });
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->code, Errc::full);
  EXPECT_LT(session.channels.size(), 200u);
}

TEST_F(CoreTest, SettingsComeFromTheRulesThatHold) {
  core.ensure_channel("a");
  auto& channel = *core.find_channel("a");
  EXPECT_EQ(core.settings_of(channel), ChannelSettings{});
  core.configure(channel, {.notify_presence = true, .store_history = true, .history_size = 3});
  EXPECT_TRUE(hub.config("a")->join_leave);
  EXPECT_EQ(hub.config("a")->history_size, 3u);
  auto config = *hub.config("a");
  config.state_events = true;
  ASSERT_TRUE(hub.configure("a", config));  // as somebody does on /platform
  EXPECT_TRUE(core.settings_of(channel).notify_state);
}

/// Connections of another kind: our own API's.
class Others final : public hub::Delivery {
 public:
  void joined(std::size_t, hub::ClientId, const std::string&, hub::Ticket, Result<hub::Joined>) override {}
  void publish(std::size_t, const std::shared_ptr<const hub::Publication>& publication) override {
    if (publication->offset != 0) seen.push_back(publication->method + " " + *publication->data);
  }
  void reset(std::size_t, const std::string&, const hub::Position&, const std::string&) override {}
  void close(std::size_t, hub::ClientId, std::uint16_t, const std::string&) override {}
  std::vector<std::string> seen;
};

TEST_F(CoreTest, MessagesReachConnectionsOfEveryKind) {
  Others others;
  const auto client = hub.next_client(hub.add_groups(others, 1));
  hub.connect(client, {});
  hub.subscribe(client, "a", std::nullopt);
  core.attach(open("1", "ada", {"a"}), notes, {0, 1});
  say({.id = "m1", .channel = "a", .extra = {{"colour", "red"}}}, "from a web application");
  ASSERT_EQ(others.seen.size(), 1u);
  EXPECT_NE(others.seen[0].find(R"("data":{"text":"from a web application"})"), std::string::npos)
      << others.seen[0];
  EXPECT_NE(others.seen[0].find(R"("extra":{"colour":"red"})"), std::string::npos) << others.seen[0];
  hub.say("a",
          {.user = "eve", .data = std::make_shared<const std::string>(R"({"text":"from our own API"})")});
  hub.publish("a", "queue.changed", std::make_shared<const std::string>(R"({"version":7})"));
  EXPECT_EQ(notes.take(1), list({"message:from a web application", "message:from our own API",
                                 R"(message::{"method":"queue.changed","data":{"version":7}})"}));
  hub.disconnect(client);
}

TEST_F(CoreTest, AnOperatorCanEndAConnection) {
  auto& session = open("1", "ada", {"a"});
  core.attach(session, notes, {0, 1});
  hub.close(session.client, 3502, "sent away");
  EXPECT_EQ(notes.take(1), list({"closed:sent away"}));
  EXPECT_FALSE(core.find("1"));
}

TEST_F(CoreTest, AChannelThatLostSomethingSaysSo) {
  core.attach(open("1", "ada", {"a"}), notes, {0, 1});
  core.reset(0, "a", {.offset = 7, .epoch = "new"}, "the broker forgot");
  EXPECT_EQ(notes.take(1), list({R"(channel:reset::{"reason":"the broker forgot"})"}));
}

}  // namespace
}  // namespace longwave::channelstream
