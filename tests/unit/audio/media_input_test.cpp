// SPDX-License-Identifier: Apache-2.0
#include "audio/media_input.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "audio/analysis.hpp"
#include "unit/audio/sound.hpp"

namespace longwave::audio {
namespace {

using namespace testing;

/// Kinds whose probe reads little, much, and jumps about.
std::vector<std::filesystem::path> some_files(const Folder& folder) {
  write_wav(folder / "a.wav", 44100 * 8, music(0.5, 1));
  std::vector<std::filesystem::path> files{folder / "a.wav"};
  for (const char* kind : {"mp3", "flac", "ogg", "m4a"}) {
    files.push_back(folder / (std::string{"b."} + kind));
    EXPECT_EQ(run("ffmpeg -v error -i " + files[0].string() + " " + files.back().string()).code, 0);
  }
  return files;
}

TEST(MediaInput, WhoCancelsLearnsThatAndNothingAboutTheFile) {
  const Folder folder;
  std::stop_source stop;
  stop.request_stop();
  for (const auto& file : some_files(folder)) {
    const auto input = MediaInput::open(file, stop.get_token());
    ASSERT_FALSE(input.has_value()) << file;
    EXPECT_EQ(input.error().code, Errc::cancelled) << file << ": " << input.error().message;
    const auto analysed = analyse(file, {}, stop.get_token());
    ASSERT_FALSE(analysed.has_value()) << file;
    EXPECT_EQ(analysed.error().code, Errc::cancelled) << file << ": " << analysed.error().message;
  }
}

/// `broken` and `unsupported` would mark the track for good: a cancel at any moment of probe, decoding and
/// the end must never look like one.
TEST(MediaInput, ACancelAtAnyMomentIsNoDamage) {
  const Folder folder;
  int cancelled = 0;
  for (const auto& file : some_files(folder)) {
    for (int i = 0; i < 40; ++i) {
      std::stop_source stop;
      std::atomic<bool> over{false};  // on a busy machine the turns last longer than the analysis
      std::thread other([&] {
        for (int spin = 0; spin < i * i * 20 && !over; ++spin) std::this_thread::yield();
        stop.request_stop();
      });
      const auto analysed = analyse(file, {}, stop.get_token());
      over = true;
      other.join();
      if (analysed) continue;
      EXPECT_EQ(analysed.error().code, Errc::cancelled) << file << ": " << analysed.error().message;
      ++cancelled;
    }
  }
  EXPECT_GT(cancelled, 5) << "or nothing was tried";
}

TEST(MediaInput, StopsInTheMiddleOfALongFile) {
  const Folder folder;
  write_wav(folder / "long.wav", 44100 * 60, music(0.5, 1));
  std::stop_source stop;
  double reached = 0;
  const auto analysed = analyse(folder / "long.wav", {}, stop.get_token(), [&](double share) {
    reached = share;
    stop.request_stop();
  });
  ASSERT_FALSE(analysed.has_value());
  EXPECT_EQ(analysed.error().code, Errc::cancelled);
  EXPECT_LT(reached, 0.2) << "the first word of progress was the last";
}

TEST(MediaInput, DamageIsStillDamage) {
  const Folder folder;
  std::ofstream(folder / "a.mp3") << std::string(100000, 'x');
  const auto input = MediaInput::open(folder / "a.mp3", {});
  ASSERT_FALSE(input.has_value());
  EXPECT_NE(input.error().code, Errc::cancelled);
}

}  // namespace
}  // namespace longwave::audio
