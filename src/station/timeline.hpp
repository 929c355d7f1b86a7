// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "audio/format.hpp"
#include "audio/rendition.hpp"
#include "audio/splice.hpp"
#include "base/ids.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

/// The frames of one mount, in order, on the grid that counts from the station's epoch. Pure.
namespace longwave::station {

/// Where frames come from: frame n of the mount is frame n - base of the rendition.
struct Source {
  EntryId item;   ///< 0: the fallback
  TrackId track;  ///< 0: the filler
  audio::RenditionPtr rendition;
  std::int64_t base = 0;
  bool loop = false;  ///< the rendition is sent round and round

  /// The rendition's frame for frame n of the mount.
  std::int64_t frame(std::int64_t n) const;
  bool has(std::int64_t n) const;
};

/// From frame `at` on the mount is with `next`; around it go the frames of the joint, if there is one.
struct Boundary {
  std::int64_t at = 0;
  Source next;
  audio::SegmentPtr joint;
  std::int64_t joint_begin = 0;  ///< both equal `at` without a joint
  std::int64_t joint_end = 0;
};
/// `a_frame` of the old and `b_frame` of the new item are frame `at` of the mount.
Boundary make_boundary(std::int64_t at, Source next, const Source& before, audio::SegmentPtr joint);

/// A frame that leaves, and what it is.
struct SentFrame {
  std::int64_t n = 0;
  std::string_view bytes;
  EntryId item;
  int level_db = 0;  ///< RMS; -128 = digital silence
};

class Timeline {
 public:
  explicit Timeline(audio::Format format) : format_(format) {}

  enum class Stop {
    reached,  ///< everything up to the limit was given
    starved,  ///< the source hasn't got the next frame (yet)
    failed,   ///< it never will
  };

  bool running() const { return running_; }
  void begin(std::int64_t n, Source source);
  void end();

  std::int64_t next() const { return next_; }  ///< the first frame that wasn't given
  const Source& source() const { return source_; }
  const std::optional<Boundary>& boundary() const { return boundary_; }
  /// Frames of the coming boundary's joint have been given: it can't be taken back.
  bool committed() const { return boundary_ && boundary_->joint && next_ > boundary_->joint_begin; }

  /// Replaces the boundary that is set. Its joint_begin is not before next(); not while committed().
  void set_boundary(Boundary boundary);
  void clear_boundary();
  /// A loop goes on at another place of itself, so that frame n of the mount is its frame `frame`.
  void turn_loop(std::int64_t n, std::int64_t frame);
  /// Goes over to another source right here, whatever was set: for when something is wrong.
  void jump(Source source);

  Stop take(std::int64_t until, const std::function<void(const SentFrame&)>& give);

 private:
  void pass_boundary();
  int level_of(const Source& source, std::int64_t n) const;

  audio::Format format_;
  bool running_ = false;
  std::int64_t next_ = 0;
  Source source_;
  std::optional<Boundary> boundary_;
};

}  // namespace longwave::station
