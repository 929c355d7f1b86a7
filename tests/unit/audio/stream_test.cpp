// SPDX-License-Identifier: Apache-2.0
#include <ebur128.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "audio/decoder.hpp"
#include "audio/dynamics.hpp"
#include "audio/ogg.hpp"
#include "audio/splice.hpp"
#include "unit/audio/sound.hpp"

// A whole programme as a listener gets it: many items and the joints between them, decoded by our decoder and
// by others'.
namespace longwave::audio {
namespace {

using namespace testing;
namespace fs = std::filesystem;

struct Item {
  std::shared_ptr<const TrackSound> sound;
  RenditionPtr rendition;
};

struct Stream {
  std::vector<std::string_view> frames;
  std::vector<std::int64_t> boundaries;  // frames of the mount
  std::vector<SegmentPtr> joints;
};

/// What the player does, without its clock.
Stream programme(Format format, const std::vector<Item>& items) {
  Stream s;
  Samples at{};
  std::int64_t from = 0;  // of the present item, the first frame that isn't sent yet
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto& item = items[i];
    const auto next = at + programme_duration(item.sound->analysis.played());
    if (i + 1 == items.size()) {
      for (const auto f : frames_of(*item.rendition, from, item.rendition->frames_ready()))
        s.frames.push_back(f);
      break;
    }
    JointPlan plan{format, {item.sound, item.rendition}, {items[i + 1].sound, items[i + 1].rendition}};
    plan.a_frame = frame_at(format, next) - frame_at(format, at);
    plan.overlap = gapless_overlap(*item.rendition, plan.a_frame);
    auto joint = make_joint(plan);
    EXPECT_TRUE(joint.has_value()) << i << ": " << (joint ? "" : joint.error().message);
    if (!joint) break;
    for (const auto f : frames_of(*item.rendition, from, (*joint)->a_end)) s.frames.push_back(f);
    for (std::int64_t k = 0; k < (*joint)->frames(); ++k) s.frames.push_back((*joint)->frame(k));
    from = (*joint)->b_begin;
    at = next;
    s.boundaries.push_back(frame_at(format, at));
    s.joints.push_back(*joint);
  }
  return s;
}

std::string bytes_of(Format format, const Stream& s) {
  std::string bytes;
  if (is_mp3(format)) {
    for (const auto f : s.frames) bytes += f;
    return bytes;
  }
  bytes = opus_headers(77, "test");
  const OpusPager pager{77, 50};
  for (std::size_t i = 0; i < s.frames.size(); i += 50) {
    const auto n = std::min<std::size_t>(50, s.frames.size() - i);
    bytes +=
        pager.page(static_cast<std::int64_t>(i), std::span{s.frames}.subspan(i, n), i + n == s.frames.size());
  }
  return bytes;
}

/// Longest run of sound in which both channels stay under -60 dBFS, in ms.
double longest_gap_ms(const std::vector<float>& pairs, int rate, std::int64_t from, std::int64_t to) {
  std::int64_t run = 0, longest = 0;
  for (auto i = from; i < to; ++i) {
    const auto at = static_cast<std::size_t>(i) * 2;
    run = std::max(std::fabs(pairs[at]), std::fabs(pairs[at + 1])) < 0.001f ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return 1000.0 * static_cast<double>(longest) / rate;
}

/// Energy of one frequency in a stretch of sound.
double tone(const std::vector<float>& pairs, std::int64_t from, std::int64_t n, double hz, int rate) {
  double re = 0, im = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    const double phase = 2 * std::numbers::pi * hz * static_cast<double>(i) / rate;
    re += pairs[static_cast<std::size_t>(from + i) * 2] * std::cos(phase);
    im += pairs[static_cast<std::size_t>(from + i) * 2] * std::sin(phase);
  }
  return std::hypot(re, im) * 2 / static_cast<double>(n);
}

class Programme : public ::testing::TestWithParam<Format> {};

TEST_P(Programme, SixtyJointsOfShortSinesAreExact) {
  const auto format = GetParam();
  const auto& f = audio::info(format);
  Folder folder;
  std::vector<Item> items;
  std::vector<double> hertz;
  for (int i = 0; i < 61; ++i) {
    const double hz = 400 + 35 * (i * 17 % 61);
    const auto file = folder / (std::to_string(i) + ".wav");
    write_wav(file, 30000 + i * 577, sine(hz, 0.2 + 0.01 * (i % 20)));
    auto sound = sound_of(file);
    ASSERT_TRUE(sound);
    items.push_back({sound, encoded(*sound, format)});
    hertz.push_back(hz);
  }
  const auto s = programme(format, items);
  ASSERT_EQ(s.boundaries.size(), 60u);
  const auto pairs = decoded(format, s.frames);

  int shifted = 0;
  double largest = 0;
  for (const float x : pairs) largest = std::max<double>(largest, std::fabs(x));
  EXPECT_LT(largest, 1.0);
  for (std::size_t i = 0; i < s.boundaries.size(); ++i) {
    shifted += s.joints[i]->kind == JointKind::gapless ? 0 : 1;
    const auto at = s.boundaries[i] * f.frame_samples;
    EXPECT_LE(longest_gap_ms(pairs, f.sample_rate, at - f.sample_rate / 5, at + f.sample_rate / 5), 5.0) << i;
    // 25 ms before the boundary only the old tone, 70 ms behind it only the new one; the cross-over begins at
    // the boundary.
    const auto n = f.sample_rate / 50;
    const double before_old = tone(pairs, at - n, n, hertz[i], f.sample_rate);
    const double after_new = tone(pairs, at + f.sample_rate * 7 / 100, n, hertz[i + 1], f.sample_rate);
    const double full_old = tone(pairs, at - 10 * n, n, hertz[i], f.sample_rate);
    EXPECT_NEAR(before_old / full_old, 1, 0.05) << i;
    EXPECT_GT(after_new, 0.05) << i;
  }
  if (is_mp3(format)) {
    EXPECT_EQ(shifted, 0);
  }
}

TEST_P(Programme, ADecoderOfOthersHasNothingToComplainAbout) {
  const auto format = GetParam();
  Folder folder;
  std::vector<Item> items;
  for (unsigned i = 0; i < 12; ++i) {
    const auto file = folder / (std::to_string(i) + ".wav");
    write_wav(file, 60000 + static_cast<int>(i) * 1777, music(0.2 + 0.05 * i, i),
              {i % 2 ? 48000 : 44100, 2, 16});
    auto sound = sound_of(file);
    ASSERT_TRUE(sound);
    items.push_back({sound, encoded(*sound, format)});
  }
  const auto s = programme(format, items);
  const auto file = folder / ("stream." + std::string{audio::info(format).extension});
  std::ofstream{file, std::ios::binary} << bytes_of(format, s);
  const auto ffmpeg = run("cat " + file.string() + " | ffmpeg -v warning -i pipe:0 -f f32le -ac 2 -y " +
                          (folder / "out.raw").string());
  EXPECT_EQ(ffmpeg.code, 0);
  EXPECT_EQ(ffmpeg.output, "");
  const auto bytes = static_cast<std::int64_t>(fs::file_size(folder / "out.raw"));
  const auto wanted = static_cast<std::int64_t>(s.frames.size()) * audio::info(format).frame_samples;
  EXPECT_NEAR(static_cast<double>(bytes / 8), static_cast<double>(wanted), is_mp3(format) ? 0 : 312);
  if (is_mp3(format)) {
    const auto mpg123 = run("mpg123 -q -t " + file.string());
    EXPECT_EQ(mpg123.code, 0);
    EXPECT_EQ(mpg123.output, "");
  }
}

struct Heard {
  double lufs = 0, peak_db = 0, largest = 0;
};
Heard hear(const std::vector<float>& pairs, int rate) {
  auto* state = ebur128_init(2, static_cast<unsigned long>(rate), EBUR128_MODE_I | EBUR128_MODE_TRUE_PEAK);
  ebur128_add_frames_float(state, pairs.data(), pairs.size() / 2);
  Heard h;
  double left = 0, right = 0;
  ebur128_loudness_global(state, &h.lufs);
  ebur128_true_peak(state, 0, &left);
  ebur128_true_peak(state, 1, &right);
  h.peak_db = 20 * std::log10(std::max(left, right));
  for (const float x : pairs) h.largest = std::max<double>(h.largest, std::fabs(x));
  ebur128_destroy(&state);
  return h;
}

/// Real music where the machine has some, else music of our own: soft, loud, with hard peaks.
std::vector<fs::path> some_music(const Folder& folder) {
  std::vector<fs::path> files;
  for (const char* name : {"/usr/share/games/wesnoth/1.16/data/core/music/victory.ogg",
                           "/usr/share/games/wesnoth/1.16/data/core/music/defeat2.ogg"}) {
    if (fs::exists(name)) files.emplace_back(name);
  }
  for (unsigned i = 0; i < 3; ++i) {
    files.push_back(folder / ("made" + std::to_string(i) + ".wav"));
    write_wav(files.back(), 44100 * 9, [m = music(0.05 + 0.3 * i, i), i](double t, int channel) mutable {
      const float x = m(t, channel);
      return i == 1 && std::fmod(t, 1.5) < 0.01 ? x * 3 : x;
    });
  }
  return files;
}

TEST(Loudness, IsWhatWasAskedForAfterDecoding) {
  Folder folder;
  for (const auto& file : some_music(folder)) {
    const auto sound = sound_of(file);
    ASSERT_TRUE(sound);
    for (const auto format : all_formats) {
      if (format == Format::opus_96 && sound->analysis.length > Samples{44100 * 60}) continue;  // quick
      const auto r = encoded(*sound, format);
      const auto pairs = decoded(format, frames_of(*r, 0, r->frames_ready()));
      const auto heard = hear(pairs, audio::info(format).sample_rate);
      EXPECT_NEAR(heard.lufs, -16, 0.5)
          << file << " " << audio::info(format).name << " limiter " << sound->gain.limiter;
      // The limiter aims 0.5 dB below the ceiling; what coding adds beyond that is tolerated up to 0.5 dB
      // over it.
      EXPECT_LE(heard.peak_db, -1 + 0.3) << file << " " << audio::info(format).name;
      EXPECT_LT(heard.largest, 1.0) << file;
    }
  }
}

TEST_P(Programme, AJointIsAsGoodAsOneContinuousEncode) {
  const auto format = GetParam();
  const auto& f = audio::info(format);
  Folder folder;
  std::vector<Item> items;
  for (unsigned i = 0; i < 9; ++i) {
    const auto file = folder / (std::to_string(i) + ".wav");
    write_wav(file, 80000 + static_cast<int>(i) * 1777, music(0.3, i + 20));
    auto sound = sound_of(file);
    ASSERT_TRUE(sound);
    items.push_back({sound, encoded(*sound, format)});
  }
  // The whole programme as sound, mixed as the joints mix, and encoded in one go.
  const auto s = programme(format, items);
  std::vector<float> sound;
  std::vector<std::int64_t> starts{0};
  starts.insert(starts.end(), s.boundaries.begin(), s.boundaries.end());
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto edge_all = [&] {
      DecoderOptions options;
      options.rate = f.sample_rate;
      auto decoder = Decoder::open(items[i].sound->path, options);
      std::vector<float> all(static_cast<std::size_t>(items[i].rendition->samples()) * 2);
      for (std::size_t at = 0; at < all.size();) at += 2 * *decoder->read(std::span{all}.subspan(at));
      Dynamics dynamics{items[i].sound->gain, f.sample_rate};
      std::vector<float> out;
      dynamics.push(all, out);
      dynamics.finish(out);
      return out;
    }();
    const auto begin = static_cast<std::size_t>(starts[i] * f.frame_samples) * 2;
    const auto overlap = sound.size() - std::min(sound.size(), begin);
    sound.resize(begin + edge_all.size(), 0.0f);
    for (std::size_t k = 0; k < edge_all.size(); ++k) {
      const float up =
          k < overlap ? (static_cast<float>(k / 2) + 0.5f) / static_cast<float>(overlap / 2) : 1.0f;
      auto& to = sound[begin + k];
      to = k < overlap ? to * (1 - up) + edge_all[k] * up : edge_all[k];
    }
  }
  auto encoder = FrameEncoder::open(format);
  std::vector<std::string> kept;
  const auto sink = [&](std::string_view b) { kept.emplace_back(b); };
  const auto step = static_cast<std::size_t>(f.frame_samples) * 2;
  for (std::size_t at = 0; at + step <= sound.size(); at += step)
    (void)encoder->encode(std::span{sound}.subspan(at, step), sink);
  (void)encoder->finish(sink);
  const auto one = decoded(format, {kept.begin(), kept.end()});
  const auto ours = decoded(format, s.frames);
  std::vector<double> excess;
  for (const auto boundary : s.boundaries) {
    for (auto frame = boundary - 8; frame < boundary + 10; ++frame) {
      double e1 = 1e-9, e2 = 1e-9;
      for (std::size_t k = static_cast<std::size_t>(frame) * step;
           k < static_cast<std::size_t>(frame + 1) * step; ++k) {
        e1 += std::pow(one[k] - sound[k], 2);
        e2 += std::pow(ours[k] - sound[k], 2);
      }
      excess.push_back(10 * std::log10(e2 / e1));
    }
  }
  std::sort(excess.begin(), excess.end());
  const double median = excess[excess.size() / 2];
  std::printf("%s: splice excess over one encode: median %.3f dB, 95 %% %.2f dB, worst %.2f dB\n",
              std::string{f.name}.c_str(), median, excess[excess.size() * 95 / 100], excess.back());
  EXPECT_LE(median, 0.25);
  EXPECT_LE(excess.back(), 6);
}

INSTANTIATE_TEST_SUITE_P(Formats, Programme, ::testing::ValuesIn(all_formats),
                         [](const auto& i) { return std::string{audio::info(i.param).name}; });

}  // namespace
}  // namespace longwave::audio
