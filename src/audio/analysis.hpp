// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

/// What is found out about a file once, by decoding all of it, before it gets a start time.
namespace longwave::audio {

struct Silence {
  Samples at{};      ///< from the beginning of the file
  Samples length{};  ///< at least 1 s
};

/// A value; positions are samples at 44.1 kHz from the first sample of the file (encoder delay and padding
/// that the file declares are already taken off).
struct Analysis {
  Samples length{};     ///< of the whole file, exact
  Samples begin{};      ///< where playing begins: 0, or just before the sound when silence was trimmed
  Samples end{};        ///< where it ends, exclusive
  int source_rate = 0;  ///< Hz
  int source_channels = 0;
  std::int64_t source_samples = 0;  ///< exact, at source_rate
  std::int64_t origin = 0;          ///< container's time stamp of the first sample, in samples at source_rate
  double lufs = 0;          ///< integrated loudness (EBU R128) of the stereo sound that will be played
  double true_peak_db = 0;  ///< dBTP
  /// By how much the limiter lowers the integrated loudness when it is driven 2, 4, … 24 dB over its ceiling.
  std::array<float, 12> limiter_loss_db{};
  std::vector<std::int8_t>
      level_db;                   ///< per 100 ms: RMS in dBFS of the louder channel, -128 = digital silence
  std::vector<Silence> silences;  ///< inside [begin, end)
  std::string payload_hash;  ///< hex, of every packet of the audio stream: tags and containers don't matter
  /// Only the first part was decoded (AnalyseOptions::only_first): `length` is what the container says,
  /// loudness is that of the part, there is no payload hash and nothing was trimmed at the end. Never stored
  /// or cached by hash.
  bool partial = false;

  Samples played() const { return end - begin; }
};

struct AnalyseOptions {
  bool trim = true;                      ///< trim silence at head and tail
  Samples trim_over{2 * 44100};          ///< only if it is longer than this
  std::optional<Samples> only_first;     ///< decode no more than this
  Samples longest{24ll * 3600 * 44100};  ///< longer sound is refused (endless files end)
};

/// Called now and then with the share that is done, 0 to 1, on the thread that runs analyse().
using Progress = std::function<void(double)>;

/// Decodes the file (about 1/200 of its length on one core). Blocks: runs on a pool thread; `stop` ends it
/// within one packet. Errors: not_found, refused (no permission), unsupported (not a format that is played,
/// not a regular file, nothing but silence, too short), broken (nothing could be decoded), cancelled, full
/// (longer than options.longest). The message is a sentence for a person, without the path.
Result<Analysis> analyse(const std::filesystem::path& path, const AnalyseOptions& options = {},
                         std::stop_token stop = {}, const Progress& progress = {});

/// How a track is made as loud as every other.
struct Gain {
  double db = 0;           ///< applied before the limiter
  double ceiling_db = -1;  ///< dBTP; what leaves the limiter is never above it
  bool limiter = false;    ///< false: the peaks stay below the ceiling anyway
  friend bool operator==(const Gain&, const Gain&) = default;
};

struct LoudnessTarget {
  double lufs = -16;
  double ceiling_db = -1;   ///< dBTP
  double max_gain_db = 24;  ///< very quiet sound isn't raised further
};

/// The gain that brings the track to the target, the limiter's own loss included.
Gain gain_for(const Analysis& analysis, const LoudnessTarget& target = {});
/// From the gain a file's ReplayGain tag states (reference -18 LUFS) and its peak (linear, 0 = not known),
/// for sound that isn't analysed yet.
Gain gain_from_replaygain(double track_gain_db, double track_peak, const LoudnessTarget& target = {});

/// For storing: a small versioned blob. parse_analysis refuses other versions, and anything damaged (broken).
std::string to_blob(const Analysis& analysis);
Result<Analysis> parse_analysis(std::string_view blob);

}  // namespace longwave::audio
