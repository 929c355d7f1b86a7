// SPDX-License-Identifier: Apache-2.0
#include "schedule/programmer.hpp"

#include <algorithm>
#include <utility>

/// How a station begins, and how it goes on after the program was away.
namespace longwave::schedule {

namespace {

/// Rows that are written for what would have been played while the program was away; older ones are left out.
constexpr std::size_t max_off_air_rows = 500;
/// After a restart the item that belongs on air gets this long to become ready before another one is played.
constexpr Duration grace = std::chrono::seconds{5};
constexpr const char* off_air = "while off the air";

}  // namespace

Programmer::Programmer(Saved saved, Rules rules, CataloguePtr catalogue, Moment moment, std::uint64_t seed,
                       std::optional<orders::StreamClock> clock)
    : rules_(rules),
      random_(seed),
      row_(std::move(saved.station)),
      queue_(row_.version, row_.cursor, std::move(saved.entries)),
      catalogue_(std::move(catalogue)) {
  anchor(moment, saved.history, clock);
  begin(moment);
  programme_.restore(saved.last_plays, saved.history);
  programme_.set(row_.programme.get(), catalogue_.get());
  resume(saved.history);
  settle();
  finish_turn();
}

/// Stream time goes on with the wall clock, but never back before what was already played: if the clock was
/// set back while the program was away, the epoch moves instead.
void Programmer::anchor(Moment moment, const std::vector<HistoryRow>& history,
                        std::optional<orders::StreamClock> clock) {
  if (clock) {
    clock_ = *clock;
    return;
  }
  if (row_.epoch == WallTime{}) row_.epoch = moment.wall;
  auto position = to_samples(moment.wall - row_.epoch);
  Samples played{0};
  if (!history.empty()) played = history.back().end_at;
  if (row_.running) played = std::max(played, row_.running->start_at);
  if (position < played) {
    position = played;
    row_.epoch = moment.wall - to_duration(position);
  }
  clock_ = orders::StreamClock{moment.now, position};
  dirty_ = true;
}

void Programmer::resume(const std::vector<HistoryRow>& history) {
  for (const auto& row : history) {
    if (row.end_at > row.start_at) {
      recent_.add(Heard{row.track, row.artist, row.end_at});
      anything_analysed_ = true;
    } else if (!row.problem.empty() && row.end_at + rules_.avoid > position_) {
      avoided_[row.track] = row.end_at + rules_.avoid;
    }
  }
  tail_ = position_;
  const auto running = std::exchange(row_.running, std::nullopt);
  if (!running || row_.state == Transport::stopped) return;
  const auto index = queue_.index_of(running->entry);
  const auto entry = index ? queue_.entries()[*index] : running->detached;
  if (!entry || running->end_at <= running->start_at) {
    if (consuming() && !row_.marked && queue_.cursor() == 0) queue_.set_cursor(-1);
    return;
  }
  if (running->held >= Samples{0}) return resume_held(*running, entry);
  if (index && !row_.marked) queue_.set_cursor(static_cast<int>(*index));
  current_ = Item{entry, running->start_at, running->end_at};
  take_ = entry->id;
  began_at_ = running->began_at;
  entered_at_ = running->start_at;
  anything_analysed_ = true;
  if (position_ < current_->end_at) return;
  ended_by_itself_ = true;
  const bool stops = row_.modes.single != Switch::off && !row_.marked && !row_.modes.repeat;
  end_current(current_->end_at);
  for (const auto& closing : std::exchange(closing_, {}))
    out_.events.emplace_back(HistoryAdded{row_.id, closing.row});
  if (stops) return run_out();
  // A private player stood while nobody was there; a list by chance or in circles isn't retold.
  if (row_.kind == Kind::radio && !row_.modes.random && row_.modes.single == Switch::off)
    return run_through();
  tail_ = position_;
}

/// It was held; or was on air while the station had been paused and goes on where it stood.
void Programmer::resume_held(const Running& running, const EntryPtr& entry) {
  Held held;
  held.entry = entry;
  held.take = entry->id;
  held.duration = running.end_at - running.start_at;
  held.elapsed = running.held;
  held.start_at = position_ - running.held;
  if (running.began_at >= Samples{0}) held.began_at = running.began_at;
  held_ = std::move(held);
}

/// Goes through what was queued until the item that belongs on air now. Linear in the queue, however long it
/// was.
void Programmer::run_through() {
  while (first_next() < queue_.size()) {
    const auto& entry = *queue_.entries()[first_next()];
    if (entry.duration <= Samples{0} || tail_ + entry.duration > position_) break;
    pass_off_air(first_next());
  }
  const auto next = first_next();
  resume_at_tail_ = next < queue_.size() && queue_.entries()[next]->duration > Samples{0};
  if (resume_at_tail_) {
    grace_until_ = moment_.now + grace;
  } else {
    tail_ = position_;
  }
  if (history_.size() > max_off_air_rows) {
    history_.erase(history_.begin() + 1, history_.end() - static_cast<std::ptrdiff_t>(max_off_air_rows - 1));
  }
}

/// The entry would have been played, and ended, while nothing was on air.
void Programmer::pass_off_air(std::size_t index) {
  const auto entry = queue_.entries()[index];
  const auto row = add_history(*entry, tail_, tail_ + entry->duration, off_air);
  recent_.add(Heard{row.track, row.artist, row.end_at});
  last_row_ = Closing{row, entry->id};
  programme_.note(row);
  tail_ = row.end_at;
  asked_.erase(entry->id);
  if (row_.modes.consume != Switch::off) {
    if (std::exchange(row_.marked, false)) queue_.set_cursor(static_cast<int>(index) - 1);
    queue_.remove(entry->id);
  } else {
    queue_.set_cursor(static_cast<int>(index));
    row_.marked = false;
  }
}

}  // namespace longwave::schedule
