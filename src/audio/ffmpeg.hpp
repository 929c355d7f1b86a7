// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

struct AVFormatContext;
struct AVIOContext;
struct AVCodecContext;
struct AVPacket;
struct AVFrame;
struct SwrContext;

/// Owners of FFmpeg's objects, for this room's sources only. FFmpeg's own headers stay in the .cpp files.
namespace longwave::audio::ff {

struct Free {
  void operator()(AVFormatContext* p) const;
  void operator()(AVIOContext* p) const;
  void operator()(AVCodecContext* p) const;
  void operator()(AVPacket* p) const;
  void operator()(AVFrame* p) const;
  void operator()(SwrContext* p) const;
};
template <class T>
using Owner = std::unique_ptr<T, Free>;

Owner<AVPacket> packet();  ///< throws std::bad_alloc
Owner<AVFrame> frame();    ///< throws std::bad_alloc

/// FFmpeg's words for one of its error numbers.
std::string text(int code);

/// Once for the process, before anything else of FFmpeg: it writes nothing to standard error, and takes no
/// more than 512 MiB at once.
void restrain();

}  // namespace longwave::audio::ff
