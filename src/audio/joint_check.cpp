// SPDX-License-Identifier: Apache-2.0
#include "audio/joint_check.hpp"

#include "audio/frame_codec.hpp"

#include <algorithm>
#include <cmath>

namespace longwave::audio {
namespace {

constexpr double good_excess_db = 6;
/// Below this share of the sound (-18 dB) an error is what both codecs make on ordinary music anyway.
constexpr double ordinary_noise = 0.016;
/// An error below this can't be heard, however large the excess (mean square, -66 dBFS).
constexpr double inaudible = 2.5e-7;
/// Errors are compared above this floor (mean square, -80 dBFS).
constexpr double floor_energy = 1e-8;

Result<std::vector<float>> decode(Format format, const std::vector<std::string_view>& frames) {
  auto decoder = FrameDecoder::open(format);
  if (!decoder) return decoder.error();
  std::vector<float> pairs;
  for (const auto frame : frames) {
    if (auto done = decoder->decode(frame, pairs); !done) return done.error();
  }
  return pairs;
}

/// Mean squared difference of frame `i` of the window, whose decoded sound comes `delay` samples late.
double frame_error(std::span<const float> decoded, std::span<const float> sound, std::int64_t i,
                   const FormatInfo& f) {
  double sum = 0;
  for (std::int64_t s = i * f.frame_samples; s < (i + 1) * f.frame_samples; ++s) {
    for (std::int64_t channel = 0; channel < 2; ++channel) {
      const double difference = decoded[static_cast<std::size_t>((s + f.encoder_delay) * 2 + channel)] -
                                sound[static_cast<std::size_t>(s * 2 + channel)];
      sum += difference * difference;
    }
  }
  return sum / (2.0 * f.frame_samples);
}

double frame_energy(std::span<const float> sound, std::int64_t i, const FormatInfo& f) {
  double sum = 0;
  for (auto s = i * f.frame_samples * 2; s < (i + 1) * f.frame_samples * 2; ++s)
    sum += std::pow(sound[static_cast<std::size_t>(s)], 2);
  return sum / (2.0 * f.frame_samples);
}

}  // namespace

Result<JointQuality> check_joint(const JointEvidence& e) {
  const auto& shape = e.shape;
  const auto& a = *e.plan.a.rendition;
  const auto& b = *e.plan.b.rendition;
  const auto& f = info(e.plan.format);
  // As many of A's frames as exist (none of a frame before its beginning), and B's behind the segment.
  const auto a_first = std::max(e.segment.a_end - shape.priming, a.first_frame());
  const auto b_last = e.segment.b_begin + shape.trailing;
  if (a_first > e.segment.a_end || e.segment.a_end > a.frames_ready() ||
      b.first_frame() > e.segment.b_begin || b_last > b.frames_ready())
    return error(Errc::unavailable, "the frames next to the joint aren't there yet");

  std::vector<std::string_view> spliced, whole;
  // A decoder that starts in the middle of a stream needs some frames until it is where a listener's is.
  const auto run_in = std::min<std::int64_t>(2 * shape.priming, a_first - a.first_frame());
  for (auto i = a_first - run_in; i < a_first; ++i) spliced.push_back(a.frame(i));
  const auto missing = a_first - (e.segment.a_end - shape.priming);
  for (std::int64_t i = 0; i < missing; ++i) spliced.push_back(e.window[static_cast<std::size_t>(i)]);
  for (auto i = a_first; i < e.segment.a_end; ++i) spliced.push_back(a.frame(i));
  for (std::int64_t i = 0; i < e.segment.frames(); ++i) spliced.push_back(e.segment.frame(i));
  for (auto i = e.segment.b_begin; i < b_last; ++i) spliced.push_back(b.frame(i));
  for (std::int64_t i = 0; i < shape.total(); ++i) whole.emplace_back(e.window[static_cast<std::size_t>(i)]);

  auto one = decode(e.plan.format, spliced);
  if (!one) return one.error();
  const std::span heard = std::span{*one}.subspan(static_cast<std::size_t>(run_in * f.frame_samples * 2));
  auto other = decode(e.plan.format, whole);
  if (!other) return other.error();

  JointQuality quality;
  // Both encodes converge over the first frames; the last two aren't complete because of the delay.
  for (auto i = shape.priming / 2; i < shape.total() - 2; ++i) {
    const double spliced_error = frame_error(heard, e.sound, i, f);
    const double whole_error = frame_error(*other, e.sound, i, f);
    const double excess = 10 * std::log10((spliced_error + floor_energy) / (whole_error + floor_energy));
    if (!std::isfinite(excess))
      return error(Errc::unavailable, "the joint decodes to something that isn't sound");
    quality.excess_db = std::max(quality.excess_db, excess);
    if (excess <= good_excess_db || spliced_error <= inaudible) continue;
    quality.good = false;
    if (spliced_error > frame_energy(e.sound, i, f) * ordinary_noise) quality.tolerable = false;
  }
  return quality;
}

}  // namespace longwave::audio
