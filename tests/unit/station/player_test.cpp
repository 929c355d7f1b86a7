// SPDX-License-Identifier: Apache-2.0
#include "player_sim.hpp"

namespace longwave::station::simulated {
namespace {

using namespace std::chrono_literals;
using audio::Format;
constexpr auto mp3 = Format::mp3_128;
constexpr auto opus = Format::opus_96;

Samples frames(std::int64_t n) {
  return Samples{n * 1152};
}

orders::Play play(std::int64_t id, Samples at, std::int64_t length, bool cut = false) {
  return {.item = {id}, .track = {id}, .start_at = at, .offset = {}, .duration = frames(length), .cut = cut};
}

/// Tracks 1, 2, 3 of 1000 MP3 frames (26 s) follow each other from the beginning.
struct ThreeTracks : Station {
  ThreeTracks() {
    for (const auto id : {1, 2, 3}) media.tracks[id].frames = 1000;
  }
  void order() {
    for (const auto id : {1, 2, 3}) player->receive(orders::Prepare{{id}, {id}});
    run_for(100ms);
    player->receive(play(1, frames(0), 1000));
    player->receive(play(2, frames(1000), 1000));
    player->receive(play(3, frames(2000), 1000));
  }
};

TEST(Player, WithoutListenersTheClockAloneStartsAndEndsItems) {
  ThreeTracks s;
  s.order();
  s.run_for(90s);
  const auto started = all_of<orders::Started>(s.messages);
  ASSERT_EQ(started.size(), 3u);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(started[i].at, frames(1000 * i));
  const auto ended = all_of<orders::Ended>(s.messages);
  ASSERT_EQ(ended.size(), 3u);
  EXPECT_EQ(ended[2].at, frames(3000));
  EXPECT_EQ(s.media.opens, 0);
  EXPECT_EQ(s.media.joints, 0);
  EXPECT_TRUE(s.sent.empty());
  EXPECT_LT(s.ticks, 20);
  EXPECT_EQ(s.heard_events.size(), 4u);  // the three, and nothing at the end
}

TEST(Player, ThreeTracksAreOneUnbrokenStreamOnBothMounts) {
  ThreeTracks s;
  s.listen(mp3, 1);
  s.listen(opus, 1);
  s.order();
  s.run_for(70s);
  for (const auto format : audio::public_formats) {
    const auto& sent = s.sent[format];
    ASSERT_FALSE(sent.empty());
    for (const auto& record : sent) {
      const auto t = audio::time_of_frame(format, record.n);
      const auto id = record.n >= audio::frame_at(format, frames(2000))   ? 3
                      : record.n >= audio::frame_at(format, frames(1000)) ? 2
                                                                          : 1;
      EXPECT_EQ(record.what.track, id) << to_ms(t);
      EXPECT_EQ(record.what.frame, record.n - audio::frame_at(format, frames(1000 * (id - 1))));
    }
    EXPECT_EQ(std::count_if(sent.begin(), sent.end(), [](const auto& r) { return r.what.kind == 'j'; }),
              2 * (2 * audio::info(format).margin_frames + 2));
  }
  EXPECT_EQ(s.metrics.fallbacks, 0);
  EXPECT_EQ(s.metrics.joints_late, 0);
  EXPECT_EQ(s.metrics.joints_made, 4);
  EXPECT_TRUE(s.acted_problems.empty());
  EXPECT_LT(s.worst_lag, -2.9);
}

TEST(Player, AListenerEntersACachedTrackAtTheRightFrameAtOnce) {
  ThreeTracks s;
  s.media.cached = true;
  s.order();
  s.run_for(10s);
  const auto asked = s.now();
  s.listen(mp3, 1);
  s.run_for(100ms);
  ASSERT_FALSE(s.sent[mp3].empty());
  const auto& first = s.sent[mp3].front();
  EXPECT_EQ(first.what.track, 1);
  EXPECT_EQ(first.what.frame, first.n);
  EXPECT_LE(audio::time_of_frame(mp3, first.n) - asked, Samples{44100 / 10});
  EXPECT_GE(s.sent[mp3].size(), 150u);  // the whole lead is there
}

TEST(Player, AListenerEntersAnUncachedTrackThroughATransientRendition) {
  ThreeTracks s;
  s.order();
  s.run_for(20s);
  s.listen(mp3, 1);
  s.run_for(300ms);
  ASSERT_FALSE(s.sent[mp3].empty());
  EXPECT_EQ(s.sent[mp3].front().what.frame, s.sent[mp3].front().n);
  EXPECT_EQ(s.metrics.fallbacks, 0);
}

TEST(Player, ASkipTakesEffectRightBehindWhatWasSent) {
  ThreeTracks s;
  s.media.cached = true;
  s.listen(mp3, 1);
  s.order();
  s.run_for(10s);
  const auto at = s.now();
  const auto was_sent = s.next[mp3];
  s.player->receive(play(2, Samples{at.count() / 1152 * 1152}, 1000, true));
  s.player->receive(play(3, Samples{at.count() / 1152 * 1152} + frames(1000), 1000));
  s.run_for(2s);
  const auto started = all_of<orders::Started>(s.messages);
  ASSERT_EQ(started.size(), 2u);
  EXPECT_EQ(started[1].item, EntryId{2});
  EXPECT_GE(started[1].at, audio::time_of_frame(mp3, was_sent));
  EXPECT_LE(started[1].at - audio::time_of_frame(mp3, was_sent), Samples{44100});
  const auto boundary = audio::frame_at(mp3, started[1].at);
  for (const auto& record : s.sent[mp3]) {
    EXPECT_EQ(record.what.track, record.n < boundary ? 1 : 2);
    EXPECT_EQ(record.what.frame, record.n < boundary ? record.n : record.n - boundary);
  }
  s.run_for(40s);  // and the one behind it moved along
  EXPECT_EQ(all_of<orders::Started>(s.messages)[2].at, started[1].at + frames(1000));
  EXPECT_EQ(all_of<orders::Ended>(s.messages)[0].at, started[1].at);
}

TEST(Player, ALateItemBeginsAsSoonAsItIsReadyAndSaysWhen) {
  ThreeTracks s;
  s.media.cached = true;
  s.media.tracks[2].open_after = 30s;
  s.listen(mp3, 1);
  s.order();
  s.run_for(60s);
  const auto started = all_of<orders::Started>(s.messages);
  ASSERT_GE(started.size(), 2u);
  EXPECT_GT(started[1].at, frames(1000));
  EXPECT_LT(s.worst_lag, -2.9) << "somebody would have heard a gap";
  EXPECT_EQ(s.metrics.fallbacks, 1);
  const auto boundary = audio::frame_at(mp3, started[1].at);
  for (const auto& record : s.sent[mp3])
    if (record.n >= boundary && record.n < boundary + 1000) {
      EXPECT_EQ(record.what.track, 2);
      EXPECT_EQ(record.what.frame, record.n - boundary);
    }
}

/// As a streamer's orders: the programme doesn't wait for it.
struct OnTime : ThreeTracks {
  OnTime() { media.cached = true; }
  void order() {
    for (const auto id : {1, 2, 3}) {
      auto order = play(id, frames(1000 * (id - 1)), 1000);
      order.keeps_time = true;
      player->receive(order);
    }
  }
  /// Whatever is sent of a track is what the programme has there.
  void expect_right_frames() {
    for (const auto& [format, records] : sent) {
      for (const auto& record : records) {
        const auto id = record.what.track;
        // What stands in; behind the programme that is the last good track once more.
        if (id == 0 || record.n >= audio::frame_at(format, frames(3000))) continue;
        EXPECT_EQ(record.what.frame, record.n - audio::frame_at(format, frames(1000 * (id - 1))));
      }
    }
    EXPECT_LT(worst_lag, -2.9) << "somebody would have heard a gap";
  }
};

TEST(Player, WhatKeepsItsTimeIsEnteredAtItsSecondWhenItIsLate) {
  for (const bool both : {false, true}) {
    OnTime s;
    s.media.tracks[2].open_after = 30s;
    s.listen(mp3, 1);
    if (both) s.listen(opus, 1);
    s.order();
    s.run_for(74s);
    const auto started = all_of<orders::Started>(s.messages);
    ASSERT_EQ(started.size(), 3u);
    EXPECT_GT(started[1].at, frames(1000));
    EXPECT_LT(started[1].at, frames(1000) + to_samples(9s));
    EXPECT_EQ(started[1].offset, started[1].at - frames(1000));
    EXPECT_EQ(started[2].at, frames(2000)) << "what follows it doesn't move";
    EXPECT_EQ(started[2].offset, Samples{});
    EXPECT_EQ(s.metrics.items_late, 1);
    s.expect_right_frames();
  }
}

TEST(Player, WhatKeepsItsTimeIsWaitedForAsLongAsItLasts) {
  OnTime s;
  s.media.tracks[2].open_after = 40s;  // anything else is given up by then
  s.listen(mp3, 1);
  s.order();
  s.run_for(60s);
  const auto started = all_of<orders::Started>(s.messages);
  ASSERT_EQ(started.size(), 3u);
  EXPECT_EQ(started[1].offset, started[1].at - frames(1000));
  EXPECT_EQ(started[2].at, frames(2000));
  s.expect_right_frames();
}

TEST(Player, WhatKeepsItsTimeAndNeverComesTakesNothingFromWhatFollows) {
  OnTime s;
  s.media.tracks[2].open_after = 1h;
  s.listen(mp3, 1);
  s.order();
  s.run_for(70s);
  const auto failed = all_of<orders::Failed>(s.messages);
  ASSERT_EQ(failed.size(), 1u);
  EXPECT_EQ(failed[0].item, EntryId{2});
  const auto started = all_of<orders::Started>(s.messages);
  ASSERT_EQ(started.size(), 2u);
  EXPECT_EQ(started[1].at, frames(2000));
  EXPECT_EQ(s.metrics.items_late, 0);
  s.expect_right_frames();
}

TEST(Player, WhatKeepsItsTimeIsNotPulledForwardByOneThatBreaks) {
  OnTime s;
  s.media.cached = false;
  s.media.tracks[2].stops_at = 300;
  s.listen(mp3, 1);
  s.order();
  s.run_for(70s);
  const auto started = all_of<orders::Started>(s.messages);
  ASSERT_EQ(started.size(), 3u);
  EXPECT_EQ(started[2].at, frames(2000));
}

TEST(Player, WhatIsOrderedTooLateAndKeepsItsTimeIsEnteredAtItsSecond) {
  OnTime s;
  s.listen(mp3, 1);
  s.run_for(4s);
  auto order = play(1, frames(100), 1000);  // more than a second ago
  order.keeps_time = true;
  s.player->receive(order);
  s.run_for(10s);
  const auto started = all_of<orders::Started>(s.messages);
  ASSERT_EQ(started.size(), 1u);
  EXPECT_GT(started[0].offset, Samples{});
  EXPECT_EQ(started[0].offset, started[0].at - frames(100));
  std::size_t heard = 0;
  for (const auto& record : s.sent[mp3]) {
    if (record.what.track != 1) continue;
    EXPECT_EQ(record.what.frame, record.n - 100);
    ++heard;
  }
  EXPECT_GT(heard, 300u);
}

TEST(Player, AJointThatComesTooLateIsAHardCutAtTheRightPlace) {
  for (const bool fails : {false, true}) {
    ThreeTracks s;
    s.media.cached = true;
    s.media.tracks[2].joint_after = fails ? 60ms : 60s;
    s.media.tracks[2].joint_fails = fails;
    s.listen(mp3, 1);
    s.listen(opus, 1);
    s.order();
    s.run_for(40s);
    EXPECT_EQ(all_of<orders::Started>(s.messages)[1].at, frames(1000));
    EXPECT_EQ(fails ? s.metrics.joints_failed : s.metrics.joints_late, 2);
    EXPECT_TRUE(s.acted_problems.empty());
    EXPECT_EQ(s.metrics.fallbacks, 0);
    EXPECT_LT(s.worst_lag, -2.9);
  }
}

TEST(Player, WhatCannotBePlayedIsReportedBeforeItsTime) {
  ThreeTracks s;
  s.media.tracks[2].vanished = true;
  s.media.tracks[3].unreadable = true;
  s.listen(mp3, 1);
  s.order();
  s.run_for(10s);
  const auto failed = all_of<orders::Failed>(s.messages);
  std::map<std::int64_t, std::string> reasons;
  for (const auto& f : failed) reasons[f.item.value] = f.reason;
  EXPECT_EQ(reasons[2], "The file is gone.");
  EXPECT_EQ(reasons[3], "It can't be decoded.");
  EXPECT_EQ(reasons.size(), 2u);
}

TEST(Player, WhatCannotBeLookedUpAtPresentIsAskedForAgain) {
  for (const bool heard : {false, true}) {
    ThreeTracks s;
    s.media.tracks[2].unavailable = 3;
    if (heard) s.listen(mp3, 1);
    s.order();
    s.run_for(10s);
    EXPECT_TRUE(all_of<orders::Failed>(s.messages).empty()) << "the database is away for a moment";
    std::set<std::int64_t> prepared;
    for (const auto& p : all_of<orders::Prepared>(s.messages)) prepared.insert(p.item.value);
    EXPECT_TRUE(prepared.contains(2));
    EXPECT_EQ(s.media.tracks[2].unavailable, 0);
  }
}

TEST(Player, AnItemThatVanishedUnheardEndsWhenSomebodyComes) {
  ThreeTracks s;
  s.media.tracks[1].vanished = true;
  s.order();
  s.run_for(10s);
  s.listen(mp3, 1);
  s.run_for(2s);
  const auto ended = all_of<orders::Ended>(s.messages);
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_EQ(ended[0].item, EntryId{1});
  EXPECT_EQ(ended[0].problem, "The file is gone.");
  EXPECT_LE(s.now() - ended[0].at, Samples{2 * 44100});
  const auto started = all_of<orders::Started>(s.messages);
  ASSERT_EQ(started.size(), 2u);
  EXPECT_EQ(started[1].item, EntryId{2});
  EXPECT_EQ(s.sent[mp3].front().what.track, 2) << "nothing else had to be sent";
}

TEST(Player, ADecoderThatHangsIsLeftForTheNextItem) {
  ThreeTracks s;
  s.media.tracks[1].stops_at = 500;
  s.listen(mp3, 1);
  s.order();
  s.run_for(60s);
  ASSERT_EQ(s.acted_problems.size(), 1u);
  const auto ended = all_of<orders::Ended>(s.messages);
  EXPECT_NE(ended[0].problem, "");
  EXPECT_EQ(ended[0].at, frames(500));
  const auto started = all_of<orders::Started>(s.messages);
  ASSERT_GE(started.size(), 2u);
  EXPECT_EQ(started[1].at, frames(500));
  EXPECT_LT(s.worst_lag, -2.8) << "the lead carried it over";
}

TEST(Player, SilenceIsLeftWithinTwoSeconds) {
  ThreeTracks s;
  s.media.cached = true;
  s.media.tracks[1].silent_from = 400;
  s.media.tracks[1].silent_to = 900;
  s.listen(mp3, 1);
  s.listen(opus, 1);
  s.order();
  s.run_for(60s);
  ASSERT_EQ(s.acted_problems.size(), 1u);
  for (const auto format : audio::public_formats) {
    std::int64_t silent = 0;
    for (const auto& record : s.sent[format]) {
      const auto t =
          record.what.frame * audio::info(format).frame_samples * 38.28125 / audio::info(format).sample_rate;
      if (record.what.track == 1 && t >= 400 && t < 900) ++silent;
    }
    const double seconds = silent * 1.0 * audio::info(format).frame_samples / audio::info(format).sample_rate;
    EXPECT_GT(seconds, 1.9);
    EXPECT_LT(seconds, 2.9);
  }
  EXPECT_EQ(all_of<orders::Started>(s.messages)[1].item, EntryId{2});
}

TEST(Player, WithNothingOrderedTheFillerComesAndTheFirstOrderReplacesIt) {
  ThreeTracks s;
  s.media.cached = true;
  s.listen(mp3, 1);
  s.run_for(2400ms);
  EXPECT_TRUE(s.sent[mp3].empty());
  s.run_for(300ms);
  ASSERT_FALSE(s.sent[mp3].empty());
  EXPECT_EQ(s.sent[mp3].front().what.track, 0);
  s.run_for(5s);
  s.player->receive(orders::Prepare{{1}, {1}});
  s.run_for(100ms);
  s.player->receive(play(1, Samples{s.now().count() / 1152 * 1152}, 1000));
  s.run_for(2s);
  const auto started = all_of<orders::Started>(s.messages);
  ASSERT_EQ(started.size(), 1u);
  EXPECT_LE(to_ms(started[0].at - s.now()), 4000);
  EXPECT_EQ(s.sent[mp3].back().what.track, 1);
  const auto boundary = audio::frame_at(mp3, started[0].at);
  EXPECT_EQ(s.sent[mp3].back().what.frame, s.sent[mp3].back().n - boundary);
}

TEST(Player, AfterARestartAnItemIsEnteredAtTheRightSecond) {
  Station s;
  s.media.tracks[1].frames = 10000;
  s.run_for(100s);
  s.listen(mp3, 1);
  s.player->receive(orders::Prepare{{1}, {1}});
  s.player->receive(play(1, frames(0), 10000));
  s.run_for(1s);
  const auto started = all_of<orders::Started>(s.messages);
  ASSERT_EQ(started.size(), 1u);
  EXPECT_EQ(started[0].at, frames(0));
  ASSERT_FALSE(s.sent[mp3].empty());
  EXPECT_EQ(s.sent[mp3].front().what.frame, s.sent[mp3].front().n);
}

TEST(Player, AMountWithoutListenersEndsAfterAWhile) {
  ThreeTracks s;
  s.listen(mp3, 2);
  s.order();
  s.run_for(5s);
  s.listen(mp3, 0);
  EXPECT_TRUE(s.player->live(mp3));
  s.run_for(6s);
  EXPECT_FALSE(s.player->live(mp3));
  s.run_for(30s);
  EXPECT_EQ(all_of<orders::Ended>(s.messages)[0].heard_by, 2);
  EXPECT_EQ(all_of<orders::Started>(s.messages)[1].at, frames(1000));
}

}  // namespace
}  // namespace longwave::station::simulated
