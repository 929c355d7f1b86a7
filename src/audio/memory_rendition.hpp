// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "audio/rendition.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace longwave::audio {

/// How much sound a rendition keeps at each end for its joints: enough for priming, margin, the rest of the
/// item, and one frame of shift.
std::int64_t edge_samples(Format format);

/// A rendition in memory: one thread appends, any other reads (see Rendition).
class MemoryRendition final : public Rendition {
 public:
  /// `samples`: of the item, as far as known.
  MemoryRendition(Format format, std::int64_t first_frame, std::int64_t samples);

  // The writer's side.
  bool append_frame(std::string_view bytes);  ///< false: longer than anything that is played
  void append_sound(
      std::span<const float> pairs);  ///< what is encoded, in order, from frame first_frame() on
  void complete(std::int64_t samples);
  void fail(std::string problem);

  Format format() const override { return format_; }
  std::int64_t first_frame() const override { return first_frame_; }
  std::int64_t frames_ready() const override {
    return first_frame_ + static_cast<std::int64_t>(frames_.size());
  }
  std::string_view frame(std::int64_t i) const override;
  bool complete() const override { return state_.load(std::memory_order_acquire) == State::complete; }
  bool failed() const override { return state_.load(std::memory_order_acquire) == State::failed; }
  std::string problem() const override;
  int level_db(std::int64_t i) const override;
  std::int64_t samples() const override { return samples_.load(std::memory_order_acquire); }
  Edge head() const override;
  Edge tail() const override;
  std::size_t size_bytes() const override { return bytes_.load(std::memory_order_relaxed); }

  std::size_t level_count() const { return levels_.size(); }

 private:
  enum class State { growing, complete, failed };
  struct View {
    const char* data = nullptr;
    std::uint32_t size = 0;
  };
  static constexpr std::size_t block_bytes = 256 << 10;

  void finish_level();

  const Format format_;
  const std::int64_t first_frame_;
  const std::int64_t level_samples_;  // of 100 ms
  std::atomic<std::int64_t> samples_;
  std::atomic<State> state_{State::growing};
  std::atomic<std::size_t> bytes_{0};
  std::string problem_;  // written before state_ becomes failed

  GrowingList<View, 4096, 2048> frames_;
  GrowingList<std::int8_t, 4096, 1024> levels_;
  std::vector<std::unique_ptr<char[]>> blocks_;  // the writer's
  std::size_t block_used_ = block_bytes;

  std::int64_t sound_at_;     // next sample of the item append_sound() gets
  std::int64_t level_first_;  // index of levels_[0]
  std::int64_t level_filled_ = 0;
  double level_left_ = 0, level_right_ = 0;
  std::vector<std::int16_t> head_;  // reserved at the start, so that it never moves
  std::atomic<bool> head_ready_{false};
  std::vector<std::int16_t> recent_;  // the writer's: the last samples, a ring
  std::int64_t recent_count_ = 0;
  std::vector<std::int16_t> tail_;
};

std::int8_t level_of(double mean_square);

}  // namespace longwave::audio
