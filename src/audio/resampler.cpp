// SPDX-License-Identifier: Apache-2.0
#include "audio/resampler.hpp"

#include <algorithm>
#include <array>

extern "C" {
#include <libavutil/channel_layout.h>
#include <libavutil/frame.h>
#include <libavutil/opt.h>
#include <libavutil/samplefmt.h>
#include <libswresample/swresample.h>
}

namespace longwave::audio {

void Resampler::reset(int rate) {
  swr_.reset();
  rate_ = rate;
  in_format_ = -1;
}

bool Resampler::begin(const AVFrame& frame) {
  AVChannelLayout in{};
  if (frame.ch_layout.order == AV_CHANNEL_ORDER_UNSPEC)
    av_channel_layout_default(&in, frame.ch_layout.nb_channels);
  else if (av_channel_layout_copy(&in, &frame.ch_layout) < 0)
    return false;
  AVChannelLayout stereo = AV_CHANNEL_LAYOUT_STEREO;
  SwrContext* context = nullptr;
  const int set =
      swr_alloc_set_opts2(&context, &stereo, AV_SAMPLE_FMT_FLT, rate_, &in,
                          static_cast<AVSampleFormat>(frame.format), frame.sample_rate, 0, nullptr);
  av_channel_layout_uninit(&in);
  swr_.reset(context);
  if (set < 0) return false;
  av_opt_set_int(context, "exact_rational", 1, 0);
  if (frame.ch_layout.nb_channels == 1) {
    const double full[] = {1.0, 1.0};  // swresample's own choice would be 3 dB less
    swr_set_matrix(context, full, 1);
  }
  if (swr_init(context) < 0) {
    swr_.reset();
    return false;
  }
  in_rate_ = frame.sample_rate;
  in_format_ = frame.format;
  in_channels_ = frame.ch_layout.nb_channels;
  in_mask_ = frame.ch_layout.order == AV_CHANNEL_ORDER_NATIVE ? frame.ch_layout.u.mask : 0;
  return true;
}

bool Resampler::push(const AVFrame& frame, std::int64_t skip, std::int64_t n, std::vector<float>& out) {
  const auto mask = frame.ch_layout.order == AV_CHANNEL_ORDER_NATIVE ? frame.ch_layout.u.mask : 0;
  if (!swr_ || frame.sample_rate != in_rate_ || frame.format != in_format_ ||
      frame.ch_layout.nb_channels != in_channels_ || mask != in_mask_) {
    flush(out);
    if (!begin(frame)) return false;
  }
  const auto format = static_cast<AVSampleFormat>(frame.format);
  const bool planar = av_sample_fmt_is_planar(format) != 0;
  const auto step = av_get_bytes_per_sample(format) * (planar ? 1 : in_channels_);
  const auto planes = planar ? in_channels_ : 1;
  std::array<const std::uint8_t*, 64> data{};
  if (planes > static_cast<int>(data.size())) return false;
  for (int i = 0; i < planes; ++i) data[static_cast<std::size_t>(i)] = frame.extended_data[i] + skip * step;
  convert(data.data(), n, out);
  return true;
}

void Resampler::flush(std::vector<float>& out) {
  if (swr_) convert(nullptr, 0, out);
  swr_.reset();
}

void Resampler::convert(const std::uint8_t** data, std::int64_t n, std::vector<float>& out) {
  const int room = swr_get_out_samples(swr_.get(), static_cast<int>(n)) + 64;
  const auto before = out.size();
  out.resize(before + static_cast<std::size_t>(room) * 2);
  auto* to = reinterpret_cast<std::uint8_t*>(out.data() + before);
  const int made = swr_convert(swr_.get(), &to, room, data, static_cast<int>(n));
  out.resize(before + static_cast<std::size_t>(std::max(made, 0)) * 2);
}

}  // namespace longwave::audio
