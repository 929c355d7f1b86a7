// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "audio/ffmpeg.hpp"
#include "audio/input_file.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <stop_token>

namespace longwave::audio {

/// An opened container with its one audio stream chosen, read through our own file access: the part of the
/// decoder that faces hostile bytes. Only the listed demuxers and codecs, no protocol, no second file. One
/// thread.
class MediaInput {
 public:
  static Result<std::unique_ptr<MediaInput>> open(const std::filesystem::path& path, std::stop_token stop);
  MediaInput(const MediaInput&) = delete;
  MediaInput& operator=(const MediaInput&) = delete;
  ~MediaInput();

  AVFormatContext* format() const { return format_.get(); }
  AVCodecContext* codec() const { return codec_.get(); }
  int stream() const { return stream_; }
  bool stopped() const { return stop_.stop_requested(); }

 private:
  MediaInput(InputFile file, std::stop_token stop) : file_(std::move(file)), stop_(std::move(stop)) {}
  Result<void> open_container(const std::filesystem::path& path);
  Result<void> open_codec();
  static int read(void* self, std::uint8_t* buffer, int size);
  static std::int64_t seek(void* self, std::int64_t offset, int whence);
  static int interrupted(void* self);

  InputFile file_;
  std::stop_token stop_;
  std::int64_t position_ = 0;
  ff::Owner<AVIOContext> io_;
  ff::Owner<AVFormatContext> format_;
  ff::Owner<AVCodecContext> codec_;
  int stream_ = -1;
};

}  // namespace longwave::audio
