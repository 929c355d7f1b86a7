// SPDX-License-Identifier: Apache-2.0
#include "audio/decoder.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "unit/audio/sound.hpp"

namespace longwave::audio {
namespace {

using namespace testing;

std::vector<float> read_to_end(Decoder& decoder, std::size_t most = 1u << 30) {
  std::vector<float> all, part(5000);
  while (all.size() < most) {
    const auto got = decoder.read(part);
    EXPECT_TRUE(got.has_value()) << got.error().message;
    if (!got || *got == 0) break;
    all.insert(all.end(), part.begin(), part.begin() + static_cast<std::ptrdiff_t>(*got * 2));
  }
  return all;
}

Decoder opened(const std::filesystem::path& file, int rate = 44100) {
  DecoderOptions options;
  options.rate = rate;
  auto decoder = Decoder::open(file, options);
  EXPECT_TRUE(decoder.has_value()) << file << (decoder ? "" : decoder.error().message);
  return std::move(*decoder);
}

/// By how many samples `sound` is late against the wave that went in (best match within ±3000), at 10 s.
int lateness(const std::vector<float>& sound, const Wave& wave, int rate) {
  std::vector<float> reference;
  Wave w = wave;
  for (int i = 0; i < 2000; ++i) reference.push_back(w((static_cast<double>(rate) * 4 + i) / rate, 0));
  double best = -1;
  int at = 0;
  for (int shift = -3000; shift <= 3000; ++shift) {
    double sum = 0;
    for (int i = 0; i < 2000; ++i)
      sum += reference[static_cast<std::size_t>(i)] *
             sound[static_cast<std::size_t>((rate * 4 + i + shift) * 2)];
    if (sum > best) {
      best = sum;
      at = shift;
    }
  }
  return at;
}

float chirp(double t, int) {
  return static_cast<float>(0.4 * std::sin(2 * std::numbers::pi * (200 * t + 150 * t * t)));
}

struct Kind {
  const char* name;
  const char* file;
  const char* encode;  // ffmpeg's output options
  int exactness;       // samples the length may differ by (0 = the format says it exactly)
};

class Kinds : public ::testing::TestWithParam<Kind> {};

constexpr std::int64_t length = 44100 * 8 + 1234;

TEST_P(Kinds, AreSampleExactFromTheBeginningAndFromTheMiddle) {
  Folder folder;
  write_wav(folder / "in.wav", length, chirp);
  const auto file = folder / GetParam().file;
  const auto made = run("ffmpeg -v error -i " + (folder / "in.wav").string() + " " + GetParam().encode + " " +
                        file.string());
  ASSERT_EQ(made.code, 0) << made.output;

  for (const int rate : {44100, 48000}) {
    auto decoder = opened(file, rate);
    const auto all = read_to_end(decoder);
    const auto wanted = length * rate / 44100;
    EXPECT_LE(std::abs(static_cast<std::int64_t>(all.size() / 2) - wanted), GetParam().exactness) << rate;
    if (GetParam().exactness < 100) {
      EXPECT_EQ(lateness(all, chirp, rate), 0) << rate;
    }

    for (const std::int64_t place : {0, 1, 1000, 3 * rate + 17, 7 * rate + 1}) {
      for (const bool fresh : {true, false}) {
        auto other = fresh ? opened(file, rate) : std::move(decoder);
        ASSERT_TRUE(other.seek(place).has_value());
        const auto part = read_to_end(other);
        ASSERT_EQ(part.size() / 2 + static_cast<std::size_t>(place), all.size() / 2)
            << rate << " from " << place;
        double error = 0, energy = 0;
        for (std::size_t i = 0; i < part.size(); ++i) {
          const double difference = part[i] - all[i + static_cast<std::size_t>(place) * 2];
          error += difference * difference;
          energy += static_cast<double>(part[i]) * part[i];
        }
        EXPECT_LT(error, energy * 1e-8) << rate << " from " << place;
        if (!fresh) decoder = std::move(other);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, Kinds,
    ::testing::Values(Kind{"wav", "x.wav", "-c:a pcm_s16le", 0}, Kind{"wav24", "x.wav", "-c:a pcm_s24le", 0},
                      Kind{"aiff", "x.aiff", "", 0}, Kind{"flac", "x.flac", "", 0},
                      Kind{"mp3", "x.mp3", "-c:a libmp3lame -b:a 192k", 0},
                      Kind{"mp3_vbr", "x.mp3", "-c:a libmp3lame -q:a 2", 0},
                      Kind{"mp3_bare", "x.mp3", "-c:a libmp3lame -q:a 2 -write_xing 0 -id3v2_version 0",
                           3000},
                      Kind{"vorbis", "x.ogg", "-c:a libvorbis -q:a 5", 0},
                      Kind{"opus", "x.opus", "-c:a libopus -b:a 96k", 1},
                      Kind{"m4a", "x.m4a", "-c:a aac -b:a 160k", 44}, Kind{"alac", "x.m4a", "-c:a alac", 0},
                      Kind{"adts", "x.aac", "-c:a aac -b:a 160k", 3000}),
    [](const auto& i) { return std::string{i.param.name}; });

TEST(Decoder, PutsMonoOnBothSidesAtFullLevelAndTakesEveryRate) {
  Folder folder;
  for (const WavOptions o : {WavOptions{8000, 1, 16}, WavOptions{96000, 2, 24}, WavOptions{44100, 6, 16},
                             WavOptions{22050, 1, 32}, WavOptions{192000, 2, 32}, WavOptions{11127, 1, 16}}) {
    write_wav(folder / "x.wav", o.rate * 2, sine(500, 0.5), o);
    auto decoder = opened(folder / "x.wav");
    const auto all = read_to_end(decoder);
    EXPECT_EQ(all.size() / 2, 88200u) << o.rate;
    float left = 0, right = 0;
    for (std::size_t i = 20000; i < 60000; i += 2) {
      left = std::max(left, all[i]);
      right = std::max(right, all[i + 1]);
    }
    if (o.channels <= 2) {
      EXPECT_NEAR(left, 0.5, 0.01) << o.rate;
    }
    EXPECT_GT(left, 0.3);
    EXPECT_NEAR(left, right, 1e-3);
  }
}

TEST(Decoder, RefusesWhatIsNoRegularSoundFile) {
  Folder folder;
  ASSERT_EQ(::mkfifo((folder / "fifo.mp3").c_str(), 0600), 0);
  std::filesystem::create_symlink(folder / "loop.mp3", folder / "loop.mp3");
  std::filesystem::create_directory(folder / "folder.mp3");
  std::ofstream{folder / "empty.mp3"};
  std::ofstream{folder / "playlist.mp3"} << "#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1:1/x.mp3\n";
  std::ofstream{folder / "hls.mp3"}
      << "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n";
  std::ofstream{folder / "concat.mp3"} << "ffconcat version 1.0\nfile /etc/passwd\n";
  std::ofstream{folder / "text.mp3"} << std::string(5000, 'x');
  std::ofstream{folder / "zeros.flac"} << std::string(100000, '\0');
  ASSERT_EQ(
      run("ffmpeg -v error -f lavfi -i sine=d=1 -c:a libmp3lame -f matroska " + (folder / "x.mkv").string())
          .code,
      0);
  std::filesystem::rename(folder / "x.mkv", folder / "matroska.mp3");
  for (const auto* name : {"fifo.mp3", "loop.mp3", "folder.mp3", "empty.mp3", "playlist.mp3", "hls.mp3",
                           "concat.mp3", "text.mp3", "zeros.flac", "matroska.mp3", "missing.mp3"}) {
    auto decoder = Decoder::open(folder / name);
    std::vector<float> part(4096);
    if (decoder) {
      auto got = decoder->read(part);
      ASSERT_FALSE(got.has_value()) << name;
      EXPECT_FALSE(got.error().message.empty());
    } else {
      EXPECT_FALSE(decoder.error().message.empty()) << name;
    }
  }
}

TEST(Decoder, CopesWithGarbageLargeTagsAndTruncation) {
  Folder folder;
  write_wav(folder / "in.wav", 44100 * 5, chirp);
  ASSERT_EQ(run("ffmpeg -v error -i " + (folder / "in.wav").string() + " -c:a libmp3lame -b:a 128k " +
                (folder / "x.mp3").string())
                .code,
            0);
  const auto mp3 = read_all(folder / "x.mp3");
  std::string tag{"ID3\x03\0\0\x04\x62\x5a\0", 10};  // 10 MB of ID3v2
  const std::size_t size = 0x04u << 21 | 0x62u << 14 | 0x5au << 7;
  tag += std::string(size, '\0');
  std::mt19937 random{5};
  std::string garbage;
  for (int i = 0; i < 20000; ++i) garbage += static_cast<char>(random());
  std::ofstream{folder / "tagged.mp3", std::ios::binary} << tag << mp3;
  std::ofstream{folder / "garbage.mp3", std::ios::binary} << garbage << mp3;
  std::ofstream{folder / "short.mp3", std::ios::binary} << mp3.substr(0, mp3.size() / 2);
  auto holed = mp3;
  for (std::size_t i = holed.size() / 2; i < holed.size() / 2 + 3000; ++i)
    holed[i] = static_cast<char>(random());
  std::ofstream{folder / "holed.mp3", std::ios::binary} << holed;
  const std::pair<const char*, double> cases[] = {
      {"tagged.mp3", 5}, {"garbage.mp3", 5}, {"short.mp3", 2.5}, {"holed.mp3", 4.6}};
  for (const auto& [name, seconds] : cases) {
    auto decoder = opened(folder / name);
    EXPECT_NEAR(static_cast<double>(read_to_end(decoder).size()) / 88200, seconds, 0.3) << name;
  }
}

TEST(Decoder, EndsWhenItIsTold) {
  Folder folder;
  write_wav(folder / "x.wav", 44100 * 5, chirp);
  std::stop_source stop;
  auto decoder = Decoder::open(folder / "x.wav", {}, stop.get_token());
  ASSERT_TRUE(decoder.has_value());
  std::vector<float> part(4096);
  ASSERT_TRUE(decoder->read(part).has_value());
  stop.request_stop();
  for (int i = 0; i < 100; ++i) {
    const auto got = decoder->read(part);
    if (!got) {
      EXPECT_EQ(got.error().code, Errc::cancelled);
      return;
    }
  }
  FAIL() << "went on";
}

}  // namespace
}  // namespace longwave::audio
