// SPDX-License-Identifier: Apache-2.0
#include "station/plan.hpp"

#include <algorithm>
#include <utility>

namespace longwave::station {
namespace {

/// Ordered this much in the past, an item is one that has been on the air all the time (a restart).
constexpr Samples under_way{2 * 44100};

}  // namespace

bool Plan::play(const orders::Play& order, Samples now, Samples sent) {
  if (const auto* same = std::as_const(*this).find(order.item)) {
    if (same->started) return false;
    const bool repeated = (same->ordered_start == order.start_at || same->start == order.start_at) &&
                          same->offset == order.offset && same->duration == order.duration;
    if (repeated) return false;
  }
  std::erase_if(items_, [&](const Item& item) {
    return !item.started && (item.id == order.item || item.start >= order.start_at);
  });
  Item item{.id = order.item,
            .track = order.track,
            .start = order.start_at,
            .offset = order.offset,
            .duration = order.duration,
            .keeps_time = order.keeps_time,
            .problem = {},
            .ordered_start = order.start_at};
  const bool in_progress = !order.cut && order.start_at < now - under_way;
  if (!items_.empty()) {
    auto& before = items_.back();
    if (!before.cut_short && before.end > sent) before.end = before.natural_end();
    if (before.floating) {
      item.start = std::max(item.start, before.natural_end());
    } else if (before.end > item.start) {
      if (order.cut && item.start >= sent) {
        before.end = item.start;
      } else if (order.cut) {
        item.floating = true;
      } else {
        item.start = before.end;
      }
    }
  }
  if (item.keeps_time) item.offset += item.start - order.start_at;
  item.end = item.natural_end();
  if ((item.start < sent && !in_progress) || item.start >= item.end) item.floating = true;
  items_.push_back(std::move(item));
  return true;
}

void Plan::stop(const orders::Stop& order, Samples sent) {
  const auto at = order.at;
  std::erase_if(items_, [&](const Item& item) {
    return !item.started && (item.start >= at || (order.rest && item.floating));
  });
  if (items_.empty()) return;
  auto& last = items_.back();
  const auto end = std::max(at, on_grid(sent));
  if (!last.cut_short && last.end > sent) last.end = std::min(last.natural_end(), end);
}

const Item* Plan::at(Samples t) const {
  for (const auto& item : items_) {
    if (item.floating) continue;
    if (item.start <= t && t < item.end) return &item;
  }
  return nullptr;
}

const Item* Plan::after(Samples t) const {
  for (const auto& item : items_)
    if (item.floating || item.start > t) return &item;
  return nullptr;
}

const Item* Plan::find(EntryId id) const {
  const auto found =
      std::find_if(items_.begin(), items_.end(), [&](const Item& item) { return item.id == id; });
  return found == items_.end() ? nullptr : &*found;
}

Item* Plan::find(EntryId id) {
  return const_cast<Item*>(std::as_const(*this).find(id));
}

const Item* Plan::follower(EntryId id) const {
  for (std::size_t i = 0; i + 1 < items_.size(); ++i) {
    if (items_[i].id != id) continue;
    const auto& next = items_[i + 1];
    return next.floating || next.start == items_[i].end ? &next : nullptr;
  }
  return nullptr;
}

void Plan::fix(EntryId id, Samples at) {
  const auto found =
      std::find_if(items_.begin(), items_.end(), [&](const Item& item) { return item.id == id; });
  if (found == items_.end()) return;
  const auto moved = at - found->start;
  found->floating = false;
  found->start = at;
  if (found->keeps_time) {
    found->offset += moved;
  } else {
    found->end += moved;
  }
  if (found != items_.begin()) {
    auto& before = *std::prev(found);
    before.end = std::min(before.end, at);
  }
  for (auto later = std::next(found); later != items_.end() && !found->keeps_time; ++later) {
    later->start += moved;
    later->end += moved;
  }
}

void Plan::cut_short(EntryId id, Samples at, std::string problem) {
  auto found = std::find_if(items_.begin(), items_.end(), [&](const Item& item) { return item.id == id; });
  if (found == items_.end()) return;
  found->end = std::max(found->start, at);
  found->cut_short = true;
  found->problem = std::move(problem);
  const auto next = std::next(found);
  if (next == items_.end() || next->started || next->keeps_time) return;
  const auto moved = found->end - next->start;
  next->floating = true;
  for (auto later = next; later != items_.end(); ++later) {
    later->start += moved;
    later->end += moved;
  }
}

void Plan::remove(EntryId id) {
  std::erase_if(items_, [&](const Item& item) { return item.id == id; });
}

void Plan::let_float(EntryId id) {
  if (auto* item = find(id); item && !item->started) item->floating = true;
}

}  // namespace longwave::station
