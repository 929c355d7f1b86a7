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
  programme_.set(row_.programme.get(), catalogue_.get());
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
  rest_told_ = false;
  rests_from_.reset();
  settle();
  finish_turn();
}

void Programmer::told_again(Moment moment) {
  begin(moment);
  queue_.reset();
  told_now_ = {};
  told_view_ = nullptr;
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
    line_up();
    drop_vanished();
    follow_programme();
    if (review_) review();
    replenish();
    line_up();
    cover_late();
    line_up();
    ask();
    if (!advance()) break;
  }
  cut_current_for_programme();
  send_plan();
  std::erase_if(closing_, [this](const Closing& closing) {
    if (position_ < closing.row.end_at + closing_time) return false;
    out_.events.emplace_back(HistoryAdded{row_.id, closing.row});
    return true;
  });
}

void Programmer::finish_turn() {
  auto change = queue_.take_change();
  auto running = this->running();
  if (running != row_.running) {
    row_.running = std::move(running);
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
    if (std::exchange(programme_written_, false)) {
      delta.programme = row_.programme;
      delta.programme_before = std::exchange(programme_before_, nullptr);
      out_.events.emplace_back(ProgrammeChanged{row_.id, row_.programme->version});
    }
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
  if (row_.state != Transport::playing) return false;
  if (current_) {
    const bool next_ready = !line_.empty() && ready(line_.front().take);
    if (skip_pending_ && !fixed_ && next_ready) cut();
    if (position_ < current_->end_at || moment_.now < cut_waits_until_) return false;
    const auto end = current_->end_at;
    const bool goes_on = goes_on_by_itself();
    const bool again = row_.modes.single != Switch::off && !row_.marked && !fixed_;
    const auto next = line_.empty() ? std::nullopt : std::optional<Coming>{line_.front()};
    if (!row_.marked) ended_by_itself_ = true;
    end_current(end);
    if (!goes_on) {
      run_out();
      return false;
    }
    if (next && next_ready) {
      start(*next, end);
    } else if (const auto index = again && next ? queue_.index_of(next->entry->id) : std::nullopt) {
      mark(*index);  // it is repeated as soon as it is ready
    }
    return true;
  }
  if (held_) {
    if (!ready(held_->take)) return false;
    start_held();
    return true;
  }
  if (line_.empty()) {
    if (!goes_on_by_itself()) run_out();
    return false;
  }
  const auto next = line_.front();
  if (!ready(next.take)) return false;
  if (!resume_at_tail_) {
    start(next, on_grid(std::max(tail_, position_)));
  } else if (tail_ + next.entry->duration > position_) {
    start(next, tail_);
  } else {
    pass_off_air(first_next());
  }
  return true;
}

/// The next item begins at `at`; what it replaces has ended there.
void Programmer::start(const Coming& coming, Samples at) {
  const auto entry = coming.entry;
  LW_ASSERT(entry->duration > Samples{0}, "an item without a length can't be planned");
  const auto index = queue_.index_of(entry->id);
  // Somebody may have marked something else, or another position, after the player had begun this one.
  const bool begun = fixed_ == coming.take;
  const bool elsewhere = row_.marked && index && queue_.cursor() != static_cast<int>(*index) && begun;
  const auto sought = begun && row_.marked && !elsewhere ? mark_offset_ : coming.offset;
  if (index && !elsewhere) {
    queue_.set_cursor(static_cast<int>(*index));
    if (std::exchange(row_.marked, false)) dirty_ = true;
    mark_offset_ = {};
    skip_pending_ = false;
  }
  current_ = Item{entry, at - coming.offset, at - coming.offset + entry->duration};
  programme_cut_.reset();
  take_ = coming.take;
  entered_at_ = began_at_ = at;
  former_takes_.clear();
  aired_.insert(entry->id);
  if (row_.modes.random) {
    if (const auto left = std::find(row_.round.coming.begin(), row_.round.coming.end(), entry->id);
        left != row_.round.coming.end())
      row_.round.coming.erase(left);
    if (row_.round.played.empty() || row_.round.played.back() != entry->id)
      row_.round.played.push_back(entry->id);
  }
  told_current_ = !ordered_.empty() && ordered_.front() == Ordered{take_, at};
  if (told_current_) {
    ordered_.erase(ordered_.begin());
  } else {
    ordered_.clear();
  }
  fixed_ = {};
  resume_at_tail_ = false;
  cut_next_ = false;
  cut_waits_until_ = {};
  current_problem_.clear();
  current_heard_by_ = 0;
  if (sought != coming.offset && sought < entry->duration) seek_on_air(sought);
}

/// What stood goes on where it stood.
void Programmer::start_held() {
  const auto held = *std::exchange(held_, std::nullopt);
  const auto at = on_grid(std::max(tail_, position_));
  const bool marked = row_.marked;
  const auto cursor = queue_.cursor();
  auto elapsed = held.elapsed;
  if (elapsed >= held.entry->duration) elapsed = {};
  row_.marked = false;
  start(Coming{held.entry, held.take, elapsed}, at);
  if (marked) {
    queue_.set_cursor(cursor);
    row_.marked = true;
  }
  began_at_ = held.began_at.value_or(at);
  if (held.last_take) former_takes_.push_back(held.last_take);
  current_heard_by_ = held.heard_by;
  current_problem_ = held.problem;
  dirty_ = true;
}

void Programmer::end_current(Samples at, bool played) {
  const auto item = *std::exchange(current_, std::nullopt);
  auto& row = add_history(*item.entry, began_at_, std::max(at, began_at_), current_problem_);
  row.heard_by = current_heard_by_;
  row.complete =
      current_problem_.empty() && at >= item.end_at && item.end_at >= item.start_at + item.entry->duration;
  closing_.push_back({row, take_});
  last_row_ = closing_.back();
  recent_.add(Heard{row.track, row.artist, row.end_at});
  const auto& distance = rules_.separation;
  recent_.forget_before(position_ - std::max(distance.track, distance.artist) - distance.margin);
  asked_.erase(take_);
  take_ = {};
  const auto index = queue_.index_of(item.entry->id);
  auto& modes = row_.modes;
  if (played && consuming() && index) {
    const auto own = static_cast<int>(*index);
    if (!row_.marked && queue_.cursor() == own) queue_.set_cursor(own - 1);
    queue_.remove(item.entry->id);
    aired_.erase(item.entry->id);
  }
  if (played && modes.consume == Switch::oneshot) modes.consume = Switch::off;
  if (std::exchange(ended_by_itself_, false) && modes.single == Switch::oneshot) modes.single = Switch::off;
  tail_ = row.end_at;
  skip_pending_ = skip_pending_ && fixed_ && row_.marked;
  cut_waits_until_ = {};
}

/// What is on air ends now, and the next, which is ready, is ordered there. Listeners were sent some seconds
/// of the old item already: it stays on air until the player has said when the new one really begins.
void Programmer::cut() {
  skip_pending_ = false;
  current_->end_at = std::min(current_->end_at, std::max(on_grid(position_), began_at_));
  if (!leaving()) cut_waits_until_ = moment_.now + rules_.cut_waits;
  cut_next_ = true;
}

// --- small things

std::optional<Running> Programmer::running() const {
  const auto entry = on_air();
  if (!entry) return std::nullopt;
  Running running;
  running.entry = entry->id;
  if (current_) {
    running.start_at = current_->start_at;
    running.end_at = current_->end_at;
    running.began_at = began_at_;
  } else {
    running.start_at = held_->start_at;
    running.end_at = held_->start_at + std::max(held_->duration, Samples{1});
    running.began_at = held_->began_at.value_or(Samples{-1});
    running.held = held_->elapsed;
  }
  if (!queue_.find(entry->id)) running.detached = entry;
  return running;
}

bool Programmer::ready(EntryId take) const {
  const auto found = asked_.find(take);
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
