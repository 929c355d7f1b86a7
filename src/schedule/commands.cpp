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

/// Nothing can be put before this index: the item on air, and one that the player has begun to send. A list
/// that keeps its entries is free.
std::size_t Programmer::first_open_index() const {
  if (!consuming()) return 0;
  return first_next() + (fixed_ ? 1 : 0);
}

std::size_t Programmer::behind_requests() const {
  auto index = queue_.size();
  const auto first = first_next() + (fixed_ ? 1 : 0);
  while (index > first && queue_.entries()[index - 1]->reason.drawn()) --index;
  return index;
}

Result<Entry> Programmer::entry_for(TrackId track, const std::string& by) const {
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
  entry.added_by = by;
  entry.reason = requested(by);
  return entry;
}

/// The index for new entries.
Result<std::size_t> Programmer::place(Where where, std::optional<std::size_t> at, EntryId entry) {
  if (at) where = Where::index;
  const auto behind_current = std::max(static_cast<std::size_t>(queue_.cursor() + 1), first_open_index());
  std::size_t index = queue_.size();
  switch (where) {
    case Where::requests:
      index = behind_requests();
      break;
    case Where::index:
      index = at.value_or(queue_.size());
      break;
    case Where::next:
      index = behind_current;
      break;
    case Where::last:
      break;
    case Where::after: {
      const auto found = queue_.index_of(entry);
      if (!found) return no_such_entry(entry);
      index = *found + 1;
      break;
    }
    case Where::random:
      index = behind_current + random_.below(queue_.size() - std::min(behind_current, queue_.size()) + 1);
      break;
  }
  return std::min(std::max(index, first_open_index()), queue_.size());
}

Answer Programmer::insert(std::size_t at, std::vector<Entry> entries, Where where) {
  Answer answer;
  for (auto& entry : entries) {
    entry.id = EntryId{row_.next_entry++};
    answer.entries.push_back(entry.id);
    note_added(entry.track);
  }
  queue_.insert(at, std::move(entries));
  if (row_.modes.random && where == Where::next) {
    row_.round.coming.insert(row_.round.coming.begin(), answer.entries.begin(), answer.entries.end());
  }
  review_ = true;
  return answer;
}

Result<Answer> Programmer::execute(const Add& add) {
  if (add.tracks.empty()) return error(Errc::invalid, "tracks: expected at least one track id");
  if ((add.replace ? 0 : queue_.size()) + add.tracks.size() > rules_.max_entries) {
    return error(Errc::full, fmt::format("the queue holds at most {} entries", rules_.max_entries));
  }
  if (!catalogue_) return error(Errc::unavailable, "the library isn't loaded yet");
  std::vector<Entry> entries;
  entries.reserve(add.tracks.size());
  for (const auto track : add.tracks) {
    auto entry = entry_for(track, add.by);
    if (!entry) return entry.error();
    entries.push_back(std::move(*entry));
  }
  if (add.replace) {
    empty_the_list();
    return insert(0, std::move(entries), Where::last);
  }
  const auto at = place(add.where, add.at, add.entry);
  if (!at) return at.error();
  return insert(*at, std::move(entries), add.where);
}

Result<Answer> Programmer::execute(const AddRandom& add) {
  if (!catalogue_) return error(Errc::unavailable, "the library isn't loaded yet");
  if (queue_.size() >= rules_.max_entries)
    return error(Errc::full, fmt::format("the queue holds at most {} entries", rules_.max_entries));
  const auto at = place(add.where, std::nullopt, add.entry);
  if (!at) return at.error();
  const auto picked = by_album(add.album);
  if (!picked) return error(Errc::not_found, "no song fits the random rules");
  auto entry = entry_for(picked->candidate.track, add.by);
  if (!entry) return entry.error();
  entry->reason = picked->reason;
  std::vector<Entry> one;
  one.push_back(std::move(*entry));
  return insert(*at, std::move(one), add.where);
}

