// SPDX-License-Identifier: Apache-2.0
#include "audio/analysis.hpp"
#include "audio/dynamics.hpp"

#include <algorithm>
#include <cmath>

namespace longwave::audio {
namespace {

/// From the table of the analysis, between its entries (2, 4, … dB).
double limiter_loss(const Analysis& a, double drive_db) {
  if (drive_db <= 0) return 0;
  const double place = drive_db / 2;
  const auto below = std::min(static_cast<std::size_t>(place), a.limiter_loss_db.size());
  const double low = below == 0 ? 0.0 : a.limiter_loss_db[below - 1];
  if (below == a.limiter_loss_db.size()) return low;
  const double high = a.limiter_loss_db[below];
  return low + (high - low) * (place - std::floor(place));
}

}  // namespace

Gain gain_for(const Analysis& analysis, const LoudnessTarget& target) {
  Gain gain;
  gain.ceiling_db = target.ceiling_db;
  if (!(analysis.lufs > -70)) return gain;  // silence stays silence; also not a number
  const double real_ceiling = target.ceiling_db - coding_headroom_db;
  const double plain = target.lufs - analysis.lufs;
  // What the limiter takes away is added before it; the loss grows more slowly than the gain, so this
  // settles.
  double db = plain;
  for (int i = 0; i < 30; ++i) db = plain + limiter_loss(analysis, db + analysis.true_peak_db - real_ceiling);
  gain.db = std::round(std::min({db, plain + 6, target.max_gain_db}) * 100) / 100;
  gain.limiter = gain.db + analysis.true_peak_db > real_ceiling;
  return gain;
}

Gain gain_from_replaygain(double track_gain_db, double track_peak, const LoudnessTarget& target) {
  Gain gain;
  gain.ceiling_db = target.ceiling_db;
  if (!std::isfinite(track_gain_db)) track_gain_db = 0;
  gain.db = std::round(std::clamp(track_gain_db + 18 + target.lufs, -40.0, target.max_gain_db) * 100) / 100;
  const bool quiet = track_peak > 0 && std::isfinite(track_peak) &&
                     20 * std::log10(track_peak) + gain.db < target.ceiling_db - coding_headroom_db - 1;
  gain.limiter = !quiet;
  return gain;
}

}  // namespace longwave::audio
