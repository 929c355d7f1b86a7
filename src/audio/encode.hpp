// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "audio/analysis.hpp"
#include "audio/format.hpp"
#include "audio/rendition.hpp"
#include "base/result.hpp"
#include "base/task.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>

/// From a file to frames. Everything here blocks and runs on pool threads.
namespace longwave::audio {

/// A track as it will sound: the file, what is known about it, and its gain. A value.
struct TrackSound {
  std::filesystem::path path;
  Analysis analysis;
  Gain gain;
};

/// What makes two renditions the same: payload hash, trim points, format, encoder with version and settings,
/// gain and limiter version. Hex, usable as a file name. Empty for a partial analysis (never cached).
std::string rendition_key(const TrackSound& sound, Format format);

/// Part of the key: changes when the bytes that come out would change.
std::string encoder_identity(Format format);

/// Frames that are being made, and the work that makes them. `rendition` can be read at once by others; run()
/// fills it on the calling thread and returns when it is complete, failed or stopped (then it is failed,
/// too).
struct Encoding {
  RenditionPtr rendition;
  UniqueFunction<void(std::stop_token)>
      run;  ///< empty: nothing to do (found complete, or another thread is at it)
};

/// A rendition that lives in memory only and begins at frame `from` of the item (the encoder is primed with
/// the sound before it): for a listener who enters a track that isn't cached, and for sound that isn't
/// analysed completely.
Encoding encode_transient(TrackSound sound, Format format, std::int64_t from);

}  // namespace longwave::audio
