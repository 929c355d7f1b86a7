// SPDX-License-Identifier: Apache-2.0
#include "audio/analysis.hpp"

#include <ebur128.h>
#include <gtest/gtest.h>

#include "audio/dynamics.hpp"
#include "audio/loudness.hpp"
#include "unit/audio/sound.hpp"

namespace longwave::audio {
namespace {

using namespace testing;

struct Measured {
  double lufs = 0, peak_db = 0;
};
Measured measure(const std::vector<float>& pairs, int rate) {
  auto* state = ebur128_init(2, static_cast<unsigned long>(rate), EBUR128_MODE_I | EBUR128_MODE_TRUE_PEAK);
  ebur128_add_frames_float(state, pairs.data(), pairs.size() / 2);
  Measured m;
  double left = 0, right = 0;
  ebur128_loudness_global(state, &m.lufs);
  ebur128_true_peak(state, 0, &left);
  ebur128_true_peak(state, 1, &right);
  m.peak_db = 20 * std::log10(std::max(left, right));
  ebur128_destroy(&state);
  return m;
}

std::vector<float> pairs_of(Wave wave, std::int64_t n, int rate = 44100) {
  std::vector<float> pairs;
  for (std::int64_t i = 0; i < n; ++i) {
    for (int channel = 0; channel < 2; ++channel)
      pairs.push_back(wave(static_cast<double>(i) / rate, channel));
  }
  return pairs;
}

TEST(Analysis, AgreesWithLibebur128) {
  // A sine at a quarter of the rate, between its samples: the true peak is 3 dB over the largest sample.
  const Wave between = [](double t, int) {
    return static_cast<float>(0.5 * std::sin(2 * std::numbers::pi * 11025 * t + std::numbers::pi / 4));
  };
  for (const auto& wave : {sine(1000, 0.25), music(0.6, 3), between}) {
    const auto pairs = pairs_of(wave, 44100 * 6);
    LoudnessMeter meter;
    for (std::size_t at = 0; at < pairs.size(); at += 3000)
      meter.add(std::span{pairs}.subspan(at, std::min<std::size_t>(3000, pairs.size() - at)));
    const auto ours = meter.finish();
    const auto theirs = measure(pairs, 44100);
    EXPECT_NEAR(ours.lufs, theirs.lufs, 0.02);
    EXPECT_NEAR(ours.true_peak_db, theirs.peak_db, 0.15);
  }
}

TEST(Analysis, FindsLengthTrimPointsAndSilence) {
  Folder folder;
  const auto wave = [](double t, int) {
    const bool sound = (t >= 3 && t < 6) || (t >= 7.5 && t < 10);
    return sound ? static_cast<float>(0.3 * std::sin(2000 * t)) : 0.0f;
  };
  write_wav(folder / "x.wav", 44100 * 14 + 7, wave);
  const auto a = analyse(folder / "x.wav");
  ASSERT_TRUE(a.has_value()) << a.error().message;
  EXPECT_EQ(a->length, Samples{44100 * 14 + 7});
  EXPECT_EQ(a->source_samples, 44100 * 14 + 7);
  EXPECT_EQ(a->begin, Samples{44100 * 3 - 4410});
  EXPECT_EQ(a->end, Samples{44100 * 10 + 4 * 4410});
  ASSERT_EQ(a->silences.size(), 1u);
  EXPECT_NEAR(static_cast<double>(a->silences[0].at.count()), 44100 * 6, 441);
  EXPECT_NEAR(static_cast<double>(a->silences[0].length.count()), 44100 * 1.5, 441);
  EXPECT_EQ(a->level_db.size(), 141u);
  EXPECT_EQ(a->level_db[10], -128);
  EXPECT_NEAR(a->level_db[40], -13, 1);

  AnalyseOptions whole;
  whole.trim = false;
  EXPECT_EQ(analyse(folder / "x.wav", whole)->played(), a->length);
  AnalyseOptions part;
  part.only_first = Samples{44100 * 5};
  const auto first = analyse(folder / "x.wav", part);
  ASSERT_TRUE(first.has_value());
  EXPECT_TRUE(first->partial);
  EXPECT_NEAR(static_cast<double>(first->length.count()), 44100 * 14, 2000);
  EXPECT_TRUE(rendition_key({folder / "x.wav", *first, {}}, Format::mp3_128).empty());
}

TEST(Analysis, RefusesSilenceAndTheVeryShort) {
  Folder folder;
  const struct {
    Wave wave;
    std::int64_t samples;
    const char* says;
  } cases[] = {
      {sine(1, 0), 44100 * 3, "silence"}, {sine(500, 0.3), 20000, "short"}, {sine(500, 0.3), 1, "short"}};
  for (const auto& c : cases) {
    write_wav(folder / "x.wav", c.samples, c.wave);
    const auto a = analyse(folder / "x.wav");
    ASSERT_FALSE(a.has_value());
    EXPECT_EQ(a.error().code, Errc::unsupported);
    EXPECT_NE(a.error().message.find(c.says), std::string::npos) << a.error().message;
  }
  write_wav(folder / "x.wav", 22050, sine(500, 0.3));
  EXPECT_TRUE(analyse(folder / "x.wav").has_value());
}

TEST(Analysis, ThePayloadHashDoesNotSeeTags) {
  Folder folder;
  write_wav(folder / "in.wav", 44100 * 2, music(0.5, 1));
  for (const char* kind : {"mp3", "flac", "ogg", "opus", "m4a"}) {
    const auto one = folder / (std::string{"a."} + kind), two = folder / (std::string{"b."} + kind);
    ASSERT_EQ(run("ffmpeg -v error -i " + (folder / "in.wav").string() + " " + one.string()).code, 0);
    ASSERT_EQ(run("ffmpeg -v error -i " + one.string() +
                  " -c copy -metadata title=Something -metadata comment=" + std::string(9000, 'x') + " " +
                  two.string())
                  .code,
              0);
    EXPECT_EQ(analyse(one)->payload_hash, analyse(two)->payload_hash) << kind;
  }
}

TEST(Analysis, DamagedFilesOfEveryKindEndWithAResult) {
  Folder folder;
  write_wav(folder / "in.wav", 44100 * 2, music(0.5, 1));
  std::mt19937 random{11};
  for (const char* kind : {"wav", "aiff", "mp3", "flac", "ogg", "opus", "m4a", "aac"}) {
    const auto good_file = folder / (std::string{"good."} + kind),
               bad_file = folder / (std::string{"bad."} + kind);
    ASSERT_EQ(run("ffmpeg -v error -i " + (folder / "in.wav").string() + " " + good_file.string()).code, 0);
    const auto good = read_all(good_file);
    for (int i = 0; i < 12; ++i) {
      auto bad = good.substr(0, i % 3 == 0 ? random() % good.size() : good.size());
      const auto reach = i % 2 ? bad.size() : std::min<std::size_t>(bad.size(), 200);
      for (int k = 0; k < 8 && reach > 0; ++k) bad[random() % reach] = static_cast<char>(random());
      std::ofstream{bad_file, std::ios::binary} << bad;
      const auto a = analyse(bad_file);
      if (a) {
        EXPECT_GE(a->played(), Samples{22050});
        EXPECT_TRUE(parse_analysis(to_blob(*a)).has_value()) << kind;
      } else {
        EXPECT_FALSE(a.error().message.empty()) << kind;
      }
    }
  }
}

TEST(Analysis, IsStoredAndReadBack) {
  Folder folder;
  write_wav(folder / "x.wav", 44100 * 3, music(0.5, 2));
  const auto a = *analyse(folder / "x.wav");
  const auto blob = to_blob(a);
  const auto b = parse_analysis(blob);
  ASSERT_TRUE(b.has_value());
  EXPECT_EQ(to_blob(*b), blob);
  EXPECT_EQ(b->payload_hash, a.payload_hash);
  for (std::size_t i = 0; i < blob.size(); i += 7) {
    auto bad = blob;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    EXPECT_FALSE(parse_analysis(bad).has_value()) << i;
    EXPECT_FALSE(parse_analysis(std::string_view{blob}.substr(0, i)).has_value()) << i;
  }
}

TEST(Gain, GuardsAgainstSilenceAndUsesTags) {
  Analysis silent;
  silent.lufs = -200;
  EXPECT_EQ(gain_for(silent).db, 0);
  silent.lufs = -std::numeric_limits<double>::infinity();
  EXPECT_EQ(gain_for(silent).db, 0);
  silent.lufs = std::nan("");
  EXPECT_EQ(gain_for(silent).db, 0);
  EXPECT_DOUBLE_EQ(gain_from_replaygain(-7, 0.9).db, -5);
  EXPECT_FALSE(gain_from_replaygain(-7, 0.9).limiter);
  EXPECT_TRUE(gain_from_replaygain(-7, 0).limiter);
}

TEST(Dynamics, KeepsThePeaksBelowTheCeilingAndEverythingInPlace) {
  const auto pairs = pairs_of(
      [m = music(0.5, 4)](double t, int channel) mutable {
        const double x = m(t, channel);
        return static_cast<float>(x * (std::fmod(t, 1) < 0.02 ? 4 : 1));
      },
      44100 * 4);
  const Gain gain{9.0, -1.0, true};
  std::vector<float> out;
  Dynamics dynamics{gain, 44100};
  for (std::size_t at = 0; at < pairs.size(); at += 777 * 2)
    dynamics.push(std::span{pairs}.subspan(at, std::min<std::size_t>(777 * 2, pairs.size() - at)), out);
  dynamics.finish(out);
  ASSERT_EQ(out.size(), pairs.size());
  EXPECT_LE(measure(out, 44100).peak_db, -1.0 - coding_headroom_db + 0.1);
  // Far from every peak the sound is only amplified, sample by sample.
  const float factor = static_cast<float>(std::pow(10.0, 9.0 / 20));
  const auto at = static_cast<std::size_t>(44100 * 1.9) * 2;
  for (std::size_t i = at; i < at + 200; ++i) EXPECT_NEAR(out[i], pairs[i] * factor, 0.02);

  // Started a second early it is where one run would be.
  std::vector<float> later;
  Dynamics other{gain, 44100};
  other.push(std::span{pairs}.subspan(44100 * 2), later);
  other.finish(later);
  for (std::size_t i = 44100 * 2; i < later.size(); ++i) ASSERT_NEAR(later[i], out[i + 44100 * 2], 1e-4) << i;
}

}  // namespace
}  // namespace longwave::audio
