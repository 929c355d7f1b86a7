// SPDX-License-Identifier: Apache-2.0
#include "audio/format.hpp"

#include <gtest/gtest.h>

namespace longwave::audio {
namespace {

TEST(Format, FramesOfAMountAreExactOverYears) {
  for (const auto format : all_formats) {
    for (const std::int64_t n : {-1ll, 0ll, 1ll, 7ll, 1'000'003ll, 1'000'000'007ll, 10'000'000'019ll}) {
      EXPECT_EQ(frame_at(format, time_of_frame(format, n)), n) << info(format).name;
      EXPECT_EQ(frame_at(format, time_of_frame(format, n) - Samples{1}), n - 1) << info(format).name;
    }
  }
  EXPECT_EQ(time_of_frame(Format::mp3_128, 3), Samples{3456});
  EXPECT_EQ(time_of_frame(Format::opus_96, 1), Samples{882});
}

TEST(Format, AnItemLeavesTwentyToFortySixMillisecondsForItsJoint) {
  for (std::int64_t length = 22050; length < 22050 + 1152 * 3; ++length) {
    const auto duration = programme_duration(Samples{length}).count();
    EXPECT_EQ(duration % 1152, 0);
    EXPECT_GE(length - duration, 882);
    EXPECT_LT(length - duration, 882 + 1152);
  }
  EXPECT_EQ(programme_duration(Samples{22049}), Samples{0});
}

TEST(Format, OnTheOpusGridTheRestOfAnItemIsNeverNegative) {
  for (std::int64_t start = 0; start < 1152 * 147; start += 1152) {
    const Samples length{start * 7 + 30000};
    const auto next = Samples{start} + programme_duration(length);
    const auto frames = frame_at(Format::opus_96, next) - frame_at(Format::opus_96, Samples{start});
    const auto rest = format_samples(Format::opus_96, length) - frames * 960;
    EXPECT_GE(rest, 0) << start;
    EXPECT_LE(rest, 960 * 4) << start;
  }
}

TEST(Format, HasNames) {
  EXPECT_EQ(format_by_extension("opus"), Format::opus_96);
  EXPECT_EQ(format_by_name("mp3_128"), Format::mp3_128);
  EXPECT_EQ(format_by_name("mp3"), std::nullopt);
}

}  // namespace
}  // namespace longwave::audio
