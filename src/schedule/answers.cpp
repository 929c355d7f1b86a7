// SPDX-License-Identifier: Apache-2.0
#include "schedule/programmer.hpp"

#include <algorithm>
#include <utility>

/// What the player says. Messages about items that are no longer in the programme are late and change nothing
/// but the history.
namespace longwave::schedule {

void Programmer::on(const orders::Prepared& message) {
  const auto* entry = queue_.find(message.item);
  if (!entry) return;
  if (message.duration <= Samples{0})
    return on(orders::Failed{message.item, "There is no sound in the file"});
  asked_[message.item] = Asked{moment_.now, true};
  anything_analysed_ = true;
  remember_stand_in(entry->track, message.duration);
  if (!entry->exact || entry->duration != message.duration) {
    auto measured = *entry;
    measured.duration = message.duration;
    measured.exact = true;
    queue_.update(std::move(measured));
    review_ = true;
  }
  if (current_ && current_->entry->id == message.item) {
    current_->entry = queue_.current();
    current_->end_at = std::max(current_->start_at + message.duration, position_);
  }
}

void Programmer::on(const orders::Failed& message) {
  if (current_ && current_->entry->id == message.item) {
    current_problem_ = message.reason;
    avoided_[current_->entry->track] = position_ + rules_.avoid;
    forget_stand_in(current_->entry->track);
    review_ = true;
    cut_next_ = true;
    current_->end_at = std::max(current_->start_at, std::min(current_->end_at, on_grid(position_)));
    return;
  }
  const auto index = queue_.index_of(message.item);
  if (index && *index >= queue_.next_index()) drop_failed(*index, message.reason);
}

/// The item's start becomes what the player says; what was before it ends there, what comes behind moves
/// along.
void Programmer::on(const orders::Started& message) {
  const auto begin = message.at - message.offset;
  if (current_ && current_->entry->id == message.item) {
    told_current_ = true;
    if (begin == current_->start_at) return;
    const auto old_start = current_->start_at;
    auto new_start = begin;
    if (last_row_ && last_row_->end_at == old_start) {
      new_start = std::max(begin, last_row_->start_at);
      last_row_->end_at = new_start;
      last_row_->ended = wall_at(new_start);
      rewrite(*last_row_);
      recent_.last_ended(new_start);
    }
    current_->end_at += new_start - old_start;
    current_->start_at = new_start;
    review_ = true;
    return;
  }
  const auto index = queue_.index_of(message.item);
  if (!index || *index < queue_.next_index() || !current_ || !ready(*queue_.entries()[*index])) return;
  queue_.move(message.item, queue_.next_index());
  fixed_ = message.item;
  cut_waits_until_ = {};
  const auto at = std::max(begin, current_->start_at);
  if (at != current_->end_at) {
    current_->end_at = at;
    review_ = true;
  }
  const auto known =
      std::find_if(ordered_.begin(), ordered_.end(), [&](const Ordered& o) { return o.entry == fixed_; });
  if (known != ordered_.end()) {
    ordered_.erase(ordered_.begin(), known);
    ordered_.front().start_at = at;
  }
}

void Programmer::on(const orders::Ended& message) {
  if (current_ && current_->entry->id == message.item) {
    current_heard_by_ = std::max(current_heard_by_, message.heard_by);
    if (!message.problem.empty()) current_problem_ = message.problem;
    if (message.at < current_->end_at) {
      current_->end_at = std::max(message.at, current_->start_at);
      cut_next_ = true;
      review_ = true;
    }
    return;
  }
  const auto finish = [&](HistoryRow& row) {
    row.heard_by = std::max(row.heard_by, message.heard_by);
    if (!message.problem.empty()) row.problem = message.problem;
    rewrite(row);
  };
  const auto row = std::find_if(closing_.begin(), closing_.end(),
                                [&](const HistoryRow& r) { return r.entry == message.item; });
  if (row != closing_.end()) {
    finish(*row);
    out_.events.emplace_back(HistoryAdded{row_.id, *row});
    if (last_row_ && last_row_->id == row->id) last_row_ = *row;
    closing_.erase(row);
  } else if (last_row_ && last_row_->entry == message.item) {
    finish(*last_row_);
  } else if (const auto index = queue_.index_of(message.item); index && *index >= queue_.next_index()) {
    if (!message.problem.empty()) drop_failed(*index, message.problem);
  }
}

/// The row was written before; the store gets it again, as does who still waits for it.
void Programmer::rewrite(const HistoryRow& row) {
  for (auto& waiting : closing_) {
    if (waiting.id == row.id) waiting = row;
  }
  history_.push_back(row);
  dirty_ = true;
}

}  // namespace longwave::schedule
