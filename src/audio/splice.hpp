// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "audio/encode.hpp"
#include "audio/format.hpp"
#include "audio/rendition.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

/// How one item follows another on a mount's frame grid: the cached frames of both, and between them a few
/// frames that hold the end of the one mixed into the beginning of the other. See docs/audio.md, "Joints".
namespace longwave::audio {

/// One side of a joint.
struct JointSide {
  std::shared_ptr<const TrackSound>
      sound;               ///< to decode what the rendition's edge doesn't hold; may be null if it does
  RenditionPtr rendition;  ///< its frames are the neighbours of the segment
};

/// Frame `a_frame` of item A and frame `b_frame` of item B are the same frame of the mount: there B begins
/// (b_frame is 0 unless B is entered in its middle).
struct JointPlan {
  Format format = Format::mp3_128;
  JointSide a, b;
  std::int64_t a_frame = 0;
  std::int64_t b_frame = 0;
  /// For how many samples of the format A is still heard after that, fading out while B fades in (linear, so
  /// the mix can't clip). Less if A has less. A gapless joint: everything A has left, see gapless_overlap().
  std::int64_t overlap = 0;
};

/// What is left of A after frame `a_frame`, if it is no more than four frames; else (a skip) one frame.
std::int64_t gapless_overlap(const Rendition& a, std::int64_t a_frame);

enum class JointKind {
  gapless,   ///< as planned
  shifted,   ///< with a frame or two more on each side, because the plan did not verify
  doubtful,  ///< it decodes, but worse than ordinary coding (Opus only, where a raw cut would be worse still)
  hard_cut,  ///< no frames of its own: A up to a_frame, B from b_frame (MP3 only)
};

/// Send A's frames up to `a_end` (exclusive), then these, then B's from `b_begin` on. Immutable.
struct Segment {
  Format format = Format::mp3_128;
  JointKind kind = JointKind::gapless;
  std::int64_t a_end = 0;
  std::int64_t b_begin = 0;
  std::string bytes;
  std::vector<std::uint32_t> ends;  ///< end of each frame in bytes
  double excess_db = 0;  ///< worst frame: coding error over that of one continuous encode; 0 for a hard cut
  std::vector<std::int8_t> level_db;  ///< per frame, RMS of what went in

  std::int64_t frames() const { return static_cast<std::int64_t>(ends.size()); }
  std::string_view frame(std::int64_t i) const {
    const auto begin = i == 0 ? 0 : ends[static_cast<std::size_t>(i - 1)];
    return std::string_view{bytes}.substr(begin, ends[static_cast<std::size_t>(i)] - begin);
  }
};
using SegmentPtr = std::shared_ptr<const Segment>;

/// Makes the segment, decodes it between its neighbours and compares with the sound that went in; falls back
/// to a shifted one, then to a hard cut (MP3), then to an error (unavailable, or what decoding the original
/// says). Needs of A: priming + margin + 1 frames before a_frame, of B the same after the overlap; both
/// renditions must hold the frames next to the segment (B may still be growing). Takes some 10 ms with the
/// edges of complete renditions, more when the originals must be decoded. Blocks: pool threads. Errors:
/// invalid (the plan can't be), cancelled, unavailable, broken.
Result<SegmentPtr> make_joint(const JointPlan& plan, std::stop_token stop = {});

/// How many frames beyond b_frame B's rendition must have ready before make_joint() may be called.
std::int64_t frames_needed_of_b(const JointPlan& plan);

}  // namespace longwave::audio
