// SPDX-License-Identifier: Apache-2.0
#include "audio/memory_rendition.hpp"

#include "base/assert.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace longwave::audio {
namespace {

std::int16_t to_int16(float x) {
  return static_cast<std::int16_t>(std::lrintf(std::clamp(x, -1.0f, 1.0f) * 32767.0f));
}

}  // namespace

std::int64_t edge_samples(Format format) {
  const auto& f = info(format);
  return static_cast<std::int64_t>(f.priming_frames + f.margin_frames + 6) * f.frame_samples;
}

std::int8_t level_of(double mean_square) {
  if (!(mean_square > 1e-13)) return -128;
  return static_cast<std::int8_t>(std::clamp(std::lround(10 * std::log10(mean_square)), -128l, 20l));
}

MemoryRendition::MemoryRendition(Format format, std::int64_t first_frame, std::int64_t samples)
    : format_(format),
      first_frame_(first_frame),
      level_samples_(info(format).sample_rate / 10),
      samples_(samples),
      sound_at_(first_frame * info(format).frame_samples),
      level_first_((sound_at_ + level_samples_ - 1) / level_samples_),
      recent_(static_cast<std::size_t>(edge_samples(format)) * 2) {
  head_.reserve(recent_.size());
}

bool MemoryRendition::append_frame(std::string_view bytes) {
  if (bytes.size() > block_bytes) return false;
  if (block_used_ + bytes.size() > block_bytes) {
    blocks_.push_back(std::make_unique<char[]>(block_bytes));
    block_used_ = 0;
  }
  char* to = blocks_.back().get() + block_used_;
  std::memcpy(to, bytes.data(), bytes.size());
  block_used_ += bytes.size();
  bytes_.fetch_add(bytes.size(), std::memory_order_relaxed);
  return frames_.append({to, static_cast<std::uint32_t>(bytes.size())});
}

void MemoryRendition::append_sound(std::span<const float> pairs) {
  const auto n = static_cast<std::int64_t>(pairs.size() / 2);
  const auto ring = static_cast<std::int64_t>(recent_.size() / 2);
  for (std::int64_t i = 0; i < n; ++i, ++sound_at_) {
    const float left = pairs[static_cast<std::size_t>(2 * i)];
    const float right = pairs[static_cast<std::size_t>(2 * i + 1)];
    const auto slot = static_cast<std::size_t>(recent_count_++ % ring) * 2;
    recent_[slot] = to_int16(left);
    recent_[slot + 1] = to_int16(right);
    if (first_frame_ == 0 && sound_at_ < ring) {
      head_.push_back(recent_[slot]);
      head_.push_back(recent_[slot + 1]);
    }
    if (sound_at_ < level_first_ * level_samples_) continue;
    level_left_ += static_cast<double>(left) * left;
    level_right_ += static_cast<double>(right) * right;
    if (++level_filled_ == level_samples_) finish_level();
  }
  if (first_frame_ == 0 && sound_at_ >= ring) head_ready_.store(true, std::memory_order_release);
}

void MemoryRendition::finish_level() {
  levels_.append(level_of(std::max(level_left_, level_right_) / static_cast<double>(level_filled_)));
  level_left_ = level_right_ = 0;
  level_filled_ = 0;
}

void MemoryRendition::complete(std::int64_t samples) {
  if (level_filled_ > 0) finish_level();
  const auto ring = static_cast<std::int64_t>(recent_.size() / 2);
  const auto kept = std::min(recent_count_, ring);
  tail_.reserve(static_cast<std::size_t>(kept) * 2);
  for (auto i = recent_count_ - kept; i < recent_count_; ++i) {
    const auto slot = static_cast<std::size_t>(i % ring) * 2;
    tail_.push_back(recent_[slot]);
    tail_.push_back(recent_[slot + 1]);
  }
  samples_.store(samples, std::memory_order_release);
  if (first_frame_ == 0) head_ready_.store(true, std::memory_order_release);
  state_.store(State::complete, std::memory_order_release);
}

void MemoryRendition::fail(std::string problem) {
  if (state_.load(std::memory_order_relaxed) != State::growing) return;
  problem_ = std::move(problem);
  state_.store(State::failed, std::memory_order_release);
}

std::string_view MemoryRendition::frame(std::int64_t i) const {
  LW_ASSERT(i >= first_frame_ && i < frames_ready(), "a frame that isn't there");
  const auto& view = frames_[static_cast<std::size_t>(i - first_frame_)];
  return {view.data, view.size};
}

std::string MemoryRendition::problem() const {
  return failed() ? problem_ : std::string{};
}

int MemoryRendition::level_db(std::int64_t i) const {
  const auto index = i - level_first_;
  if (index < 0 || index >= static_cast<std::int64_t>(levels_.size())) return -128;
  return levels_[static_cast<std::size_t>(index)];
}

Edge MemoryRendition::head() const {
  if (!head_ready_.load(std::memory_order_acquire)) return {};
  return {0, head_};
}

Edge MemoryRendition::tail() const {
  if (!complete()) return {};
  return {samples() - static_cast<std::int64_t>(tail_.size() / 2), tail_};
}

}  // namespace longwave::audio
