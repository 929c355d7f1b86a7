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
  if (row_.state == Transport::playing && current_) {
    at(std::max(clock_.instant(current_->end_at), cut_waits_until_));
    if (line_.empty() || !ready(line_.front().take)) at_position(current_->end_at - rules_.late);
  }
  const auto asks = [&](EntryId take) {
    const auto asked = asked_.find(take);
    if (asked != asked_.end() && !asked->second.ready) at(asked->second.at + rules_.ask_again);
  };
  if (held_) asks(held_->take);
  for (std::size_t i = 0; i < std::min(rules_.ahead, line_.size()); ++i) asks(line_[i].take);
  for (const auto& closing : closing_) at(clock_.instant(closing.row.end_at + closing_time));
  if (grace_until_ > moment_.now) at(grace_until_);
  if (skip_pending_ && skip_asked_ + rules_.skip_waits > moment_.now) at(skip_asked_ + rules_.skip_waits);
  if (line_.empty()) {
    for (const auto& [track, until] : avoided_) at_position(until);
  }
  return earliest;
}

NowView Programmer::now() const {
  NowView view;
  view.current = current_;
  if (held_) view.current = Item{held_->entry, held_->start_at, held_->start_at + held_->duration};
  if (row_.state != Transport::playing) {
    view.state = row_.state == Transport::paused ? OnAir::paused : OnAir::stopped;
  } else if (current_) {
    view.state = OnAir::playing;
    if (!line_.empty() && ready(line_.front().take)) {
      const auto& entry = line_.front().entry;
      const auto end = current_->end_at + entry->duration - line_.front().offset;
      view.next = Item{entry, current_->end_at, cut_for_programme(current_->end_at, end)};
    }
  } else if (held_ || !line_.empty() || !catalogue_ || catalogue_->drawable() > 0) {
    view.state = OnAir::starting;
  }
  return view;
}

std::vector<Airing> Programmer::airings() const {
  if (row_.state != Transport::playing || !current_) return {};
  std::vector<Airing> airings{{current_->entry, entered_at_, current_->end_at, current_->start_at}};
  if (!goes_on_by_itself()) return airings;
  if (moment_.now < cut_waits_until_ && !fixed_) return airings;  // the player hasn't said when
  auto at = current_->end_at;
  for (const auto& coming : line_) {
    if (!ready(coming.take)) break;
    const auto zero = at - coming.offset;
    const auto until = cut_for_programme(at, zero + coming.entry->duration);
    airings.push_back({coming.entry, at, until, zero});
    at = until;
  }
  return airings;
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
  if (held_) {
    view.on_air = OnAirItem{
        held_->entry, !queue_.find(held_->entry->id), held_->duration, held_->elapsed, moment_.now, false};
  }
  if (!line_.empty()) view.next = line_.front().entry;
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
  for (const auto& coming : line_) {
    if (!ready(coming.take)) return std::nullopt;
    if (coming.entry->id == entry) return at;
    at = cut_for_programme(at, at + coming.entry->duration - coming.offset);
  }
  return std::nullopt;
}

Delta Programmer::snapshot() const {
  Delta delta;
  delta.station = row_;
  delta.whole = true;
  delta.put = queue_.entries();
  delta.programme = row_.programme;
  return delta;
}

}  // namespace longwave::schedule
