// SPDX-License-Identifier: Apache-2.0
#include "station/backends/remote_player.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <stdexcept>
#include <string>
#include <vector>

namespace longwave::station {
namespace {

using std::chrono::seconds;

constexpr StationId here{1};

/// A program that answers when it is told to.
class Program final : public Remote {
 public:
  void look_up(std::string uri, Done<Duration> done) override {
    said.push_back("look_up " + uri);
    look_ups.push_back(std::move(done));
  }
  void play(std::string uri, Duration offset, Done<void> done) override {
    said.push_back("play " + uri + " " + std::to_string(to_ms(offset)));
    plays.push_back(std::move(done));
  }
  void stop(Done<void> done) override {
    said.emplace_back("stop");
    done(Result<void>());
  }
  void playing(Done<bool> done) override { asked.push_back(std::move(done)); }
  template <class T>
  static void answer(std::deque<Done<T>>& waiting, Result<T> outcome) {
    if (waiting.empty()) throw std::runtime_error("nothing was asked");
    auto done = std::move(waiting.front());
    waiting.pop_front();
    done(std::move(outcome));
  }
  std::vector<std::string> take() { return std::exchange(said, {}); }

  std::vector<std::string> said;
  std::deque<Done<Duration>> look_ups;
  std::deque<Done<void>> plays;
  std::deque<Done<bool>> asked;
};

class Told final : public orders::ProgrammerPort {
 public:
  void receive(StationId, const orders::FromPlayer& message) override { messages.push_back(message); }
  template <class T>
  const T& last() const {
    return std::get<T>(messages.back());
  }
  std::vector<orders::FromPlayer> messages;
};

class Playing : public ::testing::Test {
 protected:
  void after(Duration time) {
    clock.advance(time);
    player.tick();
  }
  void prepare(std::int64_t item) { player.receive(here, orders::Prepare{EntryId{item}, TrackId{item}}); }
  void order(std::int64_t item, int start_s, int duration_s = 200, int offset_s = 0) {
    player.receive(here, orders::Play{.item = EntryId{item},
                                      .track = TrackId{item},
                                      .start_at = to_samples(seconds{start_s}),
                                      .offset = to_samples(seconds{offset_s}),
                                      .duration = to_samples(seconds{duration_s})});
  }
  /// The item is heard.
  void begin(std::int64_t item) {
    order(item, 0);
    Program::answer(program.plays, Result<void>());
    program.take();
  }

