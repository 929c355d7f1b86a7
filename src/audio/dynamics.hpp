// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "audio/analysis.hpp"

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

namespace longwave::audio {

/// Changes when the sound that leaves the limiter changes: part of every rendition's key.
inline constexpr int limiter_version = 1;
/// Below the ceiling that is asked for, because coding adds a little to the peaks.
inline constexpr double coding_headroom_db = 1.2;

/// Gain, then a look-ahead limiter on the true peak of both channels together. Its delay is taken off: what
/// comes out is as long as what went in, and in the same place. Its memory fades: started 1 s early it is
/// where a continuous run would be. Pure; one thread.
class Dynamics {
 public:
  Dynamics(const Gain& gain, int rate);

  /// Takes stereo pairs; appends those that are done to `out`.
  void push(std::span<const float> pairs, std::vector<float>& out);
  /// Appends the rest.
  void finish(std::vector<float>& out);

 private:
  void measure();
  float wanted(std::size_t i) const;
  void enter_window(std::size_t i);
  void advance(std::vector<float>& out);
  void forget();

  float gain_;
  bool limiter_;
  float ceiling_;
  std::size_t window_;  // samples of look-ahead
  float release_;

  // Samples after the gain, and the gain each needs to stay below the ceiling. Those below done_ have been
  // handed out; the last TruePeak::before of them are kept as history.
  std::vector<float> left_, right_, reduction_;
  std::size_t measured_;  // indices below have their reduction_
  std::size_t done_;
  std::deque<std::size_t>
      least_;            // sliding minimum over [done_, done_ + window_]: indices of rising reduction_
  std::size_t entered_;  // indices below have been in least_
  float envelope_ = 1;
  std::vector<float> recent_;  // the last window_ values of the envelope, as a ring
  std::size_t recent_at_ = 0;
  double recent_sum_ = 0;
};

}  // namespace longwave::audio
