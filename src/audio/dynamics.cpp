// SPDX-License-Identifier: Apache-2.0
#include "audio/dynamics.hpp"

#include "audio/true_peak.hpp"

#include <algorithm>
#include <cmath>

namespace longwave::audio {
namespace {

constexpr double look_ahead_s = 0.005;
constexpr double release_s = 0.080;

float from_db(double db) {
  return static_cast<float>(std::pow(10.0, db / 20));
}

}  // namespace

// The gain of a sample is the mean of an envelope over the look-ahead window; the envelope never exceeds the
// least gain wanted inside that window, so the mean, when a peak arrives, doesn't either. Between peaks the
// envelope returns to 1 exponentially.
Dynamics::Dynamics(const Gain& gain, int rate)
    : gain_(from_db(gain.db)),
      limiter_(gain.limiter),
      ceiling_(from_db(gain.ceiling_db - coding_headroom_db)),
      window_(static_cast<std::size_t>(rate * look_ahead_s)),
      release_(static_cast<float>(1 - std::exp(-1 / (release_s * rate)))),
      left_(TruePeak::before, 0.0f),
      right_(TruePeak::before, 0.0f),
      reduction_(TruePeak::before, 1.0f),
      measured_(TruePeak::before),
      done_(TruePeak::before),
      entered_(TruePeak::before) {}

void Dynamics::push(std::span<const float> pairs, std::vector<float>& out) {
  const auto n = pairs.size() / 2;
  if (!limiter_) {
    for (std::size_t i = 0; i < n * 2; ++i) out.push_back(pairs[i] * gain_);
    return;
  }
  for (std::size_t i = 0; i < n; ++i) {
    left_.push_back(pairs[2 * i] * gain_);
    right_.push_back(pairs[2 * i + 1] * gain_);
  }
  measure();
  advance(out);
  forget();
}

void Dynamics::finish(std::vector<float>& out) {
  if (!limiter_) return;
  const auto end = left_.size() + window_ + TruePeak::after;
  left_.resize(end, 0.0f);
  right_.resize(end, 0.0f);
  measure();
  advance(out);
}

float Dynamics::wanted(std::size_t i) const {
  const float peak = std::max(TruePeak::at(&left_[i]), TruePeak::at(&right_[i]));
  return peak > ceiling_ ? ceiling_ / peak : 1.0f;
}

void Dynamics::measure() {
  if (left_.size() < measured_ + TruePeak::after) return;
  const auto end = left_.size() - TruePeak::after;
  reduction_.resize(end, 1.0f);
  // In quiet stretches no curve through the samples can reach the ceiling: they need no oversampling.
  constexpr std::size_t block = 64;
  while (measured_ < end) {
    const auto stop = std::min(measured_ + block, end);
    float loudest = 0;
    for (auto i = measured_ - TruePeak::before; i < stop + TruePeak::after; ++i)
      loudest = std::max({loudest, std::fabs(left_[i]), std::fabs(right_[i])});
    if (loudest * 2 > ceiling_) {
      for (auto i = measured_; i < stop; ++i) {
        reduction_[i] = wanted(i);
        // A peak between two samples is held down on both sides of it.
        reduction_[i - 1] = std::min(reduction_[i - 1], reduction_[i]);
      }
    }
    measured_ = stop;
  }
}

void Dynamics::enter_window(std::size_t i) {
  while (!least_.empty() && reduction_[least_.back()] >= reduction_[i]) least_.pop_back();
  least_.push_back(i);
}

void Dynamics::advance(std::vector<float>& out) {
  // The newest measured sample may still be lowered by the one after it.
  while (done_ + window_ + 1 <= measured_ && left_.size() >= TruePeak::after) {
    while (entered_ < std::min(done_ + window_, measured_)) enter_window(entered_++);
    while (least_.front() < done_) least_.pop_front();
    const float least = reduction_[least_.front()];
    envelope_ = least < envelope_ ? least : envelope_ + (least - envelope_) * release_;
    if (recent_.empty()) {
      // Sound that begins loud: as if the envelope had known before.
      recent_.assign(window_, envelope_);
      recent_sum_ = static_cast<double>(envelope_) * static_cast<double>(window_);
    }
    recent_sum_ += envelope_ - recent_[recent_at_];
    recent_[recent_at_] = envelope_;
    recent_at_ = recent_at_ + 1 == window_ ? 0 : recent_at_ + 1;
    const auto g = static_cast<float>(std::min(1.0, recent_sum_ / static_cast<double>(window_)));
    out.push_back(left_[done_] * g);
    out.push_back(right_[done_] * g);
    ++done_;
  }
}

/// Drops what was handed out, now and then.
void Dynamics::forget() {
  constexpr std::size_t enough = 1 << 14;
  if (done_ < enough) return;
  const auto drop = done_ - TruePeak::before;
  for (auto* plane : {&left_, &right_, &reduction_})
    plane->erase(plane->begin(), plane->begin() + static_cast<std::ptrdiff_t>(drop));
  for (auto& index : least_) index -= std::min(index, drop);
  measured_ -= drop;
  done_ -= drop;
  entered_ -= drop;
}

}  // namespace longwave::audio
