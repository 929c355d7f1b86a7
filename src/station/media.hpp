// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "audio/format.hpp"
#include "audio/rendition.hpp"
#include "audio/splice.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "base/time.hpp"

#include <cstdint>
#include <memory>
#include <string>

/// Where a station's sound comes from: a port. media_pool.hpp makes it from files on worker threads;
/// simulations generate numbered frames. Every call and every completion is on the station loop; a completion
/// never comes inside the call that asked for it.
namespace longwave::station {

/// Work that was asked for. Destroying it cancels: the completion then never comes.
class MediaWork {
 public:
  class Job {
   public:
    virtual ~Job() = default;  ///< cancels
  };
  MediaWork() = default;
  explicit MediaWork(std::unique_ptr<Job> job) : job_(std::move(job)) {}
  explicit operator bool() const { return job_ != nullptr; }
  void cancel() { job_.reset(); }

 private:
  std::unique_ptr<Job> job_;
};

/// What is known of a track when it can be played.
struct TrackReady {
  Samples duration{};  ///< in the programme: audio::programme_duration of its exact length
  std::string artist;
  std::string title;
};

/// At mount frame n the item of `a` is at its frame a_frame and the item of `b` begins with its frame
/// b_frame.
struct JointRequest {
  audio::Format format = audio::Format::mp3_128;
  TrackId a, b;
  audio::RenditionPtr a_rendition, b_rendition;
  std::int64_t a_frame = 0;
  std::int64_t b_frame = 0;
};

class Media {
 public:
  template <class T>
  using Done = UniqueFunction<void(Result<T>)>;

  virtual ~Media() = default;

  /// Analyses the track if it never was. Needed by `by`.
  virtual MediaWork prepare(TrackId track, Instant by, Done<TrackReady> done) = 0;

  /// A rendition in which frame `from` of the track is, or soon will be: the cached one (maybe still
  /// growing), or a transient one that begins there. Completes as soon as there is something to watch grow.
  virtual MediaWork open(TrackId track, audio::Format format, std::int64_t from, Instant by,
                         Done<audio::RenditionPtr> done) = 0;

  /// Both renditions hold the frames that joint_reach() speaks of.
  virtual MediaWork joint(JointRequest request, Instant by, Done<audio::SegmentPtr> done) = 0;

  /// Sound to loop when there is nothing else: always there, never fails. Null only if this build can't
  /// encode the format at all; the mount then doesn't exist.
  virtual audio::RenditionPtr filler(audio::Format format) = 0;
  /// What is looped while silence is wanted: silence, or the hold track. Null as filler().
  virtual audio::RenditionPtr rest(audio::Format format) = 0;
};

/// How many frames around the boundary a joint needs: of a, that many before and (if there are) after
/// a_frame; of b, that many from b_frame on. A generous upper bound.
std::int64_t joint_reach(audio::Format format);

}  // namespace longwave::station
