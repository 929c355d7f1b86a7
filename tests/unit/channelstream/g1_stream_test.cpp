// SPDX-License-Identifier: Apache-2.0
#include "dialects/channelstream/g1_stream.hpp"

#include "dialects/channelstream/core.hpp"
#include "hub/memory_broker.hpp"

#include <gtest/gtest.h>
#include <boost/json.hpp>

namespace longwave::channelstream::g1 {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using Names = std::vector<std::string>;

/// Notes what each client is told, without what a server makes up.
class Notes final : public Wire {
 public:
  using Wire::Wire;
  void admit(Target target, const Result<void>& result) override {
    of[target.number].push_back(result ? "in" : "out");
  }
  void emit(std::span<const Target> targets, std::string_view name, const json::array& args) override {
    for (const auto& target : targets)
      of[target.number].push_back(std::string(name) + ' ' + json::serialize(plain(args)));
  }
  void end(Target target) override { of[target.number].emplace_back("ended"); }
  Names take(std::uint64_t number) { return std::exchange(of[number], {}); }

  std::map<std::uint64_t, Names> of;

 private:
  static json::value plain(json::value value) {
    if (auto* object = value.if_object()) {
      if (!object->contains("message")) return value;
      json::object short_form{{"message", object->at("message")}};
      if (object->contains("catchup")) short_form["catchup"] = true;
      return short_form;
    }
    if (auto* list = value.if_array()) {
      for (auto& one : *list) one = plain(one);
    }
    return value;
  }
};

struct G1Stream : testing::Test {
  ManualClock clock;
  hub::MemoryBroker broker{"epoch", clock};
  hub::Hub hub{broker, clock};
  Settings settings;
  Core core{hub, settings, clock};
  Streams streams{core};
  Notes notes{streams};

