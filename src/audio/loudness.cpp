// SPDX-License-Identifier: Apache-2.0
#include "audio/loudness.hpp"

#include "audio/true_peak.hpp"
#include "base/assert.hpp"

#include <ebur128.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace longwave::audio {
namespace {

constexpr std::size_t block_pairs = 882;  // 20 ms
constexpr double block_s = 0.02;
constexpr double release_s = 0.080;  // the limiter's
constexpr int gating_blocks = 20;    // 400 ms
constexpr int gating_step = 5;       // 100 ms

struct Block {
  float energy;  // mean square after the K filter, both channels
  float peak;
};

double db(double ratio) {
  return 20 * std::log10(ratio);
}

/// Integrated loudness with the relative gate, in a scale without offset (only differences are used).
double gated(const std::vector<double>& energies) {
  std::vector<double> windows;
  double sum = 0;
  for (std::size_t i = 0; i < energies.size(); ++i) {
    sum += energies[i];
    if (i >= gating_blocks) sum -= energies[i - gating_blocks];
    if (i + 1 >= gating_blocks && (i + 1 - gating_blocks) % gating_step == 0)
      windows.push_back(sum / gating_blocks);
  }
  if (windows.empty()) return 0;
  const auto mean_above = [&](double gate) {
    double total = 0;
    std::size_t n = 0;
    for (const auto w : windows) {
      if (w <= gate) continue;
      total += w;
      ++n;
    }
    return n == 0 ? 0.0 : total / static_cast<double>(n);
  };
  const double all = mean_above(1e-7);
  const double mean = mean_above(all / 10);
  return mean > 0 ? 10 * std::log10(mean) : 0;
}

/// What the limiter takes from the integrated loudness when its input lies `drive_db` above its ceiling at
/// the highest peak.
double loss(const std::vector<Block>& blocks, double highest, double drive_db) {
  const double ceiling = highest / std::pow(10.0, drive_db / 20);
  const double back = 1 - std::exp(-block_s / release_s);
  std::vector<double> before, after;
  before.reserve(blocks.size());
  after.reserve(blocks.size());
  double envelope = 1;
  for (const auto& b : blocks) {
    const double wanted = b.peak > ceiling ? ceiling / b.peak : 1.0;
    envelope = wanted < envelope ? wanted : envelope + (1 - envelope) * back;
    before.push_back(b.energy);
    after.push_back(b.energy * envelope * envelope);
  }
  return std::max(0.0, gated(before) - gated(after));
}

}  // namespace

struct LoudnessMeter::State {
  ebur128_state* ebur = nullptr;
  std::vector<float> pending;  // pairs that don't fill a block yet
  std::vector<Block> blocks;
  std::array<std::vector<float>, 2> plane;  // history for the true peak, then the block
  double peak = 0;
};

LoudnessMeter::LoudnessMeter() : state_(std::make_unique<State>()) {
  state_->ebur = ebur128_init(2, 44100, EBUR128_MODE_I);
  LW_ASSERT(state_->ebur, "libebur128");
  for (auto& plane : state_->plane) plane.assign(TruePeak::before + TruePeak::after, 0.0f);
}

LoudnessMeter::~LoudnessMeter() {
  ebur128_destroy(&state_->ebur);
}

void LoudnessMeter::add(std::span<const float> pairs) {
  auto& pending = state_->pending;
  pending.insert(pending.end(), pairs.begin(), pairs.end());
  std::size_t at = 0;
  for (; pending.size() - at >= block_pairs * 2; at += block_pairs * 2)
    block(std::span{pending}.subspan(at, block_pairs * 2));
  pending.erase(pending.begin(), pending.begin() + static_cast<std::ptrdiff_t>(at));
}

void LoudnessMeter::block(std::span<const float> pairs) {
  auto& s = *state_;
  ebur128_add_frames_float(s.ebur, pairs.data(), pairs.size() / 2);
  double lufs = -200;
  ebur128_loudness_window(s.ebur, 20, &lufs);
  float loudest = 0;
  constexpr std::size_t history = TruePeak::before + TruePeak::after;
  for (std::size_t channel = 0; channel < 2; ++channel) {
    auto& plane = s.plane[channel];
    plane.erase(plane.begin(), plane.end() - history);
    float peak = 0;
    for (std::size_t i = channel; i < pairs.size(); i += 2) {
      plane.push_back(pairs[i]);
      peak = std::max(peak, std::fabs(pairs[i]));
    }
    loudest = std::max(loudest, peak);
    if (peak * 2 < s.peak) continue;  // no curve through these samples is a new peak
    for (std::size_t i = TruePeak::before; i + TruePeak::after < plane.size(); ++i) {
      if (std::fabs(plane[i]) * 2 < s.peak && std::fabs(plane[i + 1]) * 2 < s.peak) continue;
      s.peak = std::max<double>(s.peak, TruePeak::at(&plane[i]));
    }
  }
  const double energy = std::isfinite(lufs) ? std::pow(10.0, (lufs + 0.691) / 10) : 0.0;
  s.blocks.push_back({static_cast<float>(energy), loudest});
}

LoudnessMeter::Result LoudnessMeter::finish() {
  auto& s = *state_;
  s.pending.resize(s.pending.size() + 2 * TruePeak::after, 0.0f);  // the curve runs on after the last sample
  block(s.pending);
  Result result;
  if (ebur128_loudness_global(s.ebur, &result.lufs) != EBUR128_SUCCESS || !std::isfinite(result.lufs))
    result.lufs = -200;
  result.true_peak_db = s.peak > 0 ? std::max(db(s.peak), -200.0) : -200;
  if (s.peak > 0) {
    for (std::size_t i = 0; i < result.limiter_loss_db.size(); ++i)
      result.limiter_loss_db[i] =
          static_cast<float>(loss(s.blocks, s.peak, 2.0 * static_cast<double>(i + 1)));
  }
  return result;
}

}  // namespace longwave::audio
