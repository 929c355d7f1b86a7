// SPDX-License-Identifier: Apache-2.0
// Ten minutes of a station's sound in seconds: sine tracks of known frequency through programmer, player,
// analysis, renditions and joints, then decoded again. With LONGWAVE_SIM_OUT=DIR the streams and the
// boundaries stay there.
#include "audio/decoder.hpp"
#include "audio/ogg.hpp"
#include "radio.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <numbers>

namespace longwave::sim {
namespace {

namespace fs = std::filesystem;

constexpr int rate = 44100;
constexpr double minutes = 10;

/// A mono 16-bit WAV file with one sine.
void write_sine(const fs::path& path, double hertz, double seconds) {
  const auto samples = static_cast<std::uint32_t>(seconds * rate);
  std::string bytes;
  const auto u16 = [&](unsigned v) {
    bytes += static_cast<char>(v & 255), bytes += static_cast<char>(v >> 8 & 255);
  };
  const auto u32 = [&](std::uint32_t v) { u16(v & 65535), u16(v >> 16); };
  bytes += "RIFF";
  u32(36 + samples * 2);
  bytes += "WAVEfmt ";
  u32(16), u16(1), u16(1), u32(rate), u32(rate * 2), u16(2), u16(16);
  bytes += "data";
  u32(samples * 2);
  for (std::uint32_t i = 0; i < samples; ++i) {
    u16(static_cast<unsigned>(
        static_cast<std::int16_t>(std::lround(8000 * std::sin(2 * std::numbers::pi * hertz * i / rate)))));
  }
  std::ofstream(path, std::ios::binary) << bytes;
}

std::vector<float> decode(const fs::path& path) {
  auto decoder = audio::Decoder::open(path);
  EXPECT_TRUE(decoder);
  std::vector<float> left, buffer(8192);
  for (;;) {
    const auto got = decoder->read(buffer);
    if (!got || *got == 0) break;
    for (std::size_t i = 0; i < *got; ++i) left.push_back(buffer[2 * i]);
  }
  EXPECT_EQ(decoder->damaged_packets(), 0);
  return left;
}

/// How much of the sound in [at, at + length) is this frequency, 0 to 1.
double share(const std::vector<float>& sound, std::size_t at, std::size_t length, double hertz) {
  double re = 0, im = 0, all = 0;
  for (std::size_t i = 0; i < length && at + i < sound.size(); ++i) {
    const double x = sound[at + i], phase = 2 * std::numbers::pi * hertz * static_cast<double>(i) / rate;
    re += x * std::cos(phase), im += x * std::sin(phase), all += x * x;
  }
  return all > 0 ? 2 * (re * re + im * im) / (all * static_cast<double>(length)) : 0;
}

struct SoundTest : testing::Test {
  SoundTest() {
    const char* kept = std::getenv("LONGWAVE_SIM_OUT");
    folder =
        kept ? fs::path(kept) : fs::path(testing::TempDir()) / fmt::format("longwave-sound-{}", getpid());
    keep = kept != nullptr;
    fs::create_directories(folder);
    double seconds = 17.3;
    for (const double hertz : tones) {
      const auto path = folder / fmt::format("{}.wav", hertz);
      write_sine(path, hertz, seconds);
      files.add(path, fmt::format("{} Hz", hertz));
      seconds += 3.77;
    }
  }
  ~SoundTest() override {
    if (!keep) fs::remove_all(folder);
  }

  void write(const std::string& name, const std::string& bytes) {
    std::ofstream(folder / name, std::ios::binary) << bytes;
  }

