// SPDX-License-Identifier: Apache-2.0
#include "base/time.hpp"

#include <gtest/gtest.h>

namespace longwave {
namespace {

TEST(Time, SamplesAreExactOverYears) {
  const Samples year{44100ll * 3600 * 24 * 365};
  EXPECT_EQ(to_samples(to_duration(year)), year);
  EXPECT_EQ(to_ms(Samples{44100}), 1000);
  EXPECT_EQ(to_ms(Samples{44}), 0);
  EXPECT_EQ(to_ms(Samples{-1}), -1);
}

TEST(Time, ADurationBecomesWholeSamplesRoundedDown) {
  EXPECT_EQ(to_samples(std::chrono::milliseconds{1}), Samples{44});
  EXPECT_EQ(to_samples(std::chrono::milliseconds{-1}), Samples{-45});
  EXPECT_EQ(to_samples(std::chrono::hours{1}), Samples{44100 * 3600});
}

}  // namespace
}  // namespace longwave
