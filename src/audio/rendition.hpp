// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "audio/format.hpp"
#include "base/result.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::audio {

/// A list that one thread appends to while others read what is there already: blocks never move, the count is
/// published with release and read with acquire. append() refuses past the limit.
template <class T, std::size_t BlockSize, std::size_t MaxBlocks>
class GrowingList {
 public:
  GrowingList() : blocks_(MaxBlocks) {}
  std::size_t size() const { return size_.load(std::memory_order_acquire); }
  const T& operator[](std::size_t i) const { return (*blocks_[i / BlockSize])[i % BlockSize]; }
  bool append(T value) {
    const auto i = size_.load(std::memory_order_relaxed);
    if (i / BlockSize >= MaxBlocks) return false;
    auto& block = blocks_[i / BlockSize];
    if (!block) block = std::make_unique<std::array<T, BlockSize>>();
    (*block)[i % BlockSize] = std::move(value);
    size_.store(i + 1, std::memory_order_release);
    return true;
  }

 private:
  std::vector<std::unique_ptr<std::array<T, BlockSize>>> blocks_;
  std::atomic<std::size_t> size_{0};
};

/// Sound just after its gain and limiter, from which joints are made without touching the original file.
struct Edge {
  std::int64_t at = 0;                    ///< sample of the format, in the item
  std::span<const std::int16_t> samples;  ///< stereo pairs
};

/// A track as frames of one format, from its (trimmed) beginning: frame i of the item holds its samples
/// [i * frame_samples, (i+1) * frame_samples) in the encoder's coordinates. Every const member may be called
/// from any thread while it is still being encoded by one other (the views stay valid as long as the
/// rendition lives).
class Rendition {
 public:
  virtual ~Rendition() = default;

  virtual Format format() const = 0;
  /// Frames [first_frame(), frames_ready()) can be read. first_frame() is 0 unless it is a transient
  /// rendition.
  virtual std::int64_t first_frame() const = 0;
  virtual std::int64_t frames_ready() const = 0;
  virtual std::string_view frame(std::int64_t i) const = 0;  ///< a bug outside of that range

  virtual bool complete() const = 0;  ///< all frames are there
  virtual bool failed() const = 0;    ///< no more will come; problem() says why, in words for the history
  virtual std::string problem() const = 0;

  /// RMS level in dBFS of the item's 100 ms number `i` as sent; -128 = digital silence or not known (yet).
  virtual int level_db(std::int64_t i) const = 0;

  /// Exact length of the item in samples of the format; what follows it in the last frames is padding.
  virtual std::int64_t samples() const = 0;
  virtual Edge head() const = 0;  ///< empty until its sound is there, or if it doesn't begin at frame 0
  virtual Edge tail() const = 0;  ///< empty unless complete()

  virtual std::size_t size_bytes() const = 0;
};

using RenditionPtr = std::shared_ptr<const Rendition>;

}  // namespace longwave::audio
