// SPDX-License-Identifier: Apache-2.0
#include "schedule/candidate.hpp"

#include <utility>

namespace longwave::schedule {

Catalogue::Catalogue(std::vector<Candidate> rows) : rows_(std::move(rows)) {
  by_track_.reserve(rows_.size());
  double total = 0;
  for (std::uint32_t i = 0; i < rows_.size(); ++i) {
    const auto& row = rows_[i];
    by_track_.emplace(row.track, i);
    any_playable_ |= row.playable;
    any_analysed_ |= row.playable && row.analysed;
    if (!row.playable || !(row.weight > 0)) continue;
    slots_.push_back(i);
    total += row.weight;
    if (row.artist != 0) ++by_artist_[row.artist];
  }
  drawable_ = slots_.size();
  alias_.resize(drawable_);
  keep_.resize(drawable_);
  // Vose's method: every slot holds one row whole, or shares with one other, so that a draw costs two
  // numbers.
  std::vector<double> share(drawable_);
  std::vector<std::uint32_t> small;
  std::vector<std::uint32_t> large;
  for (std::uint32_t i = 0; i < drawable_; ++i) {
    share[i] = rows_[slots_[i]].weight * static_cast<double>(drawable_) / total;
    (share[i] < 1 ? small : large).push_back(i);
  }
  while (!small.empty() && !large.empty()) {
    const auto less = small.back();
    const auto more = large.back();
    small.pop_back();
    keep_[less] = static_cast<float>(share[less]);
    alias_[less] = more;
    share[more] -= 1 - share[less];
    if (share[more] < 1) {
      large.pop_back();
      small.push_back(more);
    }
  }
  for (const auto& rest : {small, large}) {
    for (const auto i : rest) {
      keep_[i] = 1;
      alias_[i] = i;
    }
  }
}

const Candidate* Catalogue::find(TrackId track) const {
  const auto found = by_track_.find(track);
  return found == by_track_.end() ? nullptr : &rows_[found->second];
}

bool Catalogue::playable(TrackId track) const {
  const auto* row = find(track);
  return row && row->playable;
}

std::size_t Catalogue::drawable_by(std::int64_t artist) const {
  const auto found = by_artist_.find(artist);
  return found == by_artist_.end() ? 0 : found->second;
}

const Candidate& Catalogue::draw(Random& random) const {
  const auto slot = static_cast<std::size_t>(random.below(drawable_));
  return rows_[slots_[random.unit() < keep_[slot] ? slot : alias_[slot]]];
}

}  // namespace longwave::schedule
