// SPDX-License-Identifier: Apache-2.0
#include "schedule/radios/lateness.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace longwave::radios {
namespace {

using namespace std::chrono_literals;

TEST(Lateness, is_of_the_last_minute_and_counted_for_ever) {
  Lateness lateness;
  Instant now{1000s};
  EXPECT_EQ(lateness.figures(now).p99, 0s);
  for (int i = 0; i < 1000; ++i) lateness.add(now, i < 989 ? 100us : 30ms);
  lateness.add(now, 2s);
  auto figures = lateness.figures(now);
  EXPECT_EQ(figures.events, 1001U);
  EXPECT_EQ(figures.last_minute, 1001U);
  EXPECT_EQ(figures.late, 12U);
  EXPECT_EQ(figures.very_late, 1U);
  EXPECT_EQ(figures.worst, 2s);
  EXPECT_GE(figures.p50, 100us);
  EXPECT_LE(figures.p50, 125us);
  EXPECT_GE(figures.p99, 30ms);
  EXPECT_LE(figures.p99, 37500us);
  EXPECT_EQ(figures.p9999, 2s);
  now += 30s;
  lateness.add(now, 1ms);
  EXPECT_EQ(lateness.figures(now + 29s).last_minute, 1002U);
  figures = lateness.figures(now + 31s);
  EXPECT_EQ(figures.last_minute, 1U) << "the others are older";
  EXPECT_LE(figures.worst, 1ms);
  EXPECT_EQ(figures.events, 1002U);
  EXPECT_EQ(lateness.figures(now + 10min).last_minute, 0U);
}

TEST(Lateness, counts_anything) {
  Lateness lateness;
  for (const Duration late : {Duration{-5s}, Duration{}, Duration{7us}, Duration{8us}, Duration{24h}})
    lateness.add(Instant{}, late);
  const auto figures = lateness.figures(Instant{});
  EXPECT_EQ(figures.last_minute, 5U);
  EXPECT_EQ(figures.worst, 24h);
  EXPECT_EQ(figures.very_late, 1U);
}

}  // namespace
}  // namespace longwave::radios
