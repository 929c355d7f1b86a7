// SPDX-License-Identifier: Apache-2.0
#include "schedule/candidate.hpp"

#include <algorithm>
#include <utility>

namespace longwave::schedule {

Catalogue::Catalogue(std::vector<Candidate> rows, Tags tags)
    : rows_(std::move(rows)), tags_(std::move(tags)) {
  for (std::uint32_t i = 0; i < rows_.size(); ++i) {
    if (rows_[i].album != 0) by_album_.push_back(i);
  }
  std::stable_sort(by_album_.begin(), by_album_.end(),
                   [this](std::uint32_t a, std::uint32_t b) { return rows_[a].album < rows_[b].album; });
  for (std::uint32_t i = 0; i < by_album_.size(); ++i) {
    if (i == 0 || rows_[by_album_[i]].album != rows_[by_album_[i - 1]].album) albums_.push_back(i);
  }
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

std::span<const std::uint32_t> Catalogue::album_rows(std::size_t index) const {
  const auto begin = albums_[index];
  const auto end =
      index + 1 < albums_.size() ? albums_[index + 1] : static_cast<std::uint32_t>(by_album_.size());
  return std::span{by_album_}.subspan(begin, end - begin);
}

std::span<const std::uint32_t> Catalogue::rows_of(std::int64_t album) const {
  const auto found =
      std::lower_bound(albums_.begin(), albums_.end(), album,
                       [this](std::uint32_t at, std::int64_t id) { return rows_[by_album_[at]].album < id; });
  if (found == albums_.end() || rows_[by_album_[*found]].album != album) return {};
  return album_rows(static_cast<std::size_t>(found - albums_.begin()));
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
