// SPDX-License-Identifier: Apache-2.0
#include "schedule/programmer.hpp"

#include "base/assert.hpp"

#include <algorithm>
#include <utility>

namespace longwave::schedule {

namespace {

/// Transitions in one turn; only a process that stood still for hours needs more, and gets the next turn at
/// once.
constexpr int max_steps = 64;

}  // namespace

// --- inputs

Result<Answer> Programmer::run(const Command& command, Moment moment) {
  begin(moment);
  settle();
  auto answer = std::visit([this](const auto& c) { return execute(c); }, command);
  settle();
  finish_turn();
  if (answer) {
    answer->version = queue_.version();
    answer->cursor = queue_.cursor();
  }
  return answer;
}

void Programmer::receive(const orders::FromPlayer& message, Moment moment) {
  begin(moment);
  std::visit([this](const auto& m) { on(m); }, message);
  settle();
  finish_turn();
}

void Programmer::set_catalogue(CataloguePtr catalogue, Moment moment) {
  begin(moment);
  grown_ = catalogue && catalogue->drawable() > (catalogue_ ? catalogue_->drawable() : 0);
  review_ |= grown_;
  catalogue_ = std::move(catalogue);
  settle();
  finish_turn();
}

void Programmer::tick(Moment moment) {
  begin(moment);
  settle();
  finish_turn();
}

void Programmer::player_is_new(Moment moment) {
  begin(moment);
  asked_.clear();
  ordered_.clear();
  fixed_ = {};
  told_current_ = false;
  settle();
  finish_turn();
}

void Programmer::told_again(Moment moment) {
  begin(moment);
  queue_.reset();
  told_now_ = {};
  settle();
  finish_turn();
}

// --- outputs

Output Programmer::take() {
  return std::exchange(out_, {});
}

// --- the turn

/// Every input begins with the time. A step of the wall clock moves the epoch, never the stream.
void Programmer::begin(Moment moment) {
  moment_ = moment;
  position_ = clock_.position(moment.now);
  const auto drift = moment.wall - wall_at(position_);
  if (drift > rules_.clock_step || drift < -rules_.clock_step) {
    row_.epoch += drift;
    dirty_ = true;
  }
}

void Programmer::settle() {
  for (int step = 0; step < max_steps; ++step) {
    drop_vanished();
    if (review_) review();
    replenish();
    cover_late();
    ask();
    if (!advance()) break;
  }
  send_plan();
  std::erase_if(closing_, [this](const HistoryRow& row) {
    if (position_ < row.end_at + closing_time) return false;
    out_.events.emplace_back(HistoryAdded{row_.id, row});
    return true;
  });
}

void Programmer::finish_turn() {
  auto change = queue_.take_change();
  std::optional<Running> running;
  if (current_)
    running = Running{current_->entry->id, current_->start_at, current_->end_at,
                      current_->start_at,  Samples{-1},        {}};
  if (running != row_.running) {
    row_.running = running;
    dirty_ = true;
  }
  if (change || dirty_ || !history_.empty()) {
    if (!out_.delta) out_.delta.emplace();
    auto& delta = *out_.delta;
    if (change) {
      row_.version = change->version;
      row_.cursor = change->cursor;
      delta.put.insert(delta.put.end(), change->put.begin(), change->put.end());
      delta.removed.insert(delta.removed.end(), change->removed.begin(), change->removed.end());
    }
    delta.station = row_;
    delta.history.insert(delta.history.end(), std::make_move_iterator(history_.begin()),
                         std::make_move_iterator(history_.end()));
    history_.clear();
    dirty_ = false;
  }
  if (change) out_.events.emplace_back(QueueChanged{row_.id, *change});
  if (auto view = now(); !(view == told_now_)) {
    told_now_ = std::move(view);
    out_.events.emplace_back(NowChanged{row_.id, told_now_});
  }
  auto shown = std::make_shared<const View>(view());
  const auto what = told_view_ ? differences(*told_view_, *shown)
                               : Changes{true, true, true, true, true, true, true, true, true, true};
  if (!change && !what.any()) return;
  out_.events.emplace_back(StationChanged{shown, std::exchange(told_view_, shown), std::move(change), what});
}

/// One step of the programme by the clock; true if there was one.
bool Programmer::advance() {
  const auto next = queue_.next_index();
  const bool next_ready = next < queue_.size() && ready(*queue_.entries()[next]);
  if (current_) {
    if (skip_pending_ && next_ready) cut();
    if (position_ < current_->end_at || moment_.now < cut_waits_until_) return false;
    const auto end = current_->end_at;
    end_current(end);
    if (next_ready) start(queue_.next_index(), end);
    return true;
  }
  if (!next_ready) return false;
  const auto entry = queue_.entries()[next];
  if (!resume_at_tail_) {
    start(next, on_grid(std::max(tail_, position_)));
  } else if (tail_ + entry->duration > position_) {
    start(next, tail_);
  } else {
    pass_off_air(next);
  }
  return true;
}

/// The next item begins at `at`; what it replaces has ended there.
void Programmer::start(std::size_t index, Samples at) {
  const auto entry = queue_.entries()[index];
  LW_ASSERT(entry->duration > Samples{0}, "an item without a length can't be planned");
  queue_.set_cursor(static_cast<int>(index));
  current_ = Item{entry, at, at + entry->duration};
  told_current_ = !ordered_.empty() && ordered_.front() == Ordered{entry->id, at};
  if (told_current_) {
    ordered_.erase(ordered_.begin());
  } else {
    ordered_.clear();
  }
  fixed_ = {};
  resume_at_tail_ = false;
  skip_pending_ = false;
  cut_next_ = false;
  cut_waits_until_ = {};
  current_problem_.clear();
  current_heard_by_ = 0;
}

void Programmer::end_current(Samples at) {
  const auto item = *std::exchange(current_, std::nullopt);
  auto& row = add_history(*item.entry, item.start_at, std::max(at, item.start_at), current_problem_);
  row.heard_by = current_heard_by_;
  closing_.push_back(row);
  last_row_ = row;
  recent_.add(Heard{row.track, row.artist, row.end_at});
  const auto& distance = rules_.separation;
  recent_.forget_before(position_ - std::max(distance.track, distance.artist) - distance.margin);
  asked_.erase(item.entry->id);
  if (row_.modes.consume != Switch::off) {
    queue_.set_cursor(-1);
    queue_.remove(item.entry->id);
  }
  tail_ = row.end_at;
  skip_pending_ = false;
  cut_waits_until_ = {};
}

/// What is on air ends now, and the next, which is ready, is ordered there. Listeners were sent some seconds
/// of the old item already: it stays on air until the player has said when the new one really begins.
void Programmer::cut() {
  skip_pending_ = false;
  current_->end_at = std::min(current_->end_at, std::max(on_grid(position_), current_->start_at));
  cut_waits_until_ = moment_.now + rules_.cut_waits;
  cut_next_ = true;
}

void Programmer::send_plan() {
  if (!current_) {
    if (!ordered_.empty()) {
      out_.orders.emplace_back(orders::Stop{ordered_.front().start_at});
      ordered_.clear();
    }
    return;
  }
  if (!told_current_) {
    const auto& item = *current_;
    if (!asked_.contains(item.entry->id)) {
      out_.orders.emplace_back(orders::Prepare{item.entry->id, item.entry->track});
      asked_[item.entry->id] = Asked{moment_.now, true};
    }
    out_.orders.emplace_back(orders::Play{item.entry->id, item.entry->track, item.start_at, Samples{0},
                                          item.end_at - item.start_at, std::exchange(cut_next_, false)});
    told_current_ = true;
    ordered_.clear();
  }
  std::vector<std::pair<Ordered, Samples>> plan;
  auto at = current_->end_at;
  for (auto i = queue_.next_index(); i < queue_.size() && plan.size() < rules_.ahead; ++i) {
    const auto& entry = *queue_.entries()[i];
    if (!ready(entry)) break;
    plan.push_back({Ordered{entry.id, at}, entry.duration});
    at += entry.duration;
  }
  std::size_t same = 0;
  while (same < plan.size() && same < ordered_.size() && plan[same].first == ordered_[same]) ++same;
  if (same == plan.size()) {
    // What is ordered behind the plan stays as a reserve until its turn comes, unless it was taken out.
    if (same < ordered_.size() && !queue_.find(ordered_[same].entry)) {
      out_.orders.emplace_back(orders::Stop{ordered_[same].start_at});
      ordered_.resize(same);
    }
    return;
  }
  ordered_.resize(same);
  for (auto i = same; i < plan.size(); ++i) {
    const auto& [order, duration] = plan[i];
    const bool replaces = i == 0 && std::exchange(cut_next_, false);
    out_.orders.emplace_back(orders::Play{order.entry, queue_.find(order.entry)->track, order.start_at,
                                          Samples{0}, duration, replaces});
    ordered_.push_back(order);
  }
}

// --- what can't be played

void Programmer::drop_failed(std::size_t index, const std::string& problem) {
  const auto entry = queue_.entries()[index];
  const auto row = add_history(*entry, position_, position_, problem);
  out_.events.emplace_back(HistoryAdded{row_.id, row});
  avoided_[entry->track] = position_ + rules_.avoid;
  forget_stand_in(entry->track);
  asked_.erase(entry->id);
  if (fixed_ == entry->id) {
    fixed_ = {};
    cut_next_ = true;
  }
  queue_.remove(entry->id);
  std::vector<EntryId> picked;
  for (auto i = queue_.next_index(); i < queue_.size(); ++i) {
    const auto& other = *queue_.entries()[i];
    if (other.track == entry->track && other.reason.drawn() && other.id != fixed_) picked.push_back(other.id);
  }
  for (const auto id : picked) withdraw(id);
  review_ = true;
}

/// A pick that isn't wanted any more.
void Programmer::withdraw(EntryId id) {
  asked_.erase(id);
  queue_.remove(id);
}

/// Entries whose file is gone are given up when their turn comes near, while there is anything else to play.
/// When nothing is (a disk that isn't mounted), they wait.
void Programmer::drop_vanished() {
  if (!catalogue_ || !catalogue_->any_playable()) return;
  const auto next = queue_.next_index();
  for (auto i = next; i < std::min(next + rules_.ahead, queue_.size());) {
    const auto& entry = *queue_.entries()[i];
    if (ready(entry) || catalogue_->playable(entry.track)) {
      ++i;
    } else {
      drop_failed(i, "The file is missing or can't be read");
    }
  }
}

void Programmer::ask() {
  const auto next = queue_.next_index();
  for (auto i = next; i < std::min(next + rules_.ahead, queue_.size()); ++i) {
    const auto& entry = *queue_.entries()[i];
    if (catalogue_ && !catalogue_->playable(entry.track)) continue;
    const auto found = asked_.find(entry.id);
    if (found != asked_.end()) {
      if (found->second.ready || moment_.now - found->second.at < rules_.ask_again) continue;
    }
    asked_[entry.id] = Asked{moment_.now, false};
    out_.orders.emplace_back(orders::Prepare{entry.id, entry.track});
  }
}

// --- small things

bool Programmer::ready(const Entry& entry) const {
  const auto found = asked_.find(entry.id);
  return found != asked_.end() && found->second.ready;
}

Samples Programmer::tail() const {
  return current_ ? current_->end_at : std::max(tail_, position_);
}

Samples Programmer::on_grid(Samples at) const {
  const auto grid = rules_.grid.count();
  return Samples{(at.count() + grid - 1) / grid * grid};
}

HistoryRow& Programmer::add_history(const Entry& entry, Samples start, Samples end, std::string problem) {
  HistoryRow row;
  row.id = row_.next_history++;
  row.entry = entry.id;
  row.track = entry.track;
  row.artist = entry.artist;
  row.start_at = start;
  row.end_at = end;
  row.started = wall_at(start);
  row.ended = wall_at(end);
  row.reason = entry.reason;
  row.added_by = entry.added_by;
  row.problem = std::move(problem);
  history_.push_back(std::move(row));
  dirty_ = true;
  return history_.back();
}

}  // namespace longwave::schedule
