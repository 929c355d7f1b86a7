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

/// Decodes A's frames, the segment and B's frames as a listener would, and the whole window as one continuous
/// encode; compares both with the sound that went in. Gives the worst frame's excess of the first error over
/// the second in dB (0 or more). An error (unavailable) if it is more than a listener could miss, or a
/// decoder complains.
Result<double> check_joint(const JointEvidence& evidence);

}  // namespace longwave::audio
