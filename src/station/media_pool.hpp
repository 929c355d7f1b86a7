// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "audio/analysis.hpp"
#include "base/clock.hpp"
#include "station/media.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace longwave::audio {
class RenditionCache;
}
namespace longwave::io {
class Pool;
}

namespace longwave::station {

/// What the library knows of a track that shall be played.
struct TrackFile {
  std::filesystem::path path;
  std::string artist;
  std::string title;
  std::int64_t duration_ms = 0;         ///< as its headers say
  std::optional<double> gain_db, peak;  ///< ReplayGain of the track (-18 LUFS; linear), if tagged
  std::optional<audio::Analysis> analysis;
};

/// The library as the media need it: a port. Called on the station loop; `done` may come on any thread.
class TrackSource {
 public:
  virtual ~TrackSource() = default;
  virtual void find(TrackId track, UniqueFunction<void(Result<TrackFile>)> done) = 0;
  /// Keeps what was found out. A complete analysis only.
  virtual void keep(TrackId track, std::shared_ptr<const audio::Analysis> analysis) = 0;
  /// The file can't be played; not called for cancelled or vanished files.
  virtual void broken(TrackId track, const std::string& reason) = 0;
};

struct MediaPoolOptions {
  audio::LoudnessTarget target;
  audio::AnalyseOptions analyse;
  /// Longer files start with the gain of their tags or of their first minute, and aren't cached.
  Duration long_file = std::chrono::minutes{10};
  /// What is heard while a station rests, round and round; empty: silence. At most 30 minutes of sound.
  std::filesystem::path hold;
  /// Priority classes in the pool (lower runs first).
  int joint_priority = 0, rendition_priority = 1, analysis_priority = 2;
};

/// The real media: files through audio/ on the workers of a pool, by deadline: joints before renditions
/// before analyses. Belongs to the station loop (`own_loop`); the pool is stopped before this is destroyed.
/// Makes the fillers in the constructor (about 0.2 s each).
class MediaPool final : public Media {
 public:
  MediaPool(TrackSource& tracks, audio::RenditionCache& cache, io::Pool& pool, Post own_loop,
            const Clock& clock, MediaPoolOptions options = {});
  ~MediaPool() override;

  MediaWork prepare(TrackId track, Instant by, Done<TrackReady> done) override;
  MediaWork open(TrackId track, audio::Format format, std::int64_t from, Instant by,
                 Done<audio::RenditionPtr> done) override;
  MediaWork joint(JointRequest request, Instant by, Done<audio::SegmentPtr> done) override;
  audio::RenditionPtr filler(audio::Format format) override;
  audio::RenditionPtr rest(audio::Format format) override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace longwave::station
