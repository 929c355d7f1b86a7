// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "unit/schedule/desk.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace longwave::schedule::test {

/// A private player with the tracks 1..n in its list.
struct PlayerDesk : Desk {
  explicit PlayerDesk(int n = 5) : Desk(library(20)) {
    Saved fresh;
    fresh.station.id = StationId{1};
    fresh.station.slug = "main";
    fresh.station.kind = Kind::player;
    fresh.station.modes = Modes::of(Kind::player);
    fresh.station.state = Transport::stopped;
    orders.clear();
    asked.clear();
    events.clear();
    saved = {};
    open(fresh);
    Add add;
    for (int i = 1; i <= n; ++i) add.tracks.push_back(TrackId{i});
    EXPECT_TRUE(run(add));
    answer_all();
  }
};

/// A second later; what had to be made ready for that is.
inline void soon(Desk& desk) {
  desk.answer_all();
  desk.pass(std::chrono::milliseconds{100});
  desk.pass(std::chrono::milliseconds{900});
}

inline void start(Desk& desk, int index = -1) {
  Play play;
  if (index >= 0) play.index = static_cast<std::size_t>(index);
  ASSERT_TRUE(desk.run(play));
  soon(desk);
}

inline std::int64_t heard(const Desk& desk) {
  const auto view = desk.programmer->view();
  return view.on_air ? view.on_air->entry->track.value : 0;
}
inline int cursor(const Desk& desk) {
  return desk.programmer->view().cursor;
}
inline double position_s(const Desk& desk) {
  const auto view = desk.programmer->view();
  return view.on_air ? static_cast<double>(view.on_air->position(desk.clock.now()).count()) / 44100 : -1;
}

}  // namespace longwave::schedule::test
