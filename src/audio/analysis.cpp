// SPDX-License-Identifier: Apache-2.0
#include "audio/analysis.hpp"

#include "audio/decoder.hpp"
#include "audio/format.hpp"
#include "audio/loudness.hpp"
#include "audio/memory_rendition.hpp"
#include "audio/sha256.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace longwave::audio {
namespace {

constexpr std::int64_t fine_samples = 441;    // 10 ms: where sound begins and ends
constexpr std::int64_t level_samples = 4410;  // 100 ms
/// What is softer than this below the loudness of the whole counts as silence: at -16 LUFS it is -60 dBFS.
constexpr double silence_below_db = 44;
constexpr Samples kept_before_sound{4410};
constexpr Samples kept_after_sound{4410 * 4};
constexpr Samples least_silence{44100};

/// Mean squares in steps of 10 ms, of the louder channel.
class LevelMap {
 public:
  void add(std::span<const float> pairs) {
    for (std::size_t i = 0; i + 1 < pairs.size(); i += 2) {
      left_ += static_cast<double>(pairs[i]) * pairs[i];
      right_ += static_cast<double>(pairs[i + 1]) * pairs[i + 1];
      if (++filled_ == fine_samples) step();
    }
  }
  void finish() {
    if (filled_ > 0) step();
  }
  const std::vector<float>& fine() const { return fine_; }

  std::vector<std::int8_t> levels() const {
    constexpr auto per_level = static_cast<std::size_t>(level_samples / fine_samples);
    std::vector<std::int8_t> result;
    for (std::size_t i = 0; i < fine_.size(); i += per_level) {
      const auto end = std::min(i + per_level, fine_.size());
      double sum = 0;
      for (auto k = i; k < end; ++k) sum += fine_[k];
      result.push_back(level_of(sum / static_cast<double>(end - i)));
    }
    return result;
  }

 private:
  void step() {
    fine_.push_back(static_cast<float>(std::max(left_, right_) / static_cast<double>(filled_)));
    left_ = right_ = 0;
    filled_ = 0;
  }
  std::vector<float> fine_;
  double left_ = 0, right_ = 0;
  std::int64_t filled_ = 0;
};

void find_silence(Analysis& a, const std::vector<float>& fine, const AnalyseOptions& options) {
  const auto threshold = static_cast<float>(std::pow(10.0, (a.lufs - silence_below_db) / 10));
  const auto loud = [&](float x) { return x > threshold; };
  const auto first = std::find_if(fine.begin(), fine.end(), loud) - fine.begin();
  const auto last =
      fine.rend() - std::find_if(fine.rbegin(), fine.rend(), loud);  // one past the last loud step
  a.begin = Samples{0};
  a.end = a.length;
  if (options.trim) {
    const Samples head{first * fine_samples};
    const Samples tail = a.length - Samples{last * fine_samples};
    if (head > options.trim_over) a.begin = head - kept_before_sound;
    if (tail > options.trim_over && !a.partial) a.end = Samples{last * fine_samples} + kept_after_sound;
  }
  for (auto i = first; i < last;) {
    auto end = i;
    while (end < last && !loud(fine[static_cast<std::size_t>(end)])) ++end;
    const Samples length{(end - i) * fine_samples};
    if (length >= least_silence) a.silences.push_back({Samples{i * fine_samples}, length});
    i = std::max(end, i + 1);
  }
}

Result<void> judge(const Analysis& a) {
  const auto too_short = error(Errc::unsupported, "too short to be played (less than half a second)");
  if (a.length < min_item_length) return too_short;  // loudness is undefined below 400 ms
  if (!(a.lufs > -70)) return error(Errc::unsupported, "there is nothing but silence in the file");
  if (a.played() < min_item_length) return too_short;
  return {};
}

}  // namespace

Result<Analysis> analyse(const std::filesystem::path& path, const AnalyseOptions& options,
                         std::stop_token stop, const Progress& progress) {
  Sha256 hash;
  DecoderOptions decoder_options;
  if (!options.only_first) decoder_options.on_packet = [&](std::string_view bytes) { hash.add(bytes); };
  auto decoder = Decoder::open(path, decoder_options, stop);
  if (!decoder) return decoder.error();
  const auto estimated = decoder->info().estimated_samples;

  LoudnessMeter meter;
  LevelMap levels;
  Analysis a;
  std::vector<float> pairs(16384);
  std::int64_t reported = 0;
  for (;;) {
    auto got = decoder->read(pairs);
    if (!got) return got.error();
    if (*got == 0) break;
    const auto part = std::span<const float>{pairs}.first(*got * 2);
    meter.add(part);
    levels.add(part);
    a.length += Samples{static_cast<std::int64_t>(*got)};
    if (a.length > options.longest) return error(Errc::full, "longer than anything that is played");
    if (options.only_first && a.length >= *options.only_first) {
      a.partial = true;
      break;
    }
    if (progress && a.length.count() - reported > 44100 * 5) {
      reported = a.length.count();
      progress(estimated > 0 ? std::min(1.0, static_cast<double>(reported) / static_cast<double>(estimated))
                             : 0.0);
    }
  }
  levels.finish();
  const auto loudness = meter.finish();
  a.lufs = loudness.lufs;
  a.true_peak_db = loudness.true_peak_db;
  a.limiter_loss_db = loudness.limiter_loss_db;
  a.source_rate = decoder->info().rate;
  a.source_channels = decoder->info().channels;
  a.origin = decoder->origin();
  a.level_db = levels.levels();
  if (a.partial) {
    a.length = std::max(a.length, Samples{estimated});
  } else {
    a.source_samples = decoder->source_samples();
    a.payload_hash = hash.hex();
  }
  find_silence(a, levels.fine(), options);
  if (auto good = judge(a); !good) return good.error();
  if (progress) progress(1.0);
  return a;
}

}  // namespace longwave::audio
