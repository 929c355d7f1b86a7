// SPDX-License-Identifier: Apache-2.0
#include "schedule/programmer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

/// What people do with several entries of the queue at once, and with the whole list.
namespace longwave::schedule {

namespace {

Error no_such_range() {
  return error(Errc::invalid, "there is no such range in the queue");
}

}  // namespace

Result<Answer> Programmer::execute(const RemoveRange& remove) {
  if (remove.begin >= remove.end || remove.begin >= queue_.size()) return no_such_range();
  const auto end = std::min(remove.end, queue_.size());
  const auto cursor = queue_.cursor();
  for (const auto& coming : line_) {
    const auto index = queue_.index_of(coming.entry->id);
    if (!index || *index < remove.begin || *index >= end) continue;
    asked_.erase(coming.take);
    if (fixed_ == coming.take) {
      fixed_ = {};
      cut_next_ = true;
    }
  }
  const bool current = cursor >= static_cast<int>(remove.begin) && cursor < static_cast<int>(end);
  const bool marked = row_.marked && row_.state != Transport::stopped;
  queue_.remove(remove.begin, end);
  if (current) {
    const auto before = static_cast<int>(remove.begin) - 1;
    if (marked && queue_.cursor() >= 0) {
      queue_.set_cursor(static_cast<int>(remove.begin));
    } else {
      queue_.set_cursor(queue_.size() == 0 ? -1 : before);
      if (before < 0 && queue_.size() > 0 && !consuming()) mark(0);
      if (marked) row_.marked = false;
    }
  }
  if (queue_.cursor() < 0) row_.marked = false;
  review_ = true;
  dirty_ = true;
  return Answer{};
}

Result<Answer> Programmer::execute(const MoveRange& move) {
  if (move.begin >= move.end || move.end > queue_.size()) return no_such_range();
  const auto count = move.end - move.begin;
  if (move.to > queue_.size() - count) return no_such_range();
  if (count == 1) return execute(Move{queue_.entries()[move.begin]->id, move.to, move.by});
  auto order = queue_.entries();
  const auto begin = order.begin();
  const auto at = [&](std::size_t index) { return begin + static_cast<std::ptrdiff_t>(index); };
  if (move.to < move.begin) {
    std::rotate(at(move.to), at(move.begin), at(move.end));
  } else {
    std::rotate(at(move.begin), at(move.end), at(move.to + count));
  }
  if (consuming()) {
    // What is on air, and what begins within seconds, stands where it stood.
    const auto open = first_open_index();
    for (std::size_t i = 0; i < std::min(open, order.size()); ++i) {
      if (order[i] != queue_.entries()[i])
        return error(Errc::conflict, "the item on air, and what begins within seconds, can't be moved");
    }
  }
  queue_.arrange(std::move(order));
  review_ = true;
  return Answer{};
}

Result<Answer> Programmer::execute(const Swap& swap) {
  if (swap.a >= queue_.size() || swap.b >= queue_.size()) return no_such_range();
  if (swap.a == swap.b) return Answer{};
  const auto [low, high] = std::minmax(swap.a, swap.b);
  if (low < first_open_index()) return error(Errc::conflict, "the item on air can't be moved");
  const auto first = queue_.entries()[low]->id;
  const auto second = queue_.entries()[high]->id;
  queue_.move(second, low);
  queue_.move(first, high);
  review_ = true;
  return Answer{};
}

Result<Answer> Programmer::execute(const Shuffle& shuffle) {
  const auto end = std::min(shuffle.end, queue_.size());
  if (shuffle.begin > end) return no_such_range();
  const auto heard = on_air() ? on_air()->id : EntryId{};
  const auto begins = fixed_ && !line_.empty() ? line_.front().entry->id : EntryId{};
  std::vector<std::size_t> places;
  for (auto i = shuffle.begin; i < end; ++i) {
    const auto id = queue_.entries()[i]->id;
    if (id != heard && id != begins) places.push_back(i);
  }
  auto order = queue_.entries();
  for (auto i = places.size(); i > 1; --i) std::swap(order[places[i - 1]], order[places[random_.below(i)]]);
  queue_.arrange(std::move(order));
  review_ = true;
  return Answer{};
}

Result<Answer> Programmer::execute(const LoadList& load) {
  if (load.name.empty()) return error(Errc::invalid, "a list needs a name");
  if (!catalogue_) return error(Errc::unavailable, "the library isn't loaded yet");
  if (load.tracks.size() > rules_.max_entries)
    return error(Errc::full, fmt::format("the queue holds at most {} entries", rules_.max_entries));
  std::vector<Entry> entries;
  entries.reserve(load.tracks.size());
  auto cursor = -1;
  for (std::size_t i = 0; i < load.tracks.size(); ++i) {
    auto entry = entry_for(load.tracks[i], load.by);
    if (!entry && !catalogue_->find(load.tracks[i])) continue;
    if (!entry) {  // its file is away at present: it keeps its place
      entry = Entry{};
      entry->track = load.tracks[i];
      entry->artist = catalogue_->find(load.tracks[i])->artist;
      entry->added_by = load.by;
    }
    entry->reason.rule = rule::request;
    entry->reason.text = fmt::format("From the list {}", load.name);
    if (static_cast<int>(i) <= load.position) cursor = static_cast<int>(entries.size());
    entries.push_back(std::move(*entry));
  }
  execute(Clear{load.by, true});
  row_.list = load.name;
  Answer answer;
  for (auto& entry : entries) {
    entry.id = EntryId{row_.next_entry++};
    answer.entries.push_back(entry.id);
  }
  queue_.insert(0, std::move(entries));
  if (load.position >= 0 && cursor >= 0) queue_.set_cursor(cursor);
  row_.marked = row_.state == Transport::stopped && queue_.cursor() >= 0;
  shuffle_stale_ = true;
  review_ = true;
  return answer;
}

}  // namespace longwave::schedule