  static Target at(std::uint64_t number) { return {0, number}; }
  void grant(const std::string& user, const Names& channels) {
    auto& known = core.user(user);
    known.granted.insert(channels.begin(), channels.end());
  }
  /// A user whose page has joined; what it was told until then is forgotten.
  void joined(std::uint64_t number, const std::string& user, const Names& channels) {
    grant(user, channels);
    streams.enter(notes, at(number), user, "");
    streams.join(notes, at(number), channels);
    notes.take(number);
  }
  void post(const std::string& channel, const std::string& text, const Names& pm_users = {}) {
    Posting posting;
    posting.user = "web";
    posting.channel = channel;
    posting.pm_users = pm_users;
    posting.data = json::string(text);
    bool good = false;
    core.post(std::move(posting), [&](const Result<void>& result) { good = result.has_value(); });
    EXPECT_TRUE(good);
  }
};

TEST_F(G1Stream, WhoIsNotKnownIsNotLetIn) {
  streams.enter(notes, at(1), "nobody", "");
  EXPECT_EQ(notes.take(1), Names{"out"});
  streams.join(notes, at(1), {"a"});
  EXPECT_TRUE(notes.take(1).empty());
}

TEST_F(G1Stream, OnlyWhatIsGrantedIsJoined) {
  grant("ada", {"a", "b"});
  streams.enter(notes, at(1), "ada", "");
  streams.join(notes, at(1), {"b", "c", "b"});
  EXPECT_EQ(notes.take(1), (Names{"in", R"(join [["b"]])"}));
  post("a", "unheard");
  post("b", "heard");
  EXPECT_EQ(notes.take(1), Names{R"(message [[{"message":"heard"}]])"});
  streams.leave(notes, at(1), {"b", "a"});
  post("b", "unheard");
  EXPECT_EQ(notes.take(1), Names{R"(leave [["b"]])"});
}

TEST_F(G1Stream, TheRoutingTable) {
  joined(1, "one", {"r"});
  joined(2, "two", {"r"});
  joined(3, "out", {"o"});
  notes.of.clear();
  post("r", "all");
  post("r", "inside", {"one", "out"});
  post("", "anywhere", {"two", "out"});
  EXPECT_EQ(notes.take(1),
            (Names{R"(message [[{"message":"all"}]])", R"(message [[{"message":"inside"}]])"}));
  EXPECT_EQ(notes.take(2),
            (Names{R"(message [[{"message":"all"}]])", R"(message [[{"message":"anywhere"}]])"}));
  EXPECT_EQ(notes.take(3), Names{R"(message [[{"message":"anywhere"}]])"});
}

TEST_F(G1Stream, APageThatComesBackGetsWhatItMissedWhenItJoins) {
  joined(1, "ada", {"a", "b"});
  post("a", "before");
  streams.heard(notes, at(1));
  post("a", "on its way");
  streams.gone(notes, at(1), false);
  post("a", "missed");
  post("b", "missed, too");
  post("", "direct", {"ada"});
  notes.of.clear();
  streams.enter(notes, at(2), "ada", "");
  EXPECT_EQ(notes.take(2), (Names{"in", R"(message [[{"message":"direct","catchup":true}]])"}));
  post("a", "meanwhile");
  streams.join(notes, at(2), {"a"});
  EXPECT_EQ(notes.take(2),
            (Names{R"(join [["a"]])", R"(message [[{"message":"on its way","catchup":true},)"
                                      R"({"message":"missed","catchup":true},{"message":"meanwhile"}]])"}));
  post("b", "not joined again");
  EXPECT_TRUE(notes.take(2).empty());
  clock.advance(settings.grace + 1s);
  streams.tick();
  EXPECT_EQ(core.sessions().begin()->second->channels, (std::set<std::string, std::less<>>{"a"}));
}

TEST_F(G1Stream, WhatWasSentAMinuteAgoHasArrived) {
  joined(1, "ada", {"a"});
  post("a", "old");
  streams.tick();
  clock.advance(61s);
  streams.tick();
  post("a", "young");
  streams.gone(notes, at(1), false);
  notes.of.clear();
  streams.enter(notes, at(2), "ada", "");
  streams.join(notes, at(2), {"a"});
  EXPECT_EQ(notes.take(2),
            (Names{"in", R"(join [["a"]])", R"(message [[{"message":"young","catchup":true}]])"}));
}

TEST_F(G1Stream, WhoSaysGoodbyeStartsAnew) {
  joined(1, "ada", {"a"});
  streams.gone(notes, at(1), true);
  EXPECT_TRUE(notes.take(1).empty()) << "its connection is its own";
  EXPECT_TRUE(core.sessions().empty());
}

TEST_F(G1Stream, TheConnectionOfTheWebApplicationIsTakenOver) {
  grant("ada", {"a"});
  streams.open("first", core.user("ada"));
  streams.open("second", core.user("ada"));
  streams.enter(notes, at(1), "ada", "second");
  streams.enter(notes, at(2), "ada", "");
  streams.enter(notes, at(3), "ada", "");
  EXPECT_EQ(core.find("second")->target, at(1));
  EXPECT_EQ(core.find("first")->target, at(2));
  EXPECT_EQ(core.sessions().size(), 3U);
  streams.join(*core.find("first"), {"a"});
  EXPECT_EQ(notes.take(2), (Names{"in", R"(join [["a"]])"}));
  core.close(*core.find("second"), "by REST");
  EXPECT_EQ(notes.take(1), (Names{"in", "ended"}));
}

TEST_F(G1Stream, TheFirstConnectionOfAUserIsToldOnceToThoseWhoShareAChannel) {
  joined(1, "old", {"a", "b"});
  joined(2, "far", {"c"});
  notes.of.clear();
  joined(3, "young", {"a", "b"});
  EXPECT_EQ(notes.take(1), Names{R"(user_connect [{"user":"young","status":1,"channels":["a","b"]}])"});
  joined(4, "young", {"a"});
  EXPECT_TRUE(notes.take(1).empty());
  EXPECT_TRUE(notes.take(2).empty());
  EXPECT_TRUE(notes.take(3).empty());
}

TEST_F(G1Stream, StatusIsToldOnceWhereThereIsPresence) {
  for (const auto* name : {"a", "b"}) {
    core.ensure_channel(name);
    core.configure(*core.find_channel(name), {.notify_presence = true});
  }
  joined(1, "ada", {"a", "b", "c"});
  joined(2, "bob", {"a", "b"});
  joined(3, "eve", {"c"});
  notes.of.clear();
  core.user("ada").status = 4;
  streams.tell_status(core.user("ada"));
  EXPECT_EQ(notes.take(2), Names{R"(user_status [{"user":"ada","status":4}])"});
  EXPECT_TRUE(notes.take(3).empty());
}

TEST(G1Words, AMessageIsWhatWasPostedAndWhatPagesNeed) {
  Event event;
  event.id = "1";
  event.user = "ada";
  event.channel = "a";
  event.data = json::object{{"x", 1}};
  event.extra = {{"more", true}, {"timestamp", "2014-04-06T13:30:15.1234"}, {"user", "forged"}};
  EXPECT_EQ(json::serialize(message_object(event, true)),
            R"({"type":"message","uuid":"1","user":"ada","message":{"x":1},"channel":"a","more":true,)"
            R"("timestamp":"2014-04-06T13:30:15.1234","catchup":true})");
  event.kind = Event::Kind::edit;
  EXPECT_EQ(say(event).name, "") << "this generation has no word for it";
}

}  // namespace
}  // namespace longwave::channelstream::g1
