// SPDX-License-Identifier: Apache-2.0
#include "schedule/programmer.hpp"

#include <algorithm>
#include <utility>

/// What the player says. Messages about items that are no longer in the programme are late and change nothing
/// but the history.
namespace longwave::schedule {

void Programmer::on(const orders::Prepared& message) {
  const auto entry = entry_of(message.item);
  if (!entry) return;
  if (message.duration <= Samples{0})
    return on(orders::Failed{message.item, "There is no sound in the file"});
  asked_[message.item] = Asked{moment_.now, true};
  anything_analysed_ = true;
  remember_stand_in(entry->track, message.duration);
  auto exact = entry;
  if (!entry->exact || entry->duration != message.duration) {
    auto measured = std::make_shared<Entry>(*entry);
    measured->duration = message.duration;
    measured->exact = true;
    exact = measured;
    if (queue_.update(*measured)) exact = queue_.entries()[*queue_.index_of(entry->id)];
    review_ = true;
  }
  if (current_ && current_->entry->id == entry->id) current_->entry = exact;
  if (held_ && held_->entry->id == entry->id) {
    held_->entry = exact;
    held_->duration = message.duration;
  }
  // What is being cut stays cut: only a new length moves the end.
  if (current_ && take_ == message.item && exact != entry && !leaving())
    current_->end_at = std::max(current_->start_at + message.duration, position_);
}

void Programmer::on(const orders::Failed& message) {
  if (current_ && take_ == message.item) {
    current_problem_ = message.reason;
    avoided_[current_->entry->track] = position_ + rules_.avoid;
    forget_stand_in(current_->entry->track);
    review_ = true;
    cut_next_ = true;
    current_->end_at = std::max(began_at_, std::min(current_->end_at, on_grid(position_)));
    return;
  }
  if (held_ && held_->take == message.item) {
    const Coming failed{held_->entry, held_->take, {}};
    held_->began_at.reset();  // its row says why it goes
    end_held();
    drop_failed(failed, message.reason);
    return;
  }
  const auto coming =
      std::find_if(line_.begin(), line_.end(), [&](const Coming& c) { return c.take == message.item; });
  if (coming != line_.end()) drop_failed(Coming{*coming}, message.reason);
}

/// The item's start becomes what the player says; what was before it ends there, what comes behind moves
/// along.
void Programmer::on(const orders::Started& message) {
  const auto begin = message.at - message.offset;
  if (current_ && take_ == message.item) {
    told_current_ = true;
    if (begin == current_->start_at) return;
    auto at = message.at;
    // It wasn't on air before, under another take or before a restart: what was before it ends here.
    if (former_takes_.empty() && entered_at_ == began_at_) {
      if (last_row_ && last_row_->row.end_at == began_at_) {
        at = std::max(at, last_row_->row.start_at);
        last_row_->row.end_at = at;
        last_row_->row.ended = wall_at(at);
        rewrite(*last_row_);
        recent_.last_ended(at);
      }
      began_at_ = at;
    }
    const auto shift = at - message.offset - current_->start_at;
    entered_at_ = at;
    current_->start_at += shift;
    // What gives way ends where it was cut, or where the next was said to begin.
    current_->end_at = std::max(current_->end_at + (leaving() ? Samples{0} : shift), began_at_);
    review_ = true;
    return;
  }
  if (held_ && held_->last_take == message.item) {
    held_->start_at = begin;
    return;
  }
  const auto coming =
      std::find_if(line_.begin(), line_.end(), [&](const Coming& c) { return c.take == message.item; });
  if (coming == line_.end() || !current_ || !ready(coming->take)) return;
  if (coming != line_.begin()) {
    if (!row_.marked && !row_.modes.random && consuming()) queue_.move(coming->entry->id, first_next());
    std::rotate(line_.begin(), coming, coming + 1);
  }
  fixed_ = message.item;
  line_.front().offset = message.offset;
  cut_waits_until_ = {};
  const auto at = std::max(message.at, began_at_);
  if (at != current_->end_at) {
    current_->end_at = at;
    review_ = true;
  }
  const auto known =
      std::find_if(ordered_.begin(), ordered_.end(), [&](const Ordered& o) { return o.take == fixed_; });
  if (known != ordered_.end()) {
    ordered_.erase(ordered_.begin(), known);
    ordered_.front().start_at = at;
  }
}

void Programmer::on(const orders::Ended& message) {
  if (current_ && take_ == message.item) {
    current_heard_by_ = std::max(current_heard_by_, message.heard_by);
    if (!message.problem.empty()) current_problem_ = message.problem;
    if (message.at < current_->end_at) {
      current_->end_at = std::max(message.at, began_at_);
      cut_next_ = true;
      review_ = true;
    }
    return;
  }
  if (held_ && held_->last_take == message.item) {
    // What was sent already is heard: it goes on behind that.
    held_->heard_by = std::max(held_->heard_by, message.heard_by);
    const auto grid = rules_.grid.count();
    const auto elapsed = Samples{(message.at - held_->start_at).count() / grid * grid};
    held_->elapsed = std::clamp(elapsed, Samples{0}, held_->duration);
    tail_ = std::max(tail_, message.at);
    dirty_ = true;
    return;
  }
  if (std::find(former_takes_.begin(), former_takes_.end(), message.item) != former_takes_.end()) {
    current_heard_by_ = std::max(current_heard_by_, message.heard_by);
    return;
  }
  const auto finish = [&](Closing& closing) {
    closing.row.heard_by = std::max(closing.row.heard_by, message.heard_by);
    if (!message.problem.empty()) closing.row.problem = message.problem;
    rewrite(closing);
  };
  const auto closing = std::find_if(closing_.begin(), closing_.end(),
                                    [&](const Closing& c) { return c.take == message.item; });
  if (closing != closing_.end()) {
    finish(*closing);
    out_.events.emplace_back(HistoryAdded{row_.id, closing->row});
    if (last_row_ && last_row_->row.id == closing->row.id) last_row_ = *closing;
    closing_.erase(closing);
  } else if (last_row_ && last_row_->take == message.item) {
    finish(*last_row_);
  } else if (!message.problem.empty()) {
    on(orders::Failed{message.item, message.problem});
  }
}

/// The row was written before; the store gets it again, as does who still waits for it.
void Programmer::rewrite(const Closing& closing) {
  for (auto& waiting : closing_) {
    if (waiting.row.id == closing.row.id) waiting = closing;
  }
  history_.push_back(closing.row);
  dirty_ = true;
}

}  // namespace longwave::schedule