/// Out of the list; the cursor goes one down when it is at or behind it, and what follows still follows.
void Programmer::take_out(EntryId id) {
  const auto index = queue_.index_of(id);
  if (!index) return;
  const auto at = static_cast<int>(*index);
  const auto cursor = queue_.cursor();
  const bool stays = row_.marked && row_.state != Transport::stopped;
  if (at == cursor && cursor >= 0 && !stays) {
    if (cursor > 0) {
      queue_.set_cursor(cursor - 1);
    } else if (consuming() && row_.state != Transport::stopped) {
      queue_.set_cursor(-1);
    }
  }
  queue_.remove(id);
  if (at == cursor && cursor == 0 && !consuming() && queue_.size() > 0) row_.marked = true;
  if (at == cursor && stays && queue_.cursor() < 0 && queue_.size() > 0) {
    queue_.set_cursor(static_cast<int>(queue_.size()) - 1);
    row_.marked = false;
  }
  if (queue_.cursor() < 0) row_.marked = false;
  aired_.erase(id);
  dirty_ = true;
}

/// What is heard goes on, detached.
void Programmer::empty_the_list() {
  queue_.clear_all();
  row_.marked = false;
  mark_offset_ = {};
  skip_pending_ = false;
  if (fixed_) {
    fixed_ = {};
    cut_next_ = true;
  }
  line_.clear();
  review_ = true;
  dirty_ = true;
}

Result<Answer> Programmer::execute(const Remove& remove) {
  const bool heard = on_air() && on_air()->id == remove.entry;
  if (!queue_.find(remove.entry)) return no_such_entry(remove.entry);
  if (heard && !remove.detach && consuming()) {
    if (current_ && leaving()) return Answer{};  // it goes within seconds anyway
    return execute(Skip{remove.by});
  }
  if (heard && !remove.detach) {
    const auto skipped = execute(Skip{remove.by});
    if (!skipped && skipped.error().code != Errc::conflict) return skipped;
  }
  const auto coming =
      std::find_if(line_.begin(), line_.end(), [&](const Coming& c) { return c.entry->id == remove.entry; });
  if (coming != line_.end()) {
    if (fixed_ == coming->take) {
      fixed_ = {};
      cut_next_ = true;
    }
    asked_.erase(coming->take);
  }
  take_out(remove.entry);
  review_ = true;
  return Answer{};
}

Result<Answer> Programmer::execute(const RemoveEntries& remove) {
  if (remove.entries.empty()) return error(Errc::invalid, "entry: expected at least one id");
  for (const auto id : remove.entries) {
    if (!queue_.find(id)) return no_such_entry(id);
  }
  const auto heard = on_air() ? on_air()->id : EntryId{};
  for (const auto id : remove.entries) {
    if (id != heard && queue_.find(id)) execute(Remove{id, remove.by, true});
  }
  if (std::find(remove.entries.begin(), remove.entries.end(), heard) == remove.entries.end()) return Answer{};
  return execute(Remove{heard, remove.by, remove.detach});
}

Result<Answer> Programmer::execute(const Move& move) {
  const auto from = queue_.index_of(move.entry);
  if (!from) return no_such_entry(move.entry);
  if (consuming() && on_air() && on_air()->id == move.entry) {
    return error(Errc::conflict, fmt::format("entry {} is on air", move.entry.value));
  }
  if (consuming() && fixed_ && !line_.empty() && line_.front().entry->id == move.entry) {
    return error(Errc::conflict, fmt::format("entry {} begins within seconds", move.entry.value));
  }
  // Seen from behind the cursor, taking the entry out of the part that was played moves the rest up by one.
  const bool was_played = *from < first_next();
  const auto open = first_open_index();
  queue_.move(move.entry, std::max(move.to, open - (was_played && open > 0 ? 1 : 0)));
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

Result<Answer> Programmer::execute(const Clear& clear) {
  if (clear.everything) {
    for (const auto& coming : line_) asked_.erase(coming.take);
    empty_the_list();
    aired_.clear();
    return Answer{};
  }
  const auto heard = on_air() ? on_air()->id : EntryId{};
  const auto begins = fixed_ && !line_.empty() ? line_.front().entry->id : EntryId{};
  std::vector<EntryId> gone;
  for (const auto& entry : queue_.entries()) {
    if (entry->id != begins && entry->id != heard) gone.push_back(entry->id);
  }
  const bool at_cursor = queue_.cursor() < 0 || queue_.current()->id == heard;
  if (gone.size() + 2 >= queue_.size() && !begins && at_cursor) {
    queue_.clear();
  } else {
    for (const auto id : gone) take_out(id);
  }
  for (const auto& coming : line_) {
    if (coming.entry->id != begins) asked_.erase(coming.take);
  }
  review_ = true;
  return Answer{};
}

}  // namespace longwave::schedule
