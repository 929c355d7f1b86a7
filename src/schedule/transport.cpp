// SPDX-License-Identifier: Apache-2.0
#include "schedule/programmer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

/// Start, stop, pause and going elsewhere.
namespace longwave::schedule {

namespace {

Error nothing_on_air() {
  return error(Errc::conflict, "nothing is on air");
}
Error no_such_index() {
  return error(Errc::not_found, "there is no such entry in the queue");
}

}  // namespace

Result<Answer> Programmer::execute(const Skip&) {
  if (!current_) {
    if (!held_) return nothing_on_air();
    return execute(Next{});
  }
  // What leads into the next item is on its way to listeners already; another skip would be one too many.
  if (leaving())
    return error(Errc::conflict, "the next track is beginning already: it is heard within seconds");
  if (line_.empty()) {
    const auto next = following(1, false);
    if (!next.empty()) {
      go_to(next.front());
      return Answer{};
    }
    if (!row_.modes.autodj) {
      end_current(std::min(current_->end_at, std::max(position_, began_at_)));
      run_out();
      rest();
      return Answer{};
    }
  }
  if (!skip_pending_) skip_asked_ = moment_.now;
  skip_pending_ = true;
  review_ = true;
  return Answer{};
}

Result<Answer> Programmer::execute(const Play& play) {
  auto index = play.index;
  if (play.entry) {
    index = queue_.index_of(play.entry);
    if (!index) return error(Errc::not_found, fmt::format("entry {} is not in the queue", play.entry.value));
  }
  if (index && *index >= queue_.size()) return no_such_index();
  if (play.offset < Samples{0}) return error(Errc::invalid, "offset: not below 0");
  if (index) {
    const auto& entry = queue_.entries()[*index];
    if (entry->exact && play.offset >= entry->duration)
      return error(Errc::invalid, "the offset lies behind the track's end");
    const auto heard = on_air();
    if (heard && heard->id == entry->id && !leaving()) {
      const bool marked = std::exchange(row_.marked, false);  // so that the seek is about what is on air
      auto sought = execute(Seek{play.offset, play.by});
      row_.marked = marked;
      if (!sought) return sought;
      mark(*index);
      row_.marked = false;
    } else {
      go_to(*index, play.offset);
    }
  } else if (row_.state == Transport::stopped && following(1, false).empty() && !row_.modes.autodj) {
    return error(Errc::conflict, "there is nothing to play");
  }
  if (row_.state == Transport::playing) return Answer{};
  row_.state = Transport::playing;
  tail_ = std::max(tail_, position_);  // what was sent already is heard until then
  dirty_ = true;
  review_ = true;
  return Answer{};
}

Result<Answer> Programmer::execute(const Pause&) {
  if (row_.state == Transport::stopped) return error(Errc::conflict, "the station is stopped");
  if (row_.state == Transport::paused) return Answer{};
  row_.state = Transport::paused;
  const auto wanted = gone_elsewhere() ? queue_.current() : nullptr;
  if (current_ && leaving() && !line_.empty() && (!wanted || wanted->id == line_.front().entry->id)) {
    // What is on air is over, and what begins in its place is held at its very start.
    const auto next = line_.front();
    const auto end = current_->end_at;
    end_current(end);
    start(next, end);
    const auto entered = entered_at_ - current_->start_at;
    hold();
    held_->elapsed = entered;
  } else if (current_ && wanted) {
    // Somebody went to another entry already: that one is held.
    const auto offset = mark_offset_;
    end_current(std::min(current_->end_at, std::max(leaving() ? current_->end_at : position_, began_at_)));
    give_up_fixed();
    if (queue_.cursor() >= 0) go_to(static_cast<std::size_t>(queue_.cursor()), offset);
  } else if (current_) {
    hold();
  }
  rest();
  return Answer{};
}

Result<Answer> Programmer::execute(const Stop&) {
  if (row_.state == Transport::stopped) return Answer{};
  const bool to_next = current_ && leaving() && !line_.empty();
  const auto next = to_next ? line_.front().entry->id : EntryId{};
  if (current_) {
    const auto at = to_next ? current_->end_at : position_;
    end_current(std::min(current_->end_at, std::max(at, began_at_)), to_next);
  }
  row_.state = Transport::stopped;
  end_held();
  if (const auto index = to_next ? queue_.index_of(next) : std::nullopt; index && !row_.marked)
    queue_.set_cursor(static_cast<int>(*index));
  row_.marked = queue_.cursor() >= 0;
  rest();
  return Answer{};
}

/// Counted from the cursor: it stands where everybody sees the station, also while the item on air gives way.
Result<Answer> Programmer::execute(const Next&) {
  auto next = following(3, false);
  if (row_.marked && queue_.cursor() >= 0) {
    const auto here = std::find(next.begin(), next.end(), static_cast<std::size_t>(queue_.cursor()));
    if (here != next.end()) next.erase(next.begin(), here + 1);
  }
  if (!next.empty()) {
    go_to(next.front());
    return Answer{};
  }
  if (row_.modes.autodj && current_ && !leaving()) return execute(Skip{});
  return error(Errc::conflict, "there is no next entry");
}

Result<Answer> Programmer::execute(const Previous&) {
  if (row_.modes.random) {
    const auto here = row_.marked && queue_.cursor() >= 0 ? queue_.current() : on_air();
    while (!row_.round.played.empty()) {
      const auto last = row_.round.played.back();
      row_.round.played.pop_back();
      const auto index = queue_.index_of(last);
      if (!index || (here && here->id == last)) continue;
      go_to(*index);
      return Answer{};
    }
    return error(Errc::conflict, "there is no previous entry");
  }
  auto to = queue_.cursor() - 1;
  if (to < 0 && row_.modes.repeat && queue_.size() > 0) to = static_cast<int>(queue_.size()) - 1;
  if (to < 0) return error(Errc::conflict, "there is no previous entry");
  go_to(static_cast<std::size_t>(to));
  return Answer{};
}

Result<Answer> Programmer::execute(const Mark& what) {
  if (what.index >= queue_.size()) return no_such_index();
  mark(what.index);
  review_ = true;
  return Answer{};
}

/// In the entry that somebody went to, if what is on air gives way to it, else in what is on air.
Result<Answer> Programmer::execute(const Seek& seek) {
  const auto grid = rules_.grid.count();
  const auto target = Samples{std::max<std::int64_t>(seek.position.count(), 0) / grid * grid};
  const bool elsewhere = current_ && gone_elsewhere();
  const auto item = elsewhere ? queue_.current() : on_air();
  if (!item) return nothing_on_air();
  const bool measured = item->exact || !elsewhere;
  if (seek.position < Samples{0} || (measured && item->duration > Samples{0} && target >= item->duration))
    return error(Errc::invalid, "the position lies outside of the track");
  if (held_) {
    held_->elapsed = target;
    held_->start_at = position_ - target;
    held_->last_take = {};  // where it was held doesn't matter any more
    dirty_ = true;
    return Answer{};
  }
  if (!elsewhere && !leaving()) {
    seek_on_air(target);
    return Answer{};
  }
  const auto index = queue_.index_of(item->id);
  if (!index || (!elsewhere && consuming()))
    return error(Errc::conflict, "the next track is beginning already: it is heard within seconds");
  go_to(*index, target);
  return Answer{};
}

void Programmer::seek_on_air(Samples target) {
  const auto& item = *current_->entry;
  const auto duration = item.duration > Samples{0} ? item.duration : current_->end_at - current_->start_at;
  former_takes_.push_back(take_);
  take_ = fresh_take(item.id);
  entered_at_ = std::max(on_grid(position_), began_at_);
  current_->start_at = entered_at_ - target;
  current_->end_at = current_->start_at + duration;
  told_current_ = false;
  cut_next_ = true;
  skip_pending_ = false;
  review_ = true;
}

/// The cursor says what comes next.
void Programmer::mark(std::size_t index, Samples offset) {
  queue_.set_cursor(static_cast<int>(index));
  row_.marked = true;
  mark_offset_ = Samples{offset.count() / rules_.grid.count() * rules_.grid.count()};
  dirty_ = true;
}

/// To that entry, in the way of the present state.
void Programmer::go_to(std::size_t index, Samples offset) {
  mark(index, offset);
  review_ = true;
  if (row_.state == Transport::stopped) return;
  if (current_) {
    skip_pending_ = true;
    skip_asked_ = moment_.now;
    return;
  }
  if (held_ && queue_.current()->id == held_->entry->id) {
    // It is held already: from there now.
    held_->elapsed = std::exchange(mark_offset_, {});
    held_->start_at = position_ - held_->elapsed;
    held_->last_take = {};
    row_.marked = false;
    return;
  }
  end_held();
  const auto at = queue_.index_of(queue_.current()->id);
  mark(*at, offset);
  if (row_.state != Transport::paused) return;
  line_up();
  if (line_.empty()) return;
  const auto& next = line_.front();
  held_ =
      Held{next.entry, next.take, {}, position_ - next.offset, next.entry->duration, next.offset, {}, 0, {}};
  queue_.set_cursor(static_cast<int>(*queue_.index_of(next.entry->id)));
  row_.marked = false;
  mark_offset_ = {};
}

/// What is on air stands where it is; goes on under a new take.
void Programmer::hold() {
  const auto item = *std::exchange(current_, std::nullopt);
  const auto duration = item.end_at - item.start_at;
  aired_.insert(item.entry->id);
  Held held;
  held.entry = item.entry;
  held.last_take = take_;
  held.start_at = item.start_at;
  held.duration = std::max(item.entry->duration, duration);
  held.elapsed = std::clamp(std::min(position_, item.end_at) - item.start_at, Samples{0}, held.duration);
  held.began_at = began_at_;
  held.heard_by = current_heard_by_;
  held.problem = current_problem_;
  held_ = std::move(held);
  take_ = {};
  held_->take = fresh_take(item.entry->id);
  tail_ = std::max(began_at_, position_);
  skip_pending_ = false;
  cut_waits_until_ = {};
  fixed_ = {};
}

/// What was held is over.
void Programmer::end_held() {
  if (!held_) return;
  const auto held = *std::exchange(held_, std::nullopt);
  if (held.began_at) {
    auto& row = add_history(*held.entry, *held.began_at, std::max(*held.began_at, tail_), held.problem);
    row.heard_by = held.heard_by;
    recent_.add(Heard{row.track, row.artist, row.end_at});
    out_.events.emplace_back(HistoryAdded{row_.id, row});
  }
  asked_.erase(held.take);
  const auto index = queue_.index_of(held.entry->id);
  if (!consuming() || !held.began_at || !index || row_.state == Transport::stopped) return;
  if (!row_.marked && queue_.cursor() == static_cast<int>(*index))
    queue_.set_cursor(static_cast<int>(*index) - 1);
  queue_.remove(held.entry->id);
}

/// The player is told to be silent on purpose.
void Programmer::rest() {
  out_.orders.emplace_back(orders::Stop{position_, true});
  ordered_.clear();
  rest_told_ = true;
  rests_from_.reset();
  give_up_fixed();
  skip_pending_ = false;
  cut_waits_until_ = {};
  dirty_ = true;
}

/// Nothing follows, and the AutoDJ isn't to help.
void Programmer::run_out() {
  row_.state = Transport::stopped;
  row_.marked = queue_.cursor() >= 0;
  dirty_ = true;
}

}  // namespace longwave::schedule
