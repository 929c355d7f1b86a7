// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <span>

namespace longwave::audio {

/// Largest absolute value of the curve through the samples, as ITU-R BS.1770 annex 2 has it: fourfold
/// oversampling with a windowed sinc of 12 taps a phase. Pure.
class TruePeak {
 public:
  static constexpr int before = 5;  ///< samples needed before the one that is asked for
  static constexpr int after = 6;   ///< and after it

  /// Peak of the curve from x[0] to just before x[1]; x[-before] … x[after] must be readable.
  static float at(const float* x);

 private:
  static constexpr int taps = before + 1 + after;
  static const std::array<std::array<float, taps>, 3>& phases();
};

}  // namespace longwave::audio
