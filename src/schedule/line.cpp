// SPDX-License-Identifier: Apache-2.0
#include "schedule/programmer.hpp"

#include <algorithm>
#include <utility>

/// What follows the item on air: the order of the list, by chance, once more, or nothing.
namespace longwave::schedule {

namespace {

/// How far ahead the line reaches; only the first Rules::ahead of it are made ready.
constexpr std::size_t reach = 8;

}  // namespace

/// A list that keeps its entries passes over those that can't be played; a consumed one gives them up
/// instead.
bool Programmer::plays(const Entry& entry) const {
  if (consuming()) return true;
  const auto failed = avoided_.find(entry.track);
  if (failed != avoided_.end() && failed->second > position_) return false;
  return !catalogue_ || !catalogue_->any_playable() || catalogue_->playable(entry.track);
}

/// Indices of what follows. `by_itself`: without anybody doing anything, so that `single` counts.
std::vector<std::size_t> Programmer::following(std::size_t most, bool by_itself) const {
  const auto& entries = queue_.entries();
  std::vector<std::size_t> result;
  const auto heard = on_air();
  const auto on_air_index = heard ? queue_.index_of(heard->id) : std::nullopt;
  const auto add = [&](std::size_t index) {
    if (result.size() < most && plays(*entries[index])) result.push_back(index);
  };
  const bool marked = row_.marked && queue_.cursor() >= 0;
  if (fixed_ && !line_.empty() && line_.front().take == fixed_) {
    if (const auto index = queue_.index_of(line_.front().entry->id)) result.push_back(*index);
  }
  if (by_itself && row_.modes.single != Switch::off && heard && !marked && result.empty()) {
    for (std::size_t i = 0; i < most && row_.modes.repeat && !consuming() && on_air_index; ++i)
      add(*on_air_index);
    return result;
  }
  const auto first = result.empty() ? std::optional<std::size_t>{} : result.front();
  if (row_.modes.random) {
    if (marked && first != first_next()) add(first_next());
    const auto ahead = result;
    for (const auto id : row_.round.coming) {
      const auto index = result.size() < most ? queue_.index_of(id) : std::nullopt;
      if (index && std::find(ahead.begin(), ahead.end(), *index) == ahead.end()) add(*index);
    }
    return result;
  }
  auto index = first_next();
  if (first && !marked) index = *first + 1;
  for (; index < entries.size() && result.size() < most; ++index) {
    if (first != index && !(consuming() && on_air_index == index)) add(index);
  }
  if (!row_.modes.repeat || consuming()) return result;
  while (result.size() < most) {
    const auto before = result.size();
    for (std::size_t i = 0; i < entries.size() && result.size() < most; ++i) add(i);
    if (result.size() == before) break;
  }
  return result;
}

/// The order by chance holds what wasn't played in this round; what is new gets a place in it by chance. With
/// `repeat` the next round stands behind it in time.
void Programmer::shuffle_round() {
  if (!row_.modes.random) {
    row_.round = {};
    return;
  }
  auto& [coming, played] = row_.round;
  const auto gone = [this](EntryId id) { return !queue_.find(id); };
  if (queue_.changed() || shuffle_stale_) {
    std::unordered_set<EntryId> there, known(played.begin(), played.end());
    for (const auto& entry : queue_.entries()) there.insert(entry->id);
    std::erase_if(coming, [&](EntryId id) { return !there.contains(id); });
    std::erase_if(played, [&](EntryId id) { return !there.contains(id); });
    known.insert(coming.begin(), coming.end());
    if (const auto heard = on_air()) known.insert(heard->id);
    for (const auto& entry : queue_.entries()) {
      if (known.contains(entry->id)) continue;
      const auto at = random_.below(coming.size() + 1);
      coming.insert(coming.begin() + static_cast<std::ptrdiff_t>(at), entry->id);
    }
    shuffle_stale_ = false;
  }
  if (!row_.modes.repeat || consuming() || coming.size() >= reach || queue_.size() == 0) return;
  std::vector<EntryId> again;
  for (const auto& entry : queue_.entries()) again.push_back(entry->id);
  for (auto i = again.size(); i > 1; --i) std::swap(again[i - 1], again[random_.below(i)]);
  const auto last = !coming.empty() ? coming.back() : on_air() ? on_air()->id : EntryId{};
  if (again.size() > 1 && again.front() == last) std::swap(again.front(), again.back());
  for (std::size_t i = 0; coming.size() < reach; i = (i + 1) % again.size()) coming.push_back(again[i]);
  if (again.size() > reach) {
    for (auto i = reach; i < again.size(); ++i) {
      if (std::find(coming.begin(), coming.end(), again[i]) == coming.end()) coming.push_back(again[i]);
    }
  }
  std::erase_if(played, gone);
}

/// The line after whatever has changed. Airings that were in it already keep their takes.
void Programmer::line_up() {
  shuffle_round();
  auto old = line_;
  std::vector<Coming> line;
  for (const auto index : following(std::max(rules_.ahead, reach), true)) {
    const auto& entry = queue_.entries()[index];
    const auto known = std::find_if(old.begin(), old.end(),
                                    [&](const Coming& c) { return c.entry && c.entry->id == entry->id; });
    Coming coming{entry, known != old.end() ? known->take : EntryId{}, Samples{0}};
    if (known != old.end()) known->entry = nullptr;
    // What the player has begun stays where it began, and is sought in when it is on air.
    const bool begun = !line.empty() && fixed_ && fixed_ == line.front().take;
    const bool first = line.empty() ? !fixed_ || fixed_ != coming.take
                                    : line.size() == 1 && begun && entry != line.front().entry;
    const bool marked = row_.marked && static_cast<int>(index) == queue_.cursor();
    const bool inside = !entry->exact || mark_offset_ < entry->duration;
    if (first && marked && inside) coming.offset = mark_offset_;
    if (line.empty() && !first)
      coming.offset = known->offset;
    else if (coming.offset == Samples{0})
      coming.offset = begins_at(*entry);
    line.push_back(std::move(coming));
  }
  line_ = std::move(line);
  for (auto& coming : line_) {
    if (!coming.take) coming.take = fresh_take(coming.entry->id);
  }
  if (fixed_ && (line_.empty() || line_.front().take != fixed_)) {
    fixed_ = {};  // what had begun is no longer wanted: it is cut
    cut_next_ = true;
  }
}

/// What the player had begun isn't wanted after all. To the player, another try is another item.
void Programmer::give_up_fixed() {
  for (auto& coming : line_) {
    if (!fixed_ || coming.take != fixed_) continue;
    asked_.erase(coming.take);
    aired_.insert(coming.entry->id);
    coming.take = fresh_take(coming.entry->id);
  }
  fixed_ = {};
}

/// The entry's own id the first time, then a new one.
EntryId Programmer::fresh_take(EntryId entry) {
  const bool taken =
      aired_.contains(entry) || take_ == entry || (held_ && held_->take == entry) ||
      std::any_of(line_.begin(), line_.end(), [&](const Coming& c) { return c.take == entry; });
  if (!taken) return entry;
  dirty_ = true;
  return EntryId{row_.next_entry++};
}

/// What follows exists without a hand: the list goes on, or the AutoDJ does.
bool Programmer::goes_on_by_itself() const {
  if (!line_.empty()) return true;
  const bool stops = row_.modes.single != Switch::off && on_air() && !row_.marked;
  return row_.modes.autodj && !stops;
}

EntryPtr Programmer::entry_of(EntryId take) const {
  if (current_ && take_ == take) return current_->entry;
  if (held_ && held_->take == take) return held_->entry;
  const auto found =
      std::find_if(line_.begin(), line_.end(), [&](const Coming& coming) { return coming.take == take; });
  return found == line_.end() ? nullptr : found->entry;
}

}  // namespace longwave::schedule
