// SPDX-License-Identifier: Apache-2.0
// What the programmer tells without changing anything.
#include "schedule/programmer.hpp"

#include <algorithm>

namespace longwave::schedule {
namespace {

bool same(const std::optional<Item>& a, const std::optional<Item>& b) {
  if (a.has_value() != b.has_value()) return false;
  return !a || (a->entry == b->entry && a->start_at == b->start_at && a->end_at == b->end_at);
}

}  // namespace

bool operator==(const NowView& a, const NowView& b) {
  return a.state == b.state && same(a.current, b.current) && same(a.next, b.next);
}

std::optional<Instant> Programmer::deadline() const {
  std::optional<Instant> earliest;
  const auto at = [&](Instant instant) {
    if (!earliest || instant < *earliest) earliest = instant;
  };
  const auto at_position = [&](Samples position) {
    if (position > position_) at(clock_.instant(position));
  };
  const auto& entries = queue_.entries();
  const auto next = queue_.next_index();
  if (current_) {
    at(std::max(clock_.instant(current_->end_at), cut_waits_until_));
    if (next >= entries.size() || !ready(*entries[next])) at_position(current_->end_at - rules_.late);
  }
  for (std::size_t i = next; i < std::min(next + rules_.ahead, entries.size()); ++i) {
    const auto asked = asked_.find(entries[i]->id);
    if (asked != asked_.end() && !asked->second.ready) at(asked->second.at + rules_.ask_again);
  }
  for (const auto& row : closing_) at(clock_.instant(row.end_at + closing_time));
  if (grace_until_ > moment_.now) at(grace_until_);
  if (skip_pending_ && skip_asked_ + rules_.skip_waits > moment_.now) at(skip_asked_ + rules_.skip_waits);
  if (next >= entries.size()) {
    for (const auto& [track, until] : avoided_) at_position(until);
  }
  return earliest;
}

NowView Programmer::now() const {
  NowView view;
  view.current = current_;
  const auto next = queue_.next_index();
  if (current_) {
    view.state = OnAir::playing;
    if (next < queue_.size() && ready(*queue_.entries()[next])) {
      const auto& entry = queue_.entries()[next];
      view.next = Item{entry, current_->end_at, current_->end_at + entry->duration};
    }
  } else if (next < queue_.size() || !catalogue_ || catalogue_->drawable() > 0) {
    view.state = OnAir::starting;
  }
  return view;
}

View Programmer::view() const {
  View view;
  view.id = row_.id;
  view.slug = row_.slug;
  view.name = row_.name;
  view.kind = row_.kind;
  view.state = row_.state;
  view.entries = queue_.entries();
  view.version = queue_.version();
  view.cursor = queue_.cursor();
  if (current_) {
    view.on_air = OnAirItem{current_->entry,
                            !queue_.find(current_->entry->id),
                            current_->end_at - current_->start_at,
                            position_ - current_->start_at,
                            moment_.now,
                            true};
  }
  if (const auto next = queue_.next_index(); next < queue_.size()) view.next = queue_.entries()[next];
  view.cutting = skip_pending_ || leaving();
  view.modes = row_.modes;
  view.volume = row_.volume;
  view.list = row_.list;
  view.random = row_.random;
  return view;
}

std::optional<Samples> Programmer::starts_at(EntryId entry) const {
  if (!current_) return std::nullopt;
  if (current_->entry->id == entry) return current_->start_at;
  auto at = current_->end_at;
  for (auto i = queue_.next_index(); i < queue_.size(); ++i) {
    const auto& e = *queue_.entries()[i];
    if (!ready(e)) return std::nullopt;
    if (e.id == entry) return at;
    at += e.duration;
  }
  return std::nullopt;
}

Delta Programmer::snapshot() const {
  Delta delta;
  delta.station = row_;
  delta.whole = true;
  delta.put = queue_.entries();
  return delta;
}

}  // namespace longwave::schedule
