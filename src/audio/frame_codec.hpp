// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "audio/ffmpeg.hpp"
#include "audio/format.hpp"
#include "base/result.hpp"

#include <functional>
#include <span>
#include <string_view>
#include <vector>

namespace longwave::audio {

/// One encoder of a format. Packet p belongs to the p-th frame of input: decoded sample d is input sample
/// d - encoder_delay, however it was started. LAME's silent scaling is compensated. One thread.
class FrameEncoder {
 public:
  using Sink = std::function<void(std::string_view)>;

  static Result<FrameEncoder> open(Format format);

  /// `pairs`: exactly one frame.
  Result<void> encode(std::span<const float> pairs, const Sink& sink);
  /// Gives out what is still inside. Nothing can be encoded afterwards.
  Result<void> finish(const Sink& sink);

 private:
  explicit FrameEncoder(Format format) : format_(format) {}
  Result<void> drain(const Sink& sink);

  Format format_;
  ff::Owner<AVCodecContext> codec_;
  ff::Owner<AVFrame> frame_;
  ff::Owner<AVPacket> packet_;
  std::int64_t pts_ = 0;
};

/// Frames to stereo float pairs, frame_samples for each, as a listener's decoder makes them. Started in the
/// middle of a stream its first frames are garbage. One thread.
class FrameDecoder {
 public:
  static Result<FrameDecoder> open(Format format);

  /// Appends the sound of the frame. A frame that can't be decoded, or with a warning, is an error (broken).
  Result<void> decode(std::string_view frame, std::vector<float>& out);

 private:
  explicit FrameDecoder(Format format) : format_(format) {}

  Format format_;
  ff::Owner<AVCodecContext> codec_;
  ff::Owner<AVFrame> frame_;
  ff::Owner<AVPacket> packet_;
};

}  // namespace longwave::audio
