// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "audio/decoder.hpp"
#include "audio/dynamics.hpp"
#include "audio/encode.hpp"

#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

namespace longwave::audio {

/// A track as it is encoded: trimmed, at the format's rate, after gain and limiter, from any sample of the
/// item on. Entered in the middle it is the same as in one run (the limiter is run in). One thread; blocks.
class ItemSource {
 public:
  /// `from` in samples of the format, from the item's beginning.
  static Result<ItemSource> open(const TrackSound& sound, Format format, std::int64_t from,
                                 std::stop_token stop);

  /// Fills pairs; fewer than asked for only at the item's end.
  Result<std::size_t> read(std::span<float> pairs);

 private:
  ItemSource(Decoder decoder, Dynamics dynamics)
      : decoder_(std::move(decoder)), dynamics_(std::move(dynamics)) {}

  Decoder decoder_;
  Dynamics dynamics_;
  std::int64_t left_ = 0;  // source pairs until the item ends
  std::int64_t drop_ = 0;  // pairs that only run the limiter in
  bool ended_ = false;
  std::vector<float> in_, out_;
  std::size_t out_at_ = 0;
};

/// First and last sample of the item in the file, at the format's rate.
struct ItemBounds {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};
ItemBounds item_bounds(const Analysis& analysis, Format format);

}  // namespace longwave::audio
