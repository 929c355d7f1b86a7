// SPDX-License-Identifier: Apache-2.0
#include "audio/splice.hpp"

#include "unit/audio/sound.hpp"

#include <gtest/gtest.h>

namespace longwave::audio {
namespace {

using namespace testing;

double rms(std::span<const float> pairs) {
  double sum = 0;
  for (const float x : pairs) sum += static_cast<double>(x) * x;
  return std::sqrt(sum / static_cast<double>(std::max<std::size_t>(pairs.size(), 1)));
}

class Splice : public ::testing::TestWithParam<Format> {};

TEST_P(Splice, TwoSinesFollowEachOtherWithoutAGap) {
  const auto format = GetParam();
  Folder folder;
  write_wav(folder / "a.wav", 44100 * 3 + 777, sine(440, 0.5));
  write_wav(folder / "b.wav", 44100 * 3 + 12, sine(660, 0.3));
  const auto a = sound_of(folder / "a.wav");
  const auto b = sound_of(folder / "b.wav");
  ASSERT_TRUE(a && b);
  const auto ra = encoded(*a, format);
  const auto rb = encoded(*b, format);
  EXPECT_EQ(ra->samples(), format_samples(format, Samples{44100 * 3 + 777}));

  JointPlan plan;
  plan.format = format;
  plan.a = {a, ra};
  plan.b = {b, rb};
  plan.a_frame = frame_at(format, programme_duration(a->analysis.played()));
  plan.overlap = gapless_overlap(*ra, plan.a_frame);
  const auto joint = make_joint(plan);
  ASSERT_TRUE(joint.has_value()) << joint.error().message;
  EXPECT_EQ((*joint)->kind, JointKind::gapless);
  EXPECT_LE((*joint)->excess_db, 3.0);
  EXPECT_EQ((*joint)->frames(), plan.a_frame - (*joint)->a_end + (*joint)->b_begin);

  auto frames = frames_of(*ra, 0, (*joint)->a_end);
  for (std::int64_t i = 0; i < (*joint)->frames(); ++i) frames.push_back((*joint)->frame(i));
  for (const auto frame : frames_of(*rb, (*joint)->b_begin, rb->frames_ready())) frames.push_back(frame);
  const auto sound = decoded(format, frames);

  // 5 ms anywhere around the boundary are never silent, and as loud as both tracks are.
  const auto boundary = plan.a_frame * info(format).frame_samples;
  const auto step = static_cast<std::int64_t>(info(format).sample_rate / 200);
  const double loud = rms(std::span{sound}.subspan(48000, 48000));
  for (auto at = boundary - 40 * step; at < boundary + 40 * step; at += step) {
    const auto part =
        std::span{sound}.subspan(static_cast<std::size_t>(at * 2), static_cast<std::size_t>(step * 2));
    EXPECT_GT(rms(part), loud * 0.3) << (at - boundary);
    EXPECT_LT(rms(part), loud * 1.6) << (at - boundary);
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, Splice, ::testing::ValuesIn(all_formats),
                         [](const auto& i) { return std::string{audio::info(i.param).name}; });

}  // namespace
}  // namespace longwave::audio
