// SPDX-License-Identifier: Apache-2.0
#include "audio/frame_codec.hpp"

#include "base/assert.hpp"

#include <cstring>
#include <new>
#include <string>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/channel_layout.h>
#include <libavutil/opt.h>
}

namespace longwave::audio {
namespace {

// At 128 to 160 kbit/s LAME multiplies its input by 0.95 without saying so; from 256 on it leaves it alone.
constexpr float lame_compensation(Format format) {
  return format == Format::mp3_128 ? 1.0f / 0.95f : 1.0f;
}

void make_stereo(AVChannelLayout& layout) {
  AVChannelLayout stereo = AV_CHANNEL_LAYOUT_STEREO;
  av_channel_layout_copy(&layout, &stereo);
}

Error missing(std::string_view what) {
  return error(Errc::unavailable, "FFmpeg was built without " + std::string{what});
}

}  // namespace

Result<FrameEncoder> FrameEncoder::open(Format format) {
  ff::restrain();
  const auto& f = info(format);
  const char* name = is_mp3(format) ? "libmp3lame" : "libopus";
  const auto* codec = avcodec_find_encoder_by_name(name);
  if (!codec) return missing(name);
  FrameEncoder encoder{format};
  encoder.codec_.reset(avcodec_alloc_context3(codec));
  if (!encoder.codec_) throw std::bad_alloc{};
  auto* context = encoder.codec_.get();
  context->sample_rate = f.sample_rate;
  context->bit_rate = f.bitrate;
  context->time_base = {1, f.sample_rate};
  context->sample_fmt = is_mp3(format) ? AV_SAMPLE_FMT_FLTP : AV_SAMPLE_FMT_FLT;
  make_stereo(context->ch_layout);
  if (is_mp3(format)) {
    av_opt_set_int(context->priv_data, "reservoir", 0, 0);
  } else {
    av_opt_set(context->priv_data, "application", "audio", 0);
    av_opt_set(context->priv_data, "frame_duration", "20", 0);
    av_opt_set(context->priv_data, "vbr", "on", 0);
    // From 9 % of expected loss on, libopus leaves out its pitch prefilter, whose memory is what makes
    // splices of tonal music audible (docs/adr/0004).
    av_opt_set(context->priv_data, "packet_loss", "9", 0);
  }
  if (const int opened = avcodec_open2(context, codec, nullptr); opened < 0)
    return error(Errc::unavailable, std::string{name} + " can't be started: " + ff::text(opened));
  if (context->frame_size != f.frame_samples || context->initial_padding != f.encoder_delay)
    return error(Errc::unavailable,
                 std::string{name} + " has another frame length or delay than this program knows");

  encoder.packet_ = ff::packet();
  encoder.frame_ = ff::frame();
  encoder.frame_->nb_samples = f.frame_samples;
  encoder.frame_->format = context->sample_fmt;
  encoder.frame_->sample_rate = f.sample_rate;
  make_stereo(encoder.frame_->ch_layout);
  if (av_frame_get_buffer(encoder.frame_.get(), 0) < 0) throw std::bad_alloc{};
  return encoder;
}

Result<void> FrameEncoder::encode(std::span<const float> pairs, const Sink& sink) {
  const auto n = static_cast<std::size_t>(info(format_).frame_samples);
  LW_ASSERT(pairs.size() == n * 2, "one frame");
  if (av_frame_make_writable(frame_.get()) < 0) throw std::bad_alloc{};
  if (is_mp3(format_)) {
    const float scale = lame_compensation(format_);
    auto* left = reinterpret_cast<float*>(frame_->data[0]);
    auto* right = reinterpret_cast<float*>(frame_->data[1]);
    for (std::size_t i = 0; i < n; ++i) {
      left[i] = pairs[2 * i] * scale;
      right[i] = pairs[2 * i + 1] * scale;
    }
  } else {
    std::memcpy(frame_->data[0], pairs.data(), pairs.size_bytes());
  }
  frame_->pts = pts_;
  pts_ += static_cast<std::int64_t>(n);
  if (const int sent = avcodec_send_frame(codec_.get(), frame_.get()); sent < 0)
    return error(Errc::unavailable, "encoding failed: " + ff::text(sent));
  return drain(sink);
}

Result<void> FrameEncoder::finish(const Sink& sink) {
  avcodec_send_frame(codec_.get(), nullptr);
  return drain(sink);
}

Result<void> FrameEncoder::drain(const Sink& sink) {
  for (;;) {
    const int got = avcodec_receive_packet(codec_.get(), packet_.get());
    if (got == AVERROR(EAGAIN) || got == AVERROR_EOF) return {};
    if (got < 0) return error(Errc::unavailable, "encoding failed: " + ff::text(got));
    sink({reinterpret_cast<const char*>(packet_->data), static_cast<std::size_t>(packet_->size)});
    av_packet_unref(packet_.get());
  }
}

Result<FrameDecoder> FrameDecoder::open(Format format) {
  ff::restrain();
  const AVCodec* codec = nullptr;
  if (is_mp3(format)) codec = avcodec_find_decoder_by_name("mp3float");
  if (format == Format::opus_96) codec = avcodec_find_decoder_by_name("libopus");
  if (!codec) return missing(info(format).name);
  FrameDecoder decoder{format};
  decoder.codec_.reset(avcodec_alloc_context3(codec));
  if (!decoder.codec_) throw std::bad_alloc{};
  auto* context = decoder.codec_.get();
  context->sample_rate = info(format).sample_rate;
  context->request_sample_fmt = is_mp3(format) ? AV_SAMPLE_FMT_FLTP : AV_SAMPLE_FMT_FLT;
  context->err_recognition = AV_EF_CRCCHECK | AV_EF_BITSTREAM | AV_EF_EXPLODE;
  context->flags2 |= AV_CODEC_FLAG2_SKIP_MANUAL;
  context->thread_count = 1;
  make_stereo(context->ch_layout);
  if (const int opened = avcodec_open2(context, codec, nullptr); opened < 0)
    return error(Errc::unavailable, "the decoder can't be started: " + ff::text(opened));
  decoder.frame_ = ff::frame();
  decoder.packet_ = ff::packet();
  return decoder;
}

Result<void> FrameDecoder::decode(std::string_view bytes, std::vector<float>& out) {
  if (av_new_packet(packet_.get(), static_cast<int>(bytes.size())) < 0) throw std::bad_alloc{};
  std::memcpy(packet_->data, bytes.data(), bytes.size());
  const int sent = avcodec_send_packet(codec_.get(), packet_.get());
  av_packet_unref(packet_.get());
  const int got = sent < 0 ? sent : avcodec_receive_frame(codec_.get(), frame_.get());
  const auto n = info(format_).frame_samples;
  if (got < 0) return error(Errc::broken, "a frame can't be decoded: " + ff::text(got));
  if (frame_->nb_samples != n || frame_->ch_layout.nb_channels != 2 || frame_->decode_error_flags != 0)
    return error(Errc::broken, "a frame is decoded to something else");
  if (frame_->format == AV_SAMPLE_FMT_FLTP) {
    const auto* left = reinterpret_cast<const float*>(frame_->data[0]);
    const auto* right = reinterpret_cast<const float*>(frame_->data[1]);
    for (int i = 0; i < n; ++i) {
      out.push_back(left[i]);
      out.push_back(right[i]);
    }
  } else if (frame_->format == AV_SAMPLE_FMT_FLT) {
    const auto* samples = reinterpret_cast<const float*>(frame_->data[0]);
    out.insert(out.end(), samples, samples + static_cast<std::ptrdiff_t>(n) * 2);
  } else if (frame_->format == AV_SAMPLE_FMT_S16) {
    const auto* samples = reinterpret_cast<const std::int16_t*>(frame_->data[0]);
    for (int i = 0; i < n * 2; ++i) out.push_back(static_cast<float>(samples[i]) / 32768.0f);
  } else {
    return error(Errc::broken, "the decoder gives an unknown kind of samples");
  }
  av_frame_unref(frame_.get());
  return {};
}

}  // namespace longwave::audio
