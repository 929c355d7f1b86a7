// SPDX-License-Identifier: Apache-2.0
#include "audio/picture.hpp"

#include "audio/colour.hpp"
#include "audio/ffmpeg.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <vector>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
}

namespace longwave::audio {
namespace {

struct FreeSws {
  void operator()(SwsContext* p) const { sws_freeContext(p); }
};
using Sws = std::unique_ptr<SwsContext, FreeSws>;

constexpr int accent_size = 48;

AVCodecID codec_of(std::string_view type) {
  if (type == "image/jpeg") return AV_CODEC_ID_MJPEG;
  if (type == "image/png") return AV_CODEC_ID_PNG;
  if (type == "image/webp") return AV_CODEC_ID_WEBP;
  if (type == "image/gif") return AV_CODEC_ID_GIF;
  if (type == "image/bmp") return AV_CODEC_ID_BMP;
  return AV_CODEC_ID_NONE;
}

Result<ff::Owner<AVFrame>> decode(std::string_view bytes, const PictureLimits& limits) {
  const auto type = picture_type(bytes);
  if (type.empty()) return error(Errc::unsupported, "not a JPEG, PNG, WebP, GIF or BMP picture");
  if (bytes.size() > limits.max_bytes) return error(Errc::full, "the picture's file is too large");
  const auto* codec = avcodec_find_decoder(codec_of(type));
  if (!codec) return error(Errc::unsupported, "FFmpeg was built without a decoder for this picture");
  ff::Owner<AVCodecContext> context{avcodec_alloc_context3(codec)};
  if (!context) throw std::bad_alloc{};
  context->max_pixels = limits.max_pixels;
  context->thread_count = 1;
  const auto damaged = error(Errc::broken, "the picture can't be decoded (damaged, or larger than allowed)");
  if (avcodec_open2(context.get(), codec, nullptr) < 0) return damaged;
  auto packet = ff::packet();
  if (av_new_packet(packet.get(), static_cast<int>(bytes.size())) < 0) throw std::bad_alloc{};
  std::memcpy(packet->data, bytes.data(), bytes.size());
  packet->flags |= AV_PKT_FLAG_KEY;
  auto frame = ff::frame();
  if (avcodec_send_packet(context.get(), packet.get()) < 0) return damaged;
  avcodec_send_packet(context.get(), nullptr);
  if (avcodec_receive_frame(context.get(), frame.get()) < 0) return damaged;
  if (frame->width < 1 || frame->height < 1 ||
      static_cast<std::int64_t>(frame->width) * frame->height > limits.max_pixels)
    return damaged;
  return frame;
}

/// Old names of full-range formats only make swscale complain.
AVPixelFormat modern(int format) {
  switch (format) {
    case AV_PIX_FMT_YUVJ420P:
      return AV_PIX_FMT_YUV420P;
    case AV_PIX_FMT_YUVJ422P:
      return AV_PIX_FMT_YUV422P;
    case AV_PIX_FMT_YUVJ444P:
      return AV_PIX_FMT_YUV444P;
    case AV_PIX_FMT_YUVJ440P:
      return AV_PIX_FMT_YUV440P;
    default:
      return static_cast<AVPixelFormat>(format);
  }
}

/// RGBA pixels, width * height * 4 bytes; transparent parts are laid on white.
Result<std::vector<std::uint8_t>> scaled(const AVFrame& frame, int width, int height) {
  Sws context{sws_getContext(frame.width, frame.height, modern(frame.format), width, height, AV_PIX_FMT_RGBA,
                             SWS_AREA | SWS_ACCURATE_RND, nullptr, nullptr, nullptr)};
  if (!context) return error(Errc::unsupported, "a kind of picture that can't be scaled");
  const bool full = frame.color_range == AVCOL_RANGE_JPEG || modern(frame.format) != frame.format;
  const auto* table = sws_getCoefficients(SWS_CS_DEFAULT);
  sws_setColorspaceDetails(context.get(), table, full ? 1 : 0, table, 1, 0, 1 << 16, 1 << 16);
  // Room behind the last row: swscale's vector code writes past it.
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 4 +
                                   256);
  std::uint8_t* planes[4] = {pixels.data(), nullptr, nullptr, nullptr};
  const int strides[4] = {width * 4, 0, 0, 0};
  if (sws_scale(context.get(), frame.data, frame.linesize, 0, frame.height, planes, strides) != height)
    return error(Errc::broken, "the picture can't be scaled");
  pixels.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 4);
  for (std::size_t i = 0; i < pixels.size(); i += 4) {
    const int alpha = pixels[i + 3];
    if (alpha == 255) continue;
    for (std::size_t k = 0; k < 3; ++k)
      pixels[i + k] = static_cast<std::uint8_t>((pixels[i + k] * alpha + 255 * (255 - alpha)) / 255);
    pixels[i + 3] = 255;
  }
  return pixels;
}