  ManualClock clock;
  Program program;
  Told told;
  bool library_works = true;
  int taken = 0;
  RemotePlayer player{
      here,
      orders::StreamClock{.anchor = clock.now()},
      program,
      {.clock = clock,
       .tell = told,
       .find =
           [this](TrackId track, const std::function<void(Result<RemotePlayer::Song>)>& done) {
             if (!library_works) return done(error(Errc::not_found, "no such track"));
             done(RemotePlayer::Song{std::to_string(track.value) + ".flac", to_samples(seconds{180})});
           },
       .wake = [](Instant) {}}};
  Subscription on_taken = player.taken.connect([this](const PlayerTaken&) { ++taken; });
};

TEST_F(Playing, WhatItHasIsPreparedWithItsLength) {
  prepare(7);
  ASSERT_EQ(program.take(), std::vector<std::string>{"look_up 7.flac"});
  Program::answer(program.look_ups, Result<Duration>(seconds{200}));
  EXPECT_EQ(told.last<orders::Prepared>().duration, to_samples(seconds{200}));
  prepare(8);
  Program::answer(program.look_ups, Result<Duration>(Duration{0}));
  EXPECT_EQ(told.last<orders::Prepared>().duration, to_samples(seconds{180})) << "as the tags say";
}

TEST_F(Playing, WhatItHasNotIsFailedAndWhenItIsAwayItIsAskedAgain) {
  prepare(7);
  Program::answer(program.look_ups, Result<Duration>(error(Errc::not_found, "no such song")));
  EXPECT_EQ(told.last<orders::Failed>().reason, "no such song");
  prepare(8);
  Program::answer(program.look_ups, Result<Duration>(error(Errc::unavailable, "away")));
  EXPECT_EQ(told.messages.size(), 1u);
  after(seconds{2});
  ASSERT_EQ(program.look_ups.size(), 1u);
  Program::answer(program.look_ups, Result<Duration>(seconds{200}));
  EXPECT_EQ(told.last<orders::Prepared>().item, EntryId{8});
  library_works = false;
  prepare(9);
  EXPECT_EQ(told.last<orders::Failed>().reason, "no such track");
}

TEST_F(Playing, ItemsBeginAtTheirTimeAndEndTheOnesBefore) {
  order(1, 0);
  order(2, 200);
  EXPECT_EQ(program.take(), std::vector<std::string>{"play 1.flac 0"});
  Program::answer(program.plays, Result<void>());
  EXPECT_EQ(told.last<orders::Started>().item, EntryId{1});
  after(seconds{201});
  EXPECT_EQ(program.take(), std::vector<std::string>{"play 2.flac 1000"}) << "it is a second late";
  EXPECT_EQ(told.last<orders::Ended>().item, EntryId{1});
  EXPECT_EQ(told.last<orders::Ended>().problem, "");
  Program::answer(program.plays, Result<void>());
  EXPECT_EQ(told.last<orders::Started>().at, to_samples(seconds{200})) << "the programme runs by the clock";
}

TEST_F(Playing, AStopIsCarriedOutAtItsTimeAndTakesBackWhatCameBehind) {
  begin(1);
  order(2, 200);
  player.receive(here, orders::Stop{.at = to_samples(seconds{30})});
  EXPECT_TRUE(program.take().empty());
  after(seconds{30});
  EXPECT_EQ(program.take(), std::vector<std::string>{"stop"});
  EXPECT_EQ(told.last<orders::Ended>().at, to_samples(seconds{30}));
  after(seconds{300});
  EXPECT_TRUE(program.take().empty());
}

TEST_F(Playing, WhileItIsAwayTheProgrammeGoesOnAndItIsEnteredAtTheRightSecond) {
  order(1, 0, 200, 10);
  Program::answer(program.plays, Result<void>(error(Errc::unavailable, "away")));
  program.take();
  after(seconds{5});
  EXPECT_EQ(program.take(), std::vector<std::string>{"play 1.flac 15000"});
  Program::answer(program.plays, Result<void>(error(Errc::unavailable, "away")));
  order(2, 190);
  after(seconds{190});
  EXPECT_EQ(told.last<orders::Ended>().problem, "the external player wasn't there");
}

TEST_F(Playing, AnAnswerThatNeverComesIsNotWaitedForForEver) {
  order(1, 0);
  program.take();
  after(seconds{19});
  EXPECT_TRUE(program.take().empty());
  after(seconds{2});
  EXPECT_EQ(program.take(), std::vector<std::string>{"play 1.flac 21000"});
  Program::answer(program.plays, Result<void>(error(Errc::broken, "what was asked first")));
  EXPECT_TRUE(told.messages.empty()) << "nobody's any more";
  Program::answer(program.plays, Result<void>());
  EXPECT_EQ(told.last<orders::Started>().item, EntryId{1});
}

TEST_F(Playing, WhatItCannotPlayIsFailedOnce) {
  order(1, 0);
  Program::answer(program.plays, Result<void>(error(Errc::broken, "no decoder")));
  EXPECT_EQ(told.last<orders::Failed>().reason, "no decoder");
  program.take();
  after(seconds{30});
  EXPECT_TRUE(program.take().empty());
}

TEST_F(Playing, WhatWasHeardAndIsRefusedAfterABreakIsAskedForAgain) {
  begin(1);
  after(seconds{2});
  Program::answer(program.asked, Result<bool>(error(Errc::unavailable, "away")));
  Program::answer(program.plays, Result<void>(error(Errc::not_found, "No such song")));
  program.take();
  after(seconds{1});
  EXPECT_EQ(program.take(), std::vector<std::string>{"play 1.flac 3000"});
  Program::answer(program.plays, Result<void>());
  EXPECT_EQ(told.messages.size(), 1u) << "started once, failed never";
}

TEST_F(Playing, StoppedWithoutOurDoingItIsEnteredAgainButNotAtTheEnd) {
  begin(1);
  after(seconds{2});
  Program::answer(program.asked, Result<bool>(true));
  after(seconds{2});
  Program::answer(program.asked, Result<bool>(false));
  EXPECT_EQ(program.take(), std::vector<std::string>{"play 1.flac 4000"});
  Program::answer(program.plays, Result<void>());
  after(seconds{187});
  Program::answer(program.asked, Result<bool>(false));
  EXPECT_TRUE(program.take().empty());
  EXPECT_EQ(told.messages.size(), 1u) << "started once";
}

TEST_F(Playing, TakenBySomebodyElseItIsLeftToThemUntilTheNextOrder) {
  begin(1);
  after(seconds{50});
  program.asked.clear();
  program.on_taken(Remote::Taken::elsewhere);
  program.on_taken(Remote::Taken::silent);
  EXPECT_EQ(taken, 1);
  after(seconds{50});
  EXPECT_TRUE(program.take().empty());
  EXPECT_TRUE(program.asked.empty());
  order(1, 100, 200, 50);
  EXPECT_EQ(program.take(), std::vector<std::string>{"play 1.flac 50000"});
}

TEST_F(Playing, SilenceAtTheEndOfASongIsItsEnd) {
  begin(1);
  after(seconds{191});
  program.on_taken(Remote::Taken::silent);
  EXPECT_EQ(taken, 0);
}

TEST_F(Playing, AnswersThatComeAfterItsEndMeetNobody) {
  prepare(1);
  order(2, 0);
  auto look = std::move(program.look_ups.front());
  auto play = std::move(program.plays.front());
  {
    Told deaf;
    Program other;
    RemotePlayer short_lived(here, orders::StreamClock{.anchor = clock.now()}, other,
                             {.clock = clock,
                              .tell = deaf,
                              .find =
                                  [](TrackId, const std::function<void(Result<RemotePlayer::Song>)>& done) {
                                    done(RemotePlayer::Song{"x", {}});
                                  },
                              .wake = [](Instant) {}});
    short_lived.receive(here, orders::Prepare{EntryId{1}, TrackId{1}});
    short_lived.receive(here, orders::Play{.item = EntryId{1}, .track = TrackId{1}});
    look = std::move(other.look_ups.front());
    play = std::move(other.plays.front());
  }
  look(Result<Duration>(seconds{1}));
  play(Result<void>());
}

}  // namespace
}  // namespace longwave::station
