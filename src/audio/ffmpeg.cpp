// SPDX-License-Identifier: Apache-2.0
#include "audio/ffmpeg.hpp"

#include <new>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/log.h>
#include <libavutil/mem.h>
#include <libswresample/swresample.h>
}

namespace longwave::audio::ff {

void Free::operator()(AVFormatContext* p) const {
  avformat_close_input(&p);
}
void Free::operator()(AVIOContext* p) const {
  av_freep(&p->buffer);
  avio_context_free(&p);
}
void Free::operator()(AVCodecContext* p) const {
  avcodec_free_context(&p);
}
void Free::operator()(AVPacket* p) const {
  av_packet_free(&p);
}
void Free::operator()(AVFrame* p) const {
  av_frame_free(&p);
}
void Free::operator()(SwrContext* p) const {
  swr_free(&p);
}

Owner<AVPacket> packet() {
  Owner<AVPacket> p{av_packet_alloc()};
  if (!p) throw std::bad_alloc{};
  return p;
}

Owner<AVFrame> frame() {
  Owner<AVFrame> f{av_frame_alloc()};
  if (!f) throw std::bad_alloc{};
  return f;
}

std::string text(int code) {
  char buffer[AV_ERROR_MAX_STRING_SIZE] = {};
  av_strerror(code, buffer, sizeof buffer);
  return buffer;
}

void restrain() {
  static const bool once = [] {
    av_log_set_level(AV_LOG_QUIET);
    av_max_alloc(512u << 20);  // no header of a file makes it take more at once
    return true;
  }();
  static_cast<void>(once);
}

}  // namespace longwave::audio::ff
