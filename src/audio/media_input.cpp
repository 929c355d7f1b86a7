// SPDX-License-Identifier: Apache-2.0
#include "audio/media_input.hpp"

#include <algorithm>
#include <new>
#include <string>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avstring.h>
#include <libavutil/opt.h>
}

namespace longwave::audio {
namespace {

constexpr const char* demuxers = "mp3,flac,ogg,mov,wav,aiff,aac";
constexpr const char* codecs =
    "mp3float,mp3,mp2float,mp2,flac,vorbis,opus,libopus,aac,alac,pcm_s8,pcm_u8,pcm_s16le,pcm_s16be,pcm_s24le,"
    "pcm_s24be,"
    "pcm_s32le,pcm_s32be,pcm_f32le,pcm_f32be,pcm_f64le,pcm_f64be,pcm_alaw,pcm_mulaw";
constexpr int buffer_bytes = 64 << 10;

int refuse_other_files(AVFormatContext*, AVIOContext**, const char*, int, AVDictionary**) {
  return AVERROR(EPERM);
}

}  // namespace

MediaInput::~MediaInput() = default;

int MediaInput::read(void* opaque, std::uint8_t* buffer, int size) {
  auto& self = *static_cast<MediaInput*>(opaque);
  if (self.stopped()) return AVERROR_EXIT;
  const auto got = self.file_.read_at(self.position_, buffer, static_cast<std::size_t>(size));
  if (got < 0) return static_cast<int>(got);
  if (got == 0) return AVERROR_EOF;
  self.position_ += got;
  return static_cast<int>(got);
}

std::int64_t MediaInput::seek(void* opaque, std::int64_t offset, int whence) {
  auto& self = *static_cast<MediaInput*>(opaque);
  const auto size = self.file_.size();
  if (whence & AVSEEK_SIZE) return size;
  whence &= ~AVSEEK_FORCE;
  const auto base = whence == SEEK_CUR ? self.position_ : whence == SEEK_END ? size : 0;
  if (offset < -base) return AVERROR(EINVAL);
  self.position_ = base + offset;
  return self.position_;
}

int MediaInput::interrupted(void* opaque) {
  return static_cast<MediaInput*>(opaque)->stopped() ? 1 : 0;
}

Result<std::unique_ptr<MediaInput>> MediaInput::open(const std::filesystem::path& path,
                                                     std::stop_token stop) {
  ff::restrain();
  auto file = InputFile::open(path);
  if (!file) return file.error();
  if (file->size() == 0) return error(Errc::broken, "the file is empty");
  std::unique_ptr<MediaInput> input{new MediaInput{std::move(*file), std::move(stop)}};
  auto opened = input->open_container(path);
  if (opened) opened = input->open_codec();
  // Whatever a probe that was interrupted has found or not found says nothing about the file.
  if (input->stopped()) return error(Errc::cancelled, "cancelled");
  if (!opened) return opened.error();
  return input;
}

Result<void> MediaInput::open_container(const std::filesystem::path& path) {
  auto* buffer = static_cast<std::uint8_t*>(av_malloc(buffer_bytes));
  if (!buffer) throw std::bad_alloc{};
  io_.reset(avio_alloc_context(buffer, buffer_bytes, 0, this, &read, nullptr, &seek));
  auto* context = avformat_alloc_context();
  if (!io_ || !context) throw std::bad_alloc{};
  context->pb = io_.get();
  context->flags |= AVFMT_FLAG_CUSTOM_IO;
  context->interrupt_callback = {&interrupted, this};
  context->io_open = &refuse_other_files;
  context->max_streams = 16;

  AVDictionary* options = nullptr;
  av_dict_set(&options, "format_whitelist", demuxers, 0);
  av_dict_set(&options, "codec_whitelist", codecs, 0);
  av_dict_set(&options, "protocol_whitelist", "", 0);
  av_dict_set(&options, "probesize", "2000000", 0);
  // Only the extension is told: it helps to recognise an MP3 behind garbage.
  const auto name = "sound" + path.extension().string();
  const int opened =
      avformat_open_input(&context, name.c_str(), nullptr, &options);  // frees context on failure
  av_dict_free(&options);
  if (opened < 0) {
    if (opened == AVERROR_INVALIDDATA || opened == AVERROR(EINVAL))
      return error(Errc::unsupported, "not a sound file of a kind that is played");
    return error(Errc::broken, "the file can't be read: " + ff::text(opened));
  }
  format_.reset(context);
  if (const int found = avformat_find_stream_info(context, nullptr); found < 0) {
    return error(Errc::broken, "no sound could be found in the file: " + ff::text(found));
  }
  stream_ = av_find_best_stream(context, AVMEDIA_TYPE_AUDIO, -1, -1, nullptr, 0);
  if (stream_ < 0) return error(Errc::unsupported, "there is no sound in the file");
  for (unsigned i = 0; i < context->nb_streams; ++i) {
    if (static_cast<int>(i) != stream_) context->streams[i]->discard = AVDISCARD_ALL;
  }
  return {};
}

Result<void> MediaInput::open_codec() {
  const auto* stream = format_->streams[stream_];
  const auto* codec = avcodec_find_decoder(stream->codecpar->codec_id);
  if (!codec || !av_match_list(codec->name, codecs, ','))
    return error(Errc::unsupported, std::string{"sound coded as "} +
                                        avcodec_get_name(stream->codecpar->codec_id) + " isn't played");
  codec_.reset(avcodec_alloc_context3(codec));
  if (!codec_) throw std::bad_alloc{};
  if (const int set = avcodec_parameters_to_context(codec_.get(), stream->codecpar); set < 0)
    return error(Errc::broken, "the sound's header is damaged: " + ff::text(set));
  codec_->pkt_timebase = stream->time_base;
  codec_->thread_count = 1;
  if (const int opened = avcodec_open2(codec_.get(), codec, nullptr); opened < 0)
    return error(Errc::broken, "the sound's header is damaged: " + ff::text(opened));
  return {};
}

}  // namespace longwave::audio
