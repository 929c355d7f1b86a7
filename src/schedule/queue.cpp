// SPDX-License-Identifier: Apache-2.0
#include "schedule/queue.hpp"

#include "base/assert.hpp"

#include <algorithm>
#include <limits>
#include <unordered_set>
#include <utility>

namespace longwave::schedule {

namespace {

/// Between neighbours at the end of the list; leaves room for 32 halvings, and for 2^30 entries ever
/// appended.
constexpr std::int64_t wide_gap = std::int64_t{1} << 32;
/// What make_room() leaves between neighbours at least.
constexpr std::int64_t narrow_gap = std::int64_t{1} << 24;

EntryPtr with_key(const EntryPtr& entry, std::int64_t key) {
  auto copy = std::make_shared<Entry>(*entry);
  copy->key = key;
  return copy;
}

}  // namespace

Queue::Queue(std::uint64_t version, int cursor, std::vector<Entry> entries) : version_(version) {
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return a.key != b.key ? a.key < b.key : a.id.value < b.id.value;
  });
  entries_.reserve(entries.size());
  for (auto& entry : entries) entries_.push_back(std::make_shared<const Entry>(std::move(entry)));
  cursor_ = cursor >= 0 && cursor < static_cast<int>(entries_.size()) ? cursor : -1;
}

std::optional<std::size_t> Queue::index_of(EntryId id) const {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i]->id == id) return i;
  }
  return std::nullopt;
}

const Entry* Queue::find(EntryId id) const {
  const auto index = index_of(id);
  return index ? entries_[*index].get() : nullptr;
}

void Queue::touch(const EntryPtr& entry) {
  put_.push_back(entry->id);
  changed_ = true;
}

/// Sees to it that `count` keys fit before index `at`: spreads the keys of as few neighbours as possible.
void Queue::make_room(std::size_t at, std::size_t count) {
  if (at == 0 || at == entries_.size()) return;  // there is always room
  const auto fits = [&](std::size_t from, std::size_t to, std::int64_t least) {
    if (to == entries_.size()) return true;
    const auto gaps = static_cast<std::int64_t>(to - from + count + 1);
    return (entries_[to]->key - entries_[from - 1]->key) / gaps >= least;
  };
  if (fits(at, at, 1)) return;
  std::size_t from = at;
  std::size_t to = at;
  for (std::size_t reach = 16; !fits(from, to, narrow_gap); reach *= 2) {
    from = at > reach ? at - reach : 1;
    to = std::min(at + reach, entries_.size());
    if (from == 1 && to == entries_.size()) break;
  }
  const auto below = entries_[from - 1]->key;
  const auto places = static_cast<std::int64_t>(to - from + count + 1);
  const auto step = to == entries_.size() ? wide_gap : (entries_[to]->key - below) / places;
  auto key = below;
  for (std::size_t i = from; i < to; ++i) {
    if (i == at) key += step * static_cast<std::int64_t>(count);
    key += step;
    entries_[i] = with_key(entries_[i], key);
    touch(entries_[i]);
  }
}

void Queue::insert(std::size_t at, std::vector<Entry> entries) {
  if (entries.empty()) return;
  at = std::min(at, entries_.size());
  const auto count = entries.size();
  make_room(at, count);
  const auto n = static_cast<std::int64_t>(count);
  std::int64_t below = 0;
  std::int64_t step = wide_gap;
  if (!entries_.empty()) {
    if (at == entries_.size()) {
      below = entries_.back()->key;
    } else if (at == 0) {
      below = entries_.front()->key - wide_gap * (n + 1);
    } else {
      below = entries_[at - 1]->key;
      step = (entries_[at]->key - below) / (n + 1);
      LW_ASSERT(step > 0, "no room between two keys of the queue");
    }
  }
  std::vector<EntryPtr> fresh;
  fresh.reserve(count);
  for (auto& entry : entries) {
    below += step;
    entry.key = below;
    fresh.push_back(std::make_shared<const Entry>(std::move(entry)));
  }
  entries_.insert(entries_.begin() + static_cast<std::ptrdiff_t>(at), fresh.begin(), fresh.end());
  for (std::size_t i = 0; i < count; ++i) {
    if (ops_.size() <= max_ops) ops_.push_back(InsertOp{at + i, fresh[i]});
    touch(fresh[i]);
  }
  if (cursor_ >= 0 && at <= static_cast<std::size_t>(cursor_)) cursor_ += static_cast<int>(count);
}

