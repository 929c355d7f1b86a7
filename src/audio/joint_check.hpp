// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "audio/splice.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace longwave::audio {

/// The window of sound that is encoded for a joint, in frames: priming (dropped) · margin · cross-over ·
/// margin · trailing (dropped). Item B begins after the first two.
struct JointShape {
  std::int64_t priming = 0;
  std::int64_t margin = 0;
  std::int64_t overlap = 0;  ///< samples
  std::int64_t overlap_frames = 0;
  std::int64_t trailing = 0;

  std::int64_t before() const { return priming + margin; }
  std::int64_t kept() const { return margin + overlap_frames + margin; }
  std::int64_t total() const { return priming + kept() + trailing; }
};

struct JointEvidence {
  const JointPlan& plan;
  const JointShape& shape;
  const Segment& segment;
  const std::vector<std::string>& window;  ///< every frame of the one continuous encode
  std::span<const float> sound;            ///< what was encoded
};

struct JointQuality {
  double excess_db = 0;  ///< the worst frame's coding error over that of one continuous encode; 0 or more
  bool good = true;      ///< no frame's excess is over 6 dB, unless the error is below -66 dBFS
  bool tolerable =
      true;  ///< where it is not good, the error is that of ordinary coded music (18 dB below the sound)
};

/// Decodes A's frames, the segment and B's frames as a listener would, and the whole window as one continuous
/// encode; compares both with the sound that went in. An error (unavailable) if a decoder complains or the
/// neighbours' frames aren't there. Opus predicts the loudness of its bands from the frame before, so pure
/// tones may be only tolerable.
Result<JointQuality> check_joint(const JointEvidence& evidence);

}  // namespace longwave::audio
