// SPDX-License-Identifier: Apache-2.0
#include "app/progress.hpp"

#include <gtest/gtest.h>

namespace longwave::app {
namespace {

TEST(Progress, WritesPlainLinesWhereThereIsNoTerminal) {
  ManualClock clock;
  std::string out;
  Progress progress(
      "scan", clock, [&](std::string_view s) { out += s; }, false);
  progress.update(0, 100);
  clock.advance(std::chrono::seconds{2});
  progress.update(10, 100);  // too soon for another line
  clock.advance(std::chrono::seconds{8});
  progress.update(50, 100);
  progress.finish("100 files");
  EXPECT_EQ(out, "scan: 0/100 \nscan: 50/100, 10 s left \nscan: 100 files\n");
}

TEST(Progress, RedrawsABarOnATerminal) {
  ManualClock clock;
  std::string out;
  Progress progress(
      "scan", clock, [&](std::string_view s) { out += s; }, true);
  progress.update(50, 100, "a.mp3");
  EXPECT_NE(out.find("\r\033[Kscan ━━━━━━━━━━━━━━━───"), std::string::npos) << out;
  EXPECT_EQ(out.find('\n'), std::string::npos);
}

TEST(Progress, TimesReadLikeSpeech) {
  EXPECT_EQ(human(std::chrono::seconds{45}), "45 s");
  EXPECT_EQ(human(std::chrono::seconds{200}), "3 min 20 s");
  EXPECT_EQ(human(std::chrono::seconds{7500}), "2 h 5 min");
}

}  // namespace
}  // namespace longwave::app