Result<std::string> to_jpeg(const std::vector<std::uint8_t>& rgba, int width, int height) {
  const auto* codec = avcodec_find_encoder(AV_CODEC_ID_MJPEG);
  if (!codec) return error(Errc::unavailable, "FFmpeg was built without JPEG");
  auto frame = ff::frame();
  frame->format = AV_PIX_FMT_YUVJ420P;
  frame->width = width;
  frame->height = height;
  frame->quality = 3 * FF_QP2LAMBDA;
  if (av_frame_get_buffer(frame.get(), 0) < 0) throw std::bad_alloc{};
  Sws context{sws_getContext(width, height, AV_PIX_FMT_RGBA, width, height, AV_PIX_FMT_YUV420P,
                             SWS_BICUBIC | SWS_ACCURATE_RND, nullptr, nullptr, nullptr)};
  if (!context) return error(Errc::unavailable, "the picture can't be converted");
  const auto* table = sws_getCoefficients(SWS_CS_DEFAULT);
  sws_setColorspaceDetails(context.get(), table, 1, table, 1, 0, 1 << 16, 1 << 16);
  const std::uint8_t* planes[4] = {rgba.data(), nullptr, nullptr, nullptr};
  const int strides[4] = {width * 4, 0, 0, 0};
  sws_scale(context.get(), planes, strides, 0, height, frame->data, frame->linesize);

  ff::Owner<AVCodecContext> encoder{avcodec_alloc_context3(codec)};
  if (!encoder) throw std::bad_alloc{};
  encoder->width = width;
  encoder->height = height;
  encoder->pix_fmt = AV_PIX_FMT_YUVJ420P;
  encoder->color_range = AVCOL_RANGE_JPEG;
  encoder->time_base = {1, 1};
  encoder->thread_count = 1;
  encoder->flags |= AV_CODEC_FLAG_QSCALE | AV_CODEC_FLAG_BITEXACT;
  encoder->global_quality = 3 * FF_QP2LAMBDA;
  auto packet = ff::packet();
  if (avcodec_open2(encoder.get(), codec, nullptr) < 0 ||
      avcodec_send_frame(encoder.get(), frame.get()) < 0 || avcodec_send_frame(encoder.get(), nullptr) < 0 ||
      avcodec_receive_packet(encoder.get(), packet.get()) < 0)
    return error(Errc::unavailable, "the picture can't be encoded");
  return std::string{reinterpret_cast<const char*>(packet->data), static_cast<std::size_t>(packet->size)};
}

Result<Rgb> accent_of(const AVFrame& frame) {
  auto small = scaled(frame, accent_size, accent_size);
  if (!small) return small.error();
  std::vector<std::uint8_t> rgb;
  for (std::size_t i = 0; i + 3 < small->size(); i += 4)
    rgb.insert(rgb.end(), &(*small)[i], &(*small)[i] + 3);
  return readable(typical_colour(rgb));
}

}  // namespace

std::string_view picture_type(std::string_view b) {
  if (b.starts_with("\xff\xd8\xff")) return "image/jpeg";
  if (b.starts_with("\x89PNG\r\n\x1a\n")) return "image/png";
  if (b.starts_with("GIF87a") || b.starts_with("GIF89a")) return "image/gif";
  if (b.size() >= 12 && b.starts_with("RIFF") && b.substr(8, 4) == "WEBP") return "image/webp";
  if (b.size() >= 26 && b.starts_with("BM")) return "image/bmp";
  return {};
}

Result<Picture> scale_picture(std::string_view bytes, int size, const PictureLimits& limits) {
  ff::restrain();
  if (size < 8 || size > 4096) return error(Errc::invalid, "a picture's size must be 8 to 4096 pixels");
  auto frame = decode(bytes, limits);
  if (!frame) return frame.error();
  const auto& f = **frame;
  const auto longest = std::max(f.width, f.height);
  const auto fit = [&](int side) {
    if (longest <= size) return side;
    return std::max(1, static_cast<int>((static_cast<std::int64_t>(side) * size + longest / 2) / longest));
  };
  Picture picture;
  picture.width = fit(f.width);
  picture.height = fit(f.height);
  auto pixels = scaled(f, picture.width, picture.height);
  if (!pixels) return pixels.error();
  auto accent = accent_of(f);
  if (!accent) return accent.error();
  picture.accent = *accent;
  auto jpeg = to_jpeg(*pixels, picture.width, picture.height);
  if (!jpeg) return jpeg.error();
  picture.jpeg = std::move(*jpeg);
  return picture;
}

}  // namespace longwave::audio