  const std::vector<double> tones = {441, 588, 735, 882, 1102.5, 1323};
  fs::path folder;
  bool keep = false;
  Files files;
};

TEST_F(SoundTest, TenMinutesAreContinuousAndEveryBoundaryIsWhereTheProgrammeSaid) {
  Radio radio(files, folder / "cache", 7);
  radio.listen(audio::Format::mp3_128, 1);
  radio.listen(audio::Format::opus_96, 1);
  radio.run_for(std::chrono::seconds{static_cast<int>(minutes * 60)});
  EXPECT_TRUE(files.problems.empty());
  EXPECT_TRUE(radio.verdicts.empty()) << radio.verdicts[0];
  EXPECT_EQ(radio.metrics.joints_failed, 0);
  EXPECT_EQ(radio.metrics.joints_late, 0);
  EXPECT_GE(radio.boundaries.size(), 20u);

  write("main.mp3", radio.sent[audio::Format::mp3_128]);
  write("main.opus", audio::opus_headers(station::opus_serial(StationId{1}), "longwave") +
                         radio.sent[audio::Format::opus_96]);
  std::string json = "[";
  for (const auto& b : radio.boundaries) {
    json += fmt::format("{}{{\"at\":{},\"track\":{}}}", json.size() > 1 ? ",\n" : "", b.at.count(),
                        b.track.value);
  }
  write("boundaries.json", json + "]\n");

  for (const auto format : audio::public_formats) {
    SCOPED_TRACE(audio::info(format).name);
    const auto sound = decode(folder / fmt::format("main.{}", audio::info(format).extension));
    const auto begin = audio::time_of_frame(format, radio.first_frame[format]).count();
    // Past the first item the stream is free of the fallback that a start may need.
    const auto from =
        static_cast<std::size_t>(std::max<std::int64_t>(0, radio.boundaries[1].at.count() - begin));
    ASSERT_GT(sound.size(), static_cast<std::size_t>((minutes * 60 - 10) * rate));

    std::size_t quiet = 0, longest = 0, clipped = 0;
    for (std::size_t i = from; i < sound.size() - rate; ++i) {
      quiet = std::abs(sound[i]) < 0.003f ? quiet + 1 : 0;
      longest = std::max(longest, quiet);
      clipped += std::abs(sound[i]) >= 1.0f;
    }
    EXPECT_LT(longest, 5 * rate / 1000) << "samples of silence";
    EXPECT_EQ(clipped, 0u);

    for (std::size_t i = 1; i + 1 < radio.boundaries.size(); ++i) {
      const auto at = static_cast<std::size_t>(radio.boundaries[i].at.count() - begin);
      if (at + rate > sound.size()) break;
      const double before = tones[static_cast<std::size_t>(radio.boundaries[i - 1].track.value - 1)];
      const double after = tones[static_cast<std::size_t>(radio.boundaries[i].track.value - 1)];
      EXPECT_GT(share(sound, at - rate / 2, rate / 4, before), 0.99) << "before boundary " << i;
      EXPECT_GT(share(sound, at + rate * 3 / 25, rate / 4, after), 0.99) << "120 ms behind boundary " << i;
    }
  }
}

/// The media by themselves: what they post is done in run().
struct MediaTest : SoundTest {
  ~MediaTest() override { pool.stop(); }
  void run(const std::function<bool()>& until) {
    for (const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{60}; !until();) {
      ASSERT_LT(std::chrono::steady_clock::now(), end);
      std::unique_lock lock(mutex);
      auto now = std::exchange(tasks, {});
      lock.unlock();
      for (auto& task : now) task();
      std::this_thread::yield();
    }
  }
  station::MediaWork prepare(int track, Duration by) {
    return media.prepare(TrackId{track}, clock.now() + by,
                         [this](Result<station::TrackReady> result) { result ? ++ready : ++failed; });
  }

  std::mutex mutex;
  std::vector<Task> tasks;
  ManualClock clock;
  audio::RenditionCache cache{folder / "cache", 1ull << 30};
  io::Pool pool{"media", 1};
  station::MediaPool media{files, cache, pool,
                           [this](Task task) {
                             std::lock_guard lock(mutex);
                             tasks.push_back(std::move(task));
                           },
                           clock};
  int ready = 0, failed = 0;
};

TEST_F(MediaTest, ManyRadiosThatNeedASongHaveItReadOnce) {
  std::vector<station::MediaWork> orders;
  for (int i = 0; i < 20; ++i) orders.push_back(prepare(1, std::chrono::seconds{i}));
  orders.erase(orders.begin());  // who asked first wants it no more
  run([&] { return ready == 19; });
  EXPECT_EQ(files.analyses, 1);

  for (int i = 0; i < 5; ++i) orders.push_back(prepare(2, std::chrono::seconds{9}));
  orders.clear();  // nobody wants it
  orders.push_back(prepare(2, std::chrono::seconds{9}));
  run([&] { return ready == 20; });
  EXPECT_EQ(failed, 0);

  orders.push_back(prepare(3, std::chrono::seconds{9}));
  orders.push_back(prepare(3, std::chrono::seconds{1}));  // is in more of a hurry
  run([&] { return ready == 22; });
  EXPECT_GE(files.analyses, 3);
}

TEST_F(MediaTest, ABrokenSongFailsForEverybody) {
  std::ofstream(folder / "broken.wav") << "this is no sound";
  const auto broken = files.add(folder / "broken.wav", "Broken");
  std::vector<station::MediaWork> orders;
  for (int i = 0; i < 3; ++i)
    orders.push_back(prepare(static_cast<int>(broken.value), std::chrono::seconds{9}));
  run([&] { return failed == 3; });
  EXPECT_EQ(files.problems.size(), 1u) << "said once";
}

}  // namespace
}  // namespace longwave::sim
