// SPDX-License-Identifier: Apache-2.0
#include "audio/item_source.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace longwave::audio {

ItemBounds item_bounds(const Analysis& analysis, Format format) {
  const auto begin = format_samples(format, analysis.begin);
  return {begin, begin + format_samples(format, analysis.played())};
}

Result<ItemSource> ItemSource::open(const TrackSound& sound, Format format, std::int64_t from,
                                    std::stop_token stop) {
  const auto rate = info(format).sample_rate;
  DecoderOptions options;
  options.rate = rate;
  if (!sound.analysis.partial) options.origin = sound.analysis.origin;
  auto decoder = Decoder::open(sound.path, options, std::move(stop));
  if (!decoder) return decoder.error();

  const auto bounds = item_bounds(sound.analysis, format);
  const auto run_in = std::min<std::int64_t>(from, sound.gain.limiter ? rate : 0);
  const auto start = bounds.begin + from - run_in;
  if (start > 0) {
    if (auto sought = decoder->seek(start); !sought) return sought.error();
  }
  ItemSource source{std::move(*decoder), Dynamics{sound.gain, rate}};
  // How long an unanalysed file is only its end tells.
  source.left_ = sound.analysis.partial ? std::numeric_limits<std::int64_t>::max() : bounds.end - start;
  source.drop_ = run_in;
  return source;
}

Result<std::size_t> ItemSource::read(std::span<float> pairs) {
  std::size_t filled = 0;
  while (filled < pairs.size()) {
    if (out_at_ < out_.size()) {
      const auto n = std::min(pairs.size() - filled, out_.size() - out_at_);
      std::memcpy(pairs.data() + filled, out_.data() + out_at_, n * sizeof(float));
      filled += n;
      out_at_ += n;
      continue;
    }
    if (ended_) break;
    out_.clear();
    out_at_ = 0;
    in_.resize(8192);
    const auto want = std::min<std::int64_t>(static_cast<std::int64_t>(in_.size() / 2), left_);
    auto got = want > 0 ? decoder_.read(std::span{in_}.first(static_cast<std::size_t>(want) * 2))
                        : Result<std::size_t>{std::size_t{0}};
    if (!got) return got.error();
    left_ -= static_cast<std::int64_t>(*got);
    dynamics_.push(std::span{in_}.first(*got * 2), out_);
    if (*got == 0) {
      dynamics_.finish(out_);
      ended_ = true;
    }
    const auto dropped = std::min<std::int64_t>(drop_, static_cast<std::int64_t>(out_.size() / 2));
    drop_ -= dropped;
    out_at_ = static_cast<std::size_t>(dropped) * 2;
  }
  return filled / 2;
}

}  // namespace longwave::audio
