// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "audio/analysis.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace longwave::audio {

/// Integrated loudness (libebur128), true peak, and what a limiter would cost, of stereo sound at 44.1 kHz.
/// One thread.
class LoudnessMeter {
 public:
  LoudnessMeter();
  ~LoudnessMeter();

  void add(std::span<const float> pairs);

  struct Result {
    double lufs = 0;          ///< -70 or less: nothing to be heard
    double true_peak_db = 0;  ///< -200 for digital silence
    std::array<float, 12> limiter_loss_db{};
  };
  Result finish();

 private:
  struct State;
  void block(std::span<const float> pairs);
  std::unique_ptr<State> state_;
};

}  // namespace longwave::audio
