// SPDX-License-Identifier: Apache-2.0
#include "station/backends/xmms2_remote.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace longwave::station::xmms2 {
namespace {

using std::chrono::seconds;

/// A daemon in memory: answers by a table, and keeps what it was asked as "object.command first-argument".
class MemoryDaemon final : public Wire {
 public:
  using Answer = std::function<std::optional<Value>(const List&)>;

  explicit MemoryDaemon(Protocol protocol) : protocol_(protocol) {}
  void connect() override {}
  void write(std::string bytes) override { waiting_.push_back(std::move(bytes)); }
  void close() override { waiting_.clear(); }
  void wake(Instant) override {}

  /// Answers everything there is to answer, also what that causes.
  void pump(Client& client) {
    while (!waiting_.empty()) {
      const auto bytes = std::move(waiting_.front());
      waiting_.pop_front();
      take(client, bytes);
    }
  }
  void tell(Client& client, Broadcast what, const Value& value) {
    client.received(write_message(0, 33, cookies_.at(what), value, protocol_));
  }

  std::map<std::pair<std::uint32_t, std::uint32_t>, Answer> answers;
  std::vector<std::string> asked;

 private:
  static std::string short_form(const Value& value) {
    if (value.number()) return std::to_string(*value.number());
    if (value.text()) return *value.text();
    if (const auto* list = std::get_if<Collection>(&value.of))
      return fmt::format("<{}:{}>", list->op, fmt::join(list->ids, ","));
    return "?";
  }
  void take(Client& client, const std::string& bytes) {
    const auto header = read_header(bytes);
    if (header.object == 1) return greet(client, header);
    const auto value = read_value(std::string_view(bytes).substr(Header::size), protocol_);
    ASSERT_TRUE(value && value->list());
    const auto& arguments = *value->list();
    if (header.object == 0) return subscribe(header, *arguments.at(0).number());
    auto line = fmt::format("{}.{}", header.object, header.command);
    for (const auto& one : arguments) line += " " + short_form(one);
    asked.push_back(line);
    const auto found = answers.find({header.object, header.command});
    const auto answer = found == answers.end() ? std::optional(Value()) : found->second(arguments);
    if (!answer) return;  // silence
    const bool failed = answer->failure() != nullptr;
    client.received(write_message(header.object, failed ? 1 : 0, header.cookie, *answer, protocol_));
  }
  /// An old daemon can't read a new greeting.
  void greet(Client& client, const Header& header) {
    const bool refused = protocol_ == Protocol::v18 && ++greetings_ == 1;
    client.received(write_message(1, refused ? 1 : 0, header.cookie,
                                  refused ? Value(Failure{"Wrong number of arguments to hello"}) : Value(),
                                  protocol_));
  }
  void subscribe(const Header& header, std::int64_t id) {
    const bool v24 = protocol_ == Protocol::v24;
    if (id == (v24 ? 3 : 7)) cookies_[Broadcast::playlist_loaded] = header.cookie;
    if (id == (v24 ? 5 : 2)) cookies_[Broadcast::status] = header.cookie;
    if (id == (v24 ? 7 : 5)) cookies_[Broadcast::current_id] = header.cookie;
  }

  const Protocol protocol_;
  int greetings_ = 0;
  std::deque<std::string> waiting_;
  std::map<Broadcast, std::uint32_t> cookies_;
};

class Steered : public ::testing::TestWithParam<Protocol> {
 protected:
  Steered() {
    daemon.answers[{5, 35}] = [this](const List& a) -> std::optional<Value> {
      return Value(ids[*a.at(0).text()]);
    };
    daemon.answers[{4, 39}] = [this](const List&) -> std::optional<Value> { return Value(status); };
    daemon.answers[{4, 40}] = [this](const List&) -> std::optional<Value> { return Value(current); };
    daemon.answers[{5, 32}] = [](const List&) -> std::optional<Value> {
      return Value(Dict{{"duration", Value(Dict{{"plugin/mad", Value(200000)}})}});
    };
    remote.on_taken = [this](station::Remote::Taken how) { taken.push_back(how); };
    client.start();
    client.connected();
    daemon.pump(client);
    EXPECT_TRUE(client.up());
  }
  void play(Duration offset = {}) {
    remote.play("file:///a.mp3", offset,
                [this](Result<void> outcome) { played.push_back(std::move(outcome)); });
    daemon.pump(client);
  }
  void tell(Broadcast what, const Value& value) {
    daemon.tell(client, what, value);
    daemon.pump(client);
  }
  void begin() {
    play();
    tell(Broadcast::status, 1);
    tell(Broadcast::current_id, 41);
    status = 1;
    current = 41;
    daemon.asked.clear();
  }
  bool v24() const { return GetParam() == Protocol::v24; }

