// SPDX-License-Identifier: Apache-2.0
#include "audio/true_peak.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace longwave::audio {

const std::array<std::array<float, TruePeak::taps>, 3>& TruePeak::phases() {
  static const auto table = [] {
    std::array<std::array<float, taps>, 3> t{};
    for (int phase = 0; phase < 3; ++phase) {
      const double at = (phase + 1) / 4.0;
      double sum = 0;
      for (int k = 0; k < taps; ++k) {
        const double distance = k - before - at;
        const double x = std::numbers::pi * distance;
        const double window = 0.5 + 0.5 * std::cos(x / (taps / 2.0 + 0.5));
        const double value = std::sin(x) / x * window;
        t[static_cast<std::size_t>(phase)][static_cast<std::size_t>(k)] = static_cast<float>(value);
        sum += value;
      }
      for (auto& value : t[static_cast<std::size_t>(phase)]) value = static_cast<float>(value / sum);
    }
    return t;
  }();
  return table;
}

float TruePeak::at(const float* x) {
  static const auto& table = phases();
  float peak = std::fabs(x[0]);
  for (const auto& phase : table) {
    float sum = 0;
    for (int k = 0; k < taps; ++k) sum += phase[static_cast<std::size_t>(k)] * x[k - before];
    peak = std::max(peak, std::fabs(sum));
  }
  return peak;
}

}  // namespace longwave::audio
