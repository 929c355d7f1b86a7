// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "audio/ffmpeg.hpp"

#include <cstdint>
#include <vector>

namespace longwave::audio {

/// FFmpeg frames of any layout to stereo float pairs at one rate. Output sample 0 is at the time of input
/// sample 0. One thread.
class Resampler {
 public:
  Resampler() = default;

  /// Forgets everything; the next frame begins a new run.
  void reset(int rate);
  /// Appends to `out` what samples [skip, skip + n) of the frame become. A frame of another kind than the one
  /// before ends the run of that and begins a new one. False if its layout can't be mixed down.
  bool push(const AVFrame& frame, std::int64_t skip, std::int64_t n, std::vector<float>& out);
  /// Appends what is still inside.
  void flush(std::vector<float>& out);

 private:
  bool begin(const AVFrame& frame);
  void convert(const std::uint8_t** data, std::int64_t n, std::vector<float>& out);

  ff::Owner<SwrContext> swr_;
  int rate_ = 44100;
  int in_rate_ = 0;
  int in_format_ = -1;
  int in_channels_ = 0;
  std::uint64_t in_mask_ = 0;
};

}  // namespace longwave::audio
