// SPDX-License-Identifier: Apache-2.0
#include "schedule/programmer.hpp"

#include <algorithm>
#include <utility>

/// What can't be played is given up.
namespace longwave::schedule {

void Programmer::drop_failed(const Coming& coming, const std::string& problem) {
  const auto entry = coming.entry;
  const auto row = add_history(*entry, position_, position_, problem);
  out_.events.emplace_back(HistoryAdded{row_.id, row});
  avoided_[entry->track] = position_ + rules_.avoid;
  forget_stand_in(entry->track);
  asked_.erase(coming.take);
  if (fixed_ == coming.take) {
    fixed_ = {};
    cut_next_ = true;
  }
  if (consuming()) take_out(entry->id);
  std::vector<EntryId> picked;
  for (auto i = first_next(); i < queue_.size() && consuming(); ++i) {
    const auto& other = *queue_.entries()[i];
    const bool begins = fixed_ && !line_.empty() && line_.front().entry->id == other.id;
    if (other.track == entry->track && other.reason.drawn() && !begins) picked.push_back(other.id);
  }
  for (const auto id : picked) withdraw(id);
  review_ = true;
}

/// A pick that isn't wanted any more.
void Programmer::withdraw(EntryId id) {
  const auto known =
      std::find_if(line_.begin(), line_.end(), [&](const Coming& coming) { return coming.entry->id == id; });
  asked_.erase(known != line_.end() ? known->take : id);
  take_out(id);
}

/// Entries whose file is gone are given up when their turn comes near, while there is anything else to play.
/// When nothing is (a disk that isn't mounted), they wait.
void Programmer::drop_vanished() {
  if (!catalogue_ || !catalogue_->any_playable()) return;
  for (std::size_t i = 0; i < std::min(rules_.ahead, line_.size());) {
    const auto coming = line_[i];
    if (ready(coming.take) || catalogue_->playable(coming.entry->track)) {
      ++i;
    } else {
      drop_failed(coming, "The file is missing or can't be read");
      line_up();
    }
  }
}

}  // namespace longwave::schedule
