// SPDX-License-Identifier: Apache-2.0
#include "player_sim.hpp"

/// Silence on purpose: paused, stopped, and coming back from that.
namespace longwave::station::simulated {
namespace {

using namespace std::chrono_literals;
using audio::Format;
constexpr auto mp3 = Format::mp3_128;
constexpr auto opus = Format::opus_96;

Samples frames(std::int64_t n) {
  return Samples{n * 1152};
}

struct OneTrack : Station {
  OneTrack() {
    media.cached = true;
    for (const auto id : {1, 2}) media.tracks[id].frames = 4000;
    player->receive(orders::Prepare{{1}, {1}});
    run_for(100ms);
  }
  void play(std::int64_t item, std::int64_t track, Samples at, Samples offset = {}, bool cut = false) {
    player->receive(orders::Play{{item}, {track}, at, offset, frames(4000), cut});
  }
  orders::Ended ended() const { return all_of<orders::Ended>(messages).back(); }
};

TEST(Rest, APauseIsSilentForAsLongAsItLastsAndNobodyWorries) {
  for (const auto format : {mp3, opus}) {
    OneTrack s;
    s.listen(format, 1);
    s.play(1, 1, frames(0));
    s.run_for(10s);
    s.player->receive(orders::Stop{s.now(), true});
    s.run_for(50ms);
    ASSERT_EQ(all_of<orders::Ended>(s.messages).size(), 1U) << "where it stopped is known at once";
    const auto end = s.ended().at;
    EXPECT_GT(end, s.now());
    s.run_for(300s);
    for (const auto& record : s.sent[format]) {
      const bool before = record.n < audio::frame_at(format, end);
      ASSERT_EQ(record.what.track, before ? 1 : rest_track) << record.n;
    }
    EXPECT_TRUE(s.acted_problems.empty());
    EXPECT_EQ(s.metrics.fallbacks, 0);
    EXPECT_LT(s.worst_lag, -2.9) << "the connection stays: the mount goes on";
    EXPECT_EQ(all_of<orders::Ended>(s.messages).size(), 1U);
  }
}

TEST(Rest, GoesOnExactlyBehindWhatWasSent) {
  OneTrack s;
  s.listen(mp3, 1);
  s.play(1, 1, frames(0));
  s.run_for(10s);
  s.player->receive(orders::Stop{s.now(), true});
  s.run_for(60s);
  const auto held = s.ended().at;
  s.play(7, 1, on_grid(s.now()), held);
  s.run_for(20s);
  auto expected = s.sent[mp3].front().what.frame;
  for (const auto& record : s.sent[mp3]) {
    if (record.what.track != 1) continue;  // silence, and what of it leads into the joint
    ASSERT_EQ(record.what.frame, expected++) << "no frame is lost or heard twice";
  }
  EXPECT_EQ(s.sent[mp3].back().what.track, 1);
  const auto started = all_of<orders::Started>(s.messages).back();
  EXPECT_EQ(started.item.value, 7);
  EXPECT_EQ(started.offset, held);
  EXPECT_TRUE(s.acted_problems.empty());
}

TEST(Rest, WithoutListenersItStopsAtOnce) {
  OneTrack s;
  s.play(1, 1, frames(0));
  s.run_for(10s);
  s.player->receive(orders::Stop{s.now(), true});
  EXPECT_LE(s.ended().at - s.now(), frames(1));
  s.run_for(60s);
  s.listen(mp3, 1);
  s.run_for(1s);
  ASSERT_FALSE(s.sent[mp3].empty());
  EXPECT_EQ(s.sent[mp3].front().what.track, rest_track) << "silence begins without waiting";
}

TEST(Rest, TheEndOfAListIsSilent) {
  OneTrack s;
  s.listen(mp3, 1);
  s.play(1, 1, frames(0));
  s.run_for(1s);
  s.player->receive(orders::Stop{frames(4000), true});
  s.run_for(130s);
  EXPECT_EQ(s.sent[mp3].back().what.track, rest_track);
  EXPECT_EQ(s.ended().at, frames(4000));
  EXPECT_TRUE(s.acted_problems.empty());
  EXPECT_EQ(s.metrics.fallbacks, 0);
}

TEST(Rest, SeekingIsAnotherItemOfTheSameTrack) {
  OneTrack s;
  s.listen(mp3, 1);
  s.play(1, 1, frames(0));
  s.run_for(10s);
  s.play(8, 1, on_grid(s.now()), frames(3000), true);
  s.run_for(10s);
  std::int64_t last = s.sent[mp3].front().what.frame - 1, jumps = 0;
  for (const auto& record : s.sent[mp3]) {
    ASSERT_EQ(record.what.track, 1);
    if (record.what.frame != last + 1) ++jumps;
    last = record.what.frame;
  }
  EXPECT_EQ(jumps, 1);
  EXPECT_GT(last, 3000);
  EXPECT_TRUE(s.acted_problems.empty());
}

}  // namespace
}  // namespace longwave::station::simulated