bool Queue::remove(EntryId id) {
  const auto index = index_of(id);
  if (!index) return false;
  entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(*index));
  const auto at = static_cast<int>(*index);
  if (at < cursor_) --cursor_;
  if (cursor_ >= static_cast<int>(entries_.size())) cursor_ = -1;
  if (ops_.size() <= max_ops) ops_.push_back(RemoveOp{id});
  removed_.push_back(id);
  changed_ = true;
  return true;
}

bool Queue::move(EntryId id, std::size_t to) {
  const auto from = index_of(id);
  if (!from) return false;
  to = std::min(to, entries_.size() - 1);
  if (to == *from) return true;
  const auto kept = cursor_ >= 0 ? entries_[static_cast<std::size_t>(cursor_)]->id : EntryId{};
  auto entry = entries_[*from];
  entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(*from));
  make_room(to, 1);
  std::int64_t key = 0;
  if (to == 0) {
    key = entries_.front()->key - wide_gap;
  } else if (to == entries_.size()) {
    key = entries_.back()->key + wide_gap;
  } else {
    key = entries_[to - 1]->key + (entries_[to]->key - entries_[to - 1]->key) / 2;
  }
  entry = with_key(entry, key);
  entries_.insert(entries_.begin() + static_cast<std::ptrdiff_t>(to), entry);
  if (kept) cursor_ = static_cast<int>(*index_of(kept));
  if (ops_.size() <= max_ops) ops_.push_back(MoveOp{id, to});
  touch(entry);
  return true;
}

bool Queue::update(Entry entry) {
  const auto index = index_of(entry.id);
  if (!index) return false;
  entry.key = entries_[*index]->key;
  entries_[*index] = std::make_shared<const Entry>(std::move(entry));
  if (ops_.size() <= max_ops) ops_.push_back(UpdateOp{entries_[*index]});
  touch(entries_[*index]);
  return true;
}

void Queue::clear() {
  const auto kept = current();
  for (const auto& entry : entries_) {
    if (entry == kept) continue;
    if (ops_.size() <= max_ops) ops_.push_back(RemoveOp{entry->id});
    removed_.push_back(entry->id);
    changed_ = true;
  }
  entries_.clear();
  if (kept) entries_.push_back(kept);
  cursor_ = kept ? 0 : -1;
}

void Queue::clear_all() {
  cursor_ = -1;
  changed_ = true;
  clear();
}

void Queue::remove(std::size_t begin, std::size_t end) {
  end = std::min(end, entries_.size());
  if (begin >= end) return;
  for (auto i = begin; i < end; ++i) {
    if (ops_.size() <= max_ops) ops_.push_back(RemoveOp{entries_[i]->id});
    removed_.push_back(entries_[i]->id);
  }
  entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(begin),
                 entries_.begin() + static_cast<std::ptrdiff_t>(end));
  const auto first = static_cast<int>(begin);
  const auto last = static_cast<int>(end);
  if (cursor_ >= last) {
    cursor_ -= last - first;
  } else if (cursor_ >= first) {
    cursor_ = first;
  }
  if (cursor_ >= static_cast<int>(entries_.size())) cursor_ = -1;
  changed_ = true;
}

void Queue::arrange(std::vector<EntryPtr> order) {
  LW_ASSERT(order.size() == entries_.size(), "another order of the same entries");
  const auto kept = cursor_ >= 0 ? entries_[static_cast<std::size_t>(cursor_)]->id : EntryId{};
  std::int64_t key = 0;
  for (auto& entry : order) {
    key += wide_gap;
    if (entry->key != key) entry = with_key(entry, key);
    touch(entry);
  }
  entries_ = std::move(order);
  if (kept) cursor_ = static_cast<int>(*index_of(kept));
  reset();
}

void Queue::set_cursor(int cursor) {
  LW_ASSERT(cursor >= -1 && cursor < static_cast<int>(entries_.size()), "cursor outside of the queue");
  if (cursor == cursor_) return;
  cursor_ = cursor;
  changed_ = true;
}

void Queue::reset() {
  reset_ = true;
  changed_ = true;
}

std::optional<QueueChange> Queue::take_change() {
  if (!changed_) return std::nullopt;
  QueueChange change;
  change.version = ++version_;
  change.cursor = cursor_;
  change.total = entries_.size();
  if (reset_ || ops_.size() > max_ops) {
    change.ops.push_back(ResetOp{entries_});
  } else {
    change.ops = std::move(ops_);
  }
  if (!put_.empty()) {
    const std::unordered_set<EntryId> touched(put_.begin(), put_.end());
    for (const auto& entry : entries_) {
      if (touched.contains(entry->id)) change.put.push_back(entry);
    }
  }
  change.removed = std::move(removed_);
  ops_.clear();
  put_.clear();
  removed_.clear();
  changed_ = reset_ = false;
  return change;
}

}  // namespace longwave::schedule