  ManualClock clock;
  MemoryDaemon daemon{GetParam()};
  Client client{clock, daemon, {.name = "longwave"}};
  Remote remote{client};
  std::map<std::string, std::int64_t> ids{{"file:///a.mp3", 41}};
  int status = 0;
  int current = 0;
  std::vector<Result<void>> played;
  std::vector<station::Remote::Taken> taken;
};

INSTANTIATE_TEST_SUITE_P(BothGenerations, Steered, ::testing::Values(Protocol::v24, Protocol::v18));

TEST_P(Steered, ASongIsPlayedFromAListOfItsOwnAndSoughtWhenItIsHeard) {
  play(seconds{12});
  const std::vector<std::string> wanted = {
      "5.35 file:///a.mp3",
      v24() ? "6.34 Longwave Playlists <17:41>" : "6.34 Longwave Playlists <9:41>",
      v24() ? "2.44 Longwave" : "2.49 Longwave",
      "2.33 0",
      "4.35",
      "4.39",
      "4.32"};
  EXPECT_EQ(daemon.asked, wanted);
  EXPECT_TRUE(played.empty());
  tell(Broadcast::status, 1);
  tell(Broadcast::current_id, 41);
  EXPECT_EQ(daemon.asked.back(), "4.37 12000 2");
  ASSERT_EQ(played.size(), 1u);
  EXPECT_TRUE(played[0]);
  EXPECT_TRUE(taken.empty());
}

TEST_P(Steered, WhatPlaysAlreadyIsNotStarted) {
  status = 1;
  play();
  EXPECT_EQ(daemon.asked.back(), "4.39");
  tell(Broadcast::current_id, 17);
  EXPECT_TRUE(played.empty()) << "that is the one before";
  tell(Broadcast::current_id, 41);
  EXPECT_EQ(played.size(), 1u);
}

TEST_P(Steered, AnUnknownFileIsEnteredInItsLibrary) {
  std::vector<Result<Duration>> found;
  const auto keep = [&](Result<Duration> outcome) { found.push_back(std::move(outcome)); };
  remote.look_up("file:///a.mp3", keep);
  daemon.pump(client);
  EXPECT_EQ(*found.at(0), seconds{200});
  daemon.answers[{5, 41}] = [this](const List& a) -> std::optional<Value> {
    if (*a.at(0).text() == "file:///new.mp3") ids["file:///new.mp3"] = 42;
    return Value();
  };
  remote.look_up("file:///new.mp3", keep);
  remote.look_up("file:///refused", keep);
  daemon.pump(client);
  EXPECT_EQ(*found.at(1), Duration{0});
  EXPECT_EQ(found.at(2).error().code, Errc::not_found);
}

TEST_P(Steered, WhatItCannotPlayAndWhatItDoesNotKnowIsSaid) {
  play();
  tell(Broadcast::status, 1);
  tell(Broadcast::status, 0);
  EXPECT_EQ(played.at(0).error().code, Errc::broken);
  ids.clear();
  play();
  EXPECT_EQ(played.at(1).error().code, Errc::not_found);
}

TEST_P(Steered, RefusalsAtEveryStepEndTheTurn) {
  for (const std::pair<std::uint32_t, std::uint32_t> where :
       {std::pair{6u, 34u}, std::pair{2u, v24() ? 44u : 49u}, std::pair{2u, 33u}, std::pair{4u, 35u},
        std::pair{4u, 32u}}) {
    played.clear();
    daemon.answers[where] = [](const List&) -> std::optional<Value> { return Value(Failure{"no"}); };
    play();
    ASSERT_EQ(played.size(), 1u) << where.first << "." << where.second;
    EXPECT_EQ(played[0].error().message, "no");
    daemon.answers.erase(where);
  }
}

TEST_P(Steered, SilenceEndsTheTurnWithTheConnection) {
  daemon.answers[{2, 33}] = [](const List&) -> std::optional<Value> { return std::nullopt; };
  play();
  clock.advance(seconds{11});
  client.woken();
  ASSERT_EQ(played.size(), 1u);
  EXPECT_EQ(played[0].error().code, Errc::unavailable);
  play();
  EXPECT_EQ(played.at(1).error().code, Errc::unavailable) << "it isn't there";
}

TEST_P(Steered, ALostConnectionEndsATurnThatWaitsForTheSound) {
  play();
  client.lost("gone");
  ASSERT_EQ(played.size(), 1u);
  EXPECT_EQ(played[0].error().code, Errc::unavailable);
}

TEST_P(Steered, WhatOthersDoThereIsTold) {
  begin();
  tell(Broadcast::current_id, 41);
  tell(Broadcast::playlist_loaded, "Longwave");
  EXPECT_TRUE(taken.empty()) << "that is ours";
  tell(Broadcast::status, 2);
  tell(Broadcast::status, 0);
  EXPECT_EQ(taken, std::vector{station::Remote::Taken::elsewhere}) << "once";
  begin();
  tell(Broadcast::status, 0);
  begin();
  tell(Broadcast::playlist_loaded, "Jazz");
  begin();
  tell(Broadcast::current_id, 17);
  using T = station::Remote::Taken;
  EXPECT_EQ(taken, (std::vector{T::elsewhere, T::silent, T::elsewhere, T::elsewhere}));
}

TEST_P(Steered, OnlyOursIsStopped) {
  int stops = 0;
  const auto count = [&](const Result<void>&) { ++stops; };
  begin();
  remote.stop(count);
  daemon.pump(client);
  EXPECT_EQ(daemon.asked, std::vector<std::string>{"4.33"});
  begin();
  tell(Broadcast::current_id, 17);
  remote.stop(count);
  daemon.pump(client);
  EXPECT_TRUE(daemon.asked.empty()) << "it is somebody else's now";
  EXPECT_EQ(stops, 2);
}

TEST_P(Steered, AnotherSongTakesThePlaceOfOneThatHasNotBegun) {
  ids["file:///b.mp3"] = 42;
  play();
  remote.play("file:///b.mp3", {}, [this](Result<void> outcome) { played.push_back(std::move(outcome)); });
  daemon.pump(client);
  EXPECT_EQ(played.at(0).error().code, Errc::cancelled);
  tell(Broadcast::current_id, 41);
  EXPECT_EQ(played.size(), 1u);
  tell(Broadcast::current_id, 42);
  EXPECT_TRUE(played.at(1));
}

TEST_P(Steered, LookingFindsOutWhoseItIs) {
  std::vector<bool> plays;
  const auto look = [&] {
    remote.playing([&](const Result<bool>& outcome) { plays.push_back(*outcome); });
    daemon.pump(client);
  };
  begin();
  look();
  EXPECT_TRUE(taken.empty());
  current = 17;
  look();
  EXPECT_EQ(taken.size(), 1u) << "it plays something else, and no word came";
  status = 0;
  look();
  EXPECT_EQ(plays, (std::vector{true, true, false}));
}

TEST(Urls, AreWrittenAsDaemonsCompareThem) {
  EXPECT_EQ(url_of("/m/So What/\xc3\xa9 (1).mp3"), "file:///m/So+What/%c3%a9+%281%29.mp3");
}

}  // namespace
}  // namespace longwave::station::xmms2
