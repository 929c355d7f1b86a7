// SPDX-License-Identifier: Apache-2.0
#include "schedule/programmer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

/// What people may do to the queue.
namespace longwave::schedule {

namespace {

Reason requested(const std::string& by) {
  Reason reason;
  reason.rule = rule::request;
  reason.text = by.empty() ? "Requested" : fmt::format("Requested by {}", by);
  return reason;
}

Error no_such_entry(EntryId entry) {
  return error(Errc::not_found, fmt::format("entry {} is not in the queue", entry.value));
}

}  // namespace

/// Nothing can be put before this index: the item on air, and one that the player has begun to send.
std::size_t Programmer::first_open_index() const {
  return queue_.next_index() + (fixed_ ? 1 : 0);
}

std::size_t Programmer::behind_requests() const {
  auto index = queue_.size();
  while (index > first_open_index() && queue_.entries()[index - 1]->reason.drawn()) --index;
  return index;
}

Result<Answer> Programmer::execute(const Add& add) {
  if (add.tracks.empty()) return error(Errc::invalid, "tracks: expected at least one track id");
  if (queue_.size() + add.tracks.size() > rules_.max_entries) {
    return error(Errc::full, fmt::format("the queue holds at most {} entries", rules_.max_entries));
  }
  if (!catalogue_) return error(Errc::unavailable, "the library isn't loaded yet");
  std::vector<Entry> entries;
  entries.reserve(add.tracks.size());
  for (const auto track : add.tracks) {
    const auto* candidate = catalogue_->find(track);
    if (!candidate) return error(Errc::not_found, fmt::format("track {} is not in the library", track.value));
    if (!candidate->playable) {
      return error(Errc::conflict,
                   fmt::format("track {} can't be played: its file is missing or broken", track.value));
    }
    Entry entry;
    entry.track = track;
    entry.artist = candidate->artist;
    entry.duration = to_samples(std::chrono::milliseconds{std::max(candidate->duration_ms, 0)});
    entry.added_by = add.by;
    entry.reason = requested(add.by);
    entries.push_back(std::move(entry));
  }
  Answer answer;
  for (auto& entry : entries) {
    entry.id = EntryId{row_.next_entry++};
    answer.entries.push_back(entry.id);
  }
  const auto at =
      add.at ? std::max(*add.at, first_open_index()) : std::max(behind_requests(), first_open_index());
  queue_.insert(at, std::move(entries));
  review_ = true;
  return answer;
}

Result<Answer> Programmer::execute(const Remove& remove) {
  if (!queue_.find(remove.entry)) return no_such_entry(remove.entry);
  if (current_ && current_->entry->id == remove.entry)
    return leaving() ? Answer{} : execute(Skip{remove.by});  // it goes within seconds, or now
  if (fixed_ == remove.entry) {
    fixed_ = {};
    cut_next_ = true;
  }
  asked_.erase(remove.entry);
  queue_.remove(remove.entry);
  review_ = true;
  return Answer{};
}

Result<Answer> Programmer::execute(const Move& move) {
  const auto from = queue_.index_of(move.entry);
  if (!from) return no_such_entry(move.entry);
  if (current_ && current_->entry->id == move.entry) {
    return error(Errc::conflict, fmt::format("entry {} is on air", move.entry.value));
  }
  if (fixed_ == move.entry) {
    return error(Errc::conflict, fmt::format("entry {} begins within seconds", move.entry.value));
  }
  // Seen from behind the cursor, taking the entry out of the part that was played moves the rest up by one.
  const bool was_played = *from < queue_.next_index();
  queue_.move(move.entry, std::max(move.to, first_open_index() - (was_played ? 1 : 0)));
  const auto& entry = *queue_.find(move.entry);
  if (entry.reason.drawn()) {
    auto chosen = entry;
    chosen.added_by = move.by;
    chosen.reason = requested(move.by);
    chosen.reason.text = move.by.empty() ? "Chosen by the AutoDJ, moved by hand"
                                         : fmt::format("Chosen by the AutoDJ, moved by {}", move.by);
    queue_.update(std::move(chosen));
  }
  review_ = true;
  return Answer{};
}

Result<Answer> Programmer::execute(const Clear&) {
  std::vector<EntryId> gone;
  for (const auto& entry : queue_.entries()) {
    if (entry->id != fixed_ && !(current_ && current_->entry->id == entry->id)) gone.push_back(entry->id);
  }
  if (gone.size() + 2 >= queue_.size() && !fixed_ && (current_ || queue_.cursor() < 0)) {
    queue_.clear();
  } else {
    for (const auto id : gone) queue_.remove(id);
  }
  for (const auto id : gone) asked_.erase(id);
  review_ = true;
  return Answer{};
}

Result<Answer> Programmer::execute(const Skip&) {
  if (!current_) return error(Errc::conflict, "nothing is on air");
  // What leads into the next item is on its way to listeners already; another skip would be one too many.
  if (leaving())
    return error(Errc::conflict, "the next track is beginning already: it is heard within seconds");
  if (!skip_pending_) skip_asked_ = moment_.now;
  skip_pending_ = true;
  review_ = true;
  return Answer{};
}

}  // namespace longwave::schedule
