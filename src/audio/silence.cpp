// SPDX-License-Identifier: Apache-2.0
#include "audio/silence.hpp"

#include "audio/frame_codec.hpp"
#include "audio/memory_rendition.hpp"

#include <cmath>
#include <numbers>
#include <random>
#include <vector>

namespace longwave::audio {
namespace {

using Pairs = std::vector<float>;

/// Encodes `loop` once round, after its own end and before its own beginning, and keeps the one round.
Result<RenditionPtr> looped(Format format, const Pairs& loop) {
  const auto& f = info(format);
  const auto step = static_cast<std::size_t>(f.frame_samples) * 2;
  const auto frames = static_cast<std::int64_t>(loop.size() / step);
  auto rendition = std::make_shared<MemoryRendition>(format, 0, frames * f.frame_samples);
  auto encoder = FrameEncoder::open(format);
  if (!encoder) return encoder.error();
  std::int64_t index = -f.priming_frames;
  const auto sink = [&](std::string_view bytes) {
    if (index >= 0 && index < frames) rendition->append_frame(bytes);
    ++index;
  };
  for (std::int64_t i = -f.priming_frames; i < frames + f.margin_frames; ++i) {
    const auto at = static_cast<std::size_t>((i + frames) % frames) * step;
    const auto part = std::span{loop}.subspan(at, step);
    if (auto done = encoder->encode(part, sink); !done) return done.error();
    if (i >= 0 && i < frames) rendition->append_sound(part);
  }
  if (auto done = encoder->finish(sink); !done) return done.error();
  rendition->complete(frames * f.frame_samples);
  return RenditionPtr{std::move(rendition)};
}

std::size_t whole_frames(Format format, double seconds) {
  const auto& f = info(format);
  return static_cast<std::size_t>(seconds * f.sample_rate / f.frame_samples) *
         static_cast<std::size_t>(f.frame_samples);
}

}  // namespace

Result<RenditionPtr> make_silence(Format format) {
  return looped(format, Pairs(whole_frames(format, 1) * 2, 0.0f));
}

Result<RenditionPtr> make_filler(Format format) {
  const auto n = whole_frames(format, 8);
  const auto rate = info(format).sample_rate;
  Pairs pairs(n * 2);
  std::mt19937 random{1937};
  std::uniform_real_distribution<float> noise{-1.0f, 1.0f};
  for (std::size_t channel = 0; channel < 2; ++channel) {
    std::vector<float> white(n);
    for (auto& x : white) x = noise(random);
    // Two one-pole low passes, run over the loop twice, so that the second round begins where it ends.
    const float a = 1 - std::exp(-2.0f * std::numbers::pi_v<float> * 500.0f / static_cast<float>(rate));
    float first = 0, second = 0;
    for (std::size_t i = 0; i < 2 * n; ++i) {
      first += (white[i % n] - first) * a;
      second += (first - second) * a;
      const double swell =
          0.75 - 0.25 * std::cos(2 * std::numbers::pi * static_cast<double>(i % n) / static_cast<double>(n));
      pairs[(i % n) * 2 + channel] = static_cast<float>(second * swell * 0.16);
    }
  }
  return looped(format, pairs);
}

}  // namespace longwave::audio
