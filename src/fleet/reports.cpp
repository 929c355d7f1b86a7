// SPDX-License-Identifier: Apache-2.0
#include "fleet/reports.hpp"

#include <algorithm>
#include <cmath>

namespace longwave::fleet {
namespace {

/// What a report costs where it waits: itself, its node, and a name that doesn't fit into it.
std::size_t bytes_of(const Report& report) {
  constexpr std::size_t short_name = 15;
  const auto name = radio_of(report).size();
  return sizeof(Report) + 2 * sizeof(void*) + (name > short_name ? name + 1 : 0);
}

/// A batch is tried once more before it is taken apart: not every refusal is about what is in it.
constexpr int refusals_to_split = 2;

}  // namespace

const std::string& radio_of(const Report& report) {
  return std::visit([](const auto& r) -> const std::string& { return r.radio_uuid; }, report);
}

bool Reports::push(Report report, Instant now) {
  const auto bytes = bytes_of(report);
  if (counts_.waiting_bytes + bytes > limits_.bytes) {
    ++counts_.dropped;
    return false;
  }
  counts_.waiting_bytes += bytes;
  ++counts_.waiting;
  if (auto* song = std::get_if<SongStarted>(&report)) {
    songs_.push_back(std::move(*song));
    return true;
  }
  auto& lane = lanes_[radio_of(report)];
  if (lane.waiting.empty()) ready_.emplace(std::pair{now, ++turns_}, radio_of(report));
  lane.waiting.push_back(std::move(report));
  return true;
}

std::optional<Reports::Call> Reports::next(Instant now) {
  if (auto songs = next_songs(now)) return songs;
  return next_lane(now);
}

Instant Reports::songs_due() const {
  const auto due = std::max(songs_not_before_, songs_absence_.not_before);
  return suspects_ == 0 && songs_.size() < size_ ? std::max(due, batch_at_) : due;
}

std::optional<Reports::Call> Reports::next_songs(Instant now) {
  if (songs_under_way_ || songs_.empty() || now < songs_due()) return std::nullopt;
  const auto most = suspects_ == 0 ? size_ : std::max<std::size_t>(1, suspects_ / 2);
  const auto count = std::min(most, songs_.size());
  songs_under_way_ = true;
  batch_at_ = now + limits_.batch_every;
  under_way_.emplace(++last_id_, UnderWay{count, {}, now});
  return Call{last_id_, {songs_.begin(), songs_.begin() + static_cast<std::ptrdiff_t>(count)}};
}

std::optional<Reports::Call> Reports::next_lane(Instant now) {
  const auto most = lanes_absence_.failures > 0 ? 1 : limits_.radios_at_once;
  if (lanes_under_way_ >= most || now < lanes_absence_.not_before) return std::nullopt;
  if (ready_.empty() || ready_.begin()->first.first > now) return std::nullopt;
  const auto radio = std::move(ready_.extract(ready_.begin()).mapped());
  ++lanes_under_way_;
  under_way_.emplace(++last_id_, UnderWay{0, radio, now});
  return Call{last_id_, {lanes_.at(radio).waiting.front()}};
}

std::optional<Instant> Reports::due(Instant now) const {
  std::optional<Instant> next;
  if (!songs_under_way_ && !songs_.empty()) next = songs_due();
  const auto most = lanes_absence_.failures > 0 ? 1 : limits_.radios_at_once;
  if (lanes_under_way_ < most && !ready_.empty()) {
    const auto due = std::max(ready_.begin()->first.first, lanes_absence_.not_before);
    next = std::min(next.value_or(due), due);
  }
  if (next) next = std::max(*next, now);
  return next;
}

void Reports::answered(std::uint64_t id, Outcome outcome, Instant now) {
  const auto found = under_way_.extract(id);
  if (found.empty()) return;
  const auto& call = found.mapped();
  if (outcome != Outcome::taken) ++counts_.failures;
  auto& absence = call.songs ? songs_absence_ : lanes_absence_;
  if (outcome == Outcome::away) {
    away(absence, call.began, now);
  } else {
    absence = {};
  }
  if (call.songs) {
    songs_answered(call.songs, outcome, now);
  } else {
    lane_answered(call.radio, outcome, now);
  }
}

/// Calls that were under way together are one failure.
void Reports::away(Absence& absence, Instant began, Instant now) {
  if (absence.failures > 0 && began < absence.since) return;
  absence.since = now;
  absence.not_before = now + wait(++absence.failures);
}

Duration Reports::wait(int failures) {
  Duration wait = limits_.first_wait;
  for (int i = 1; i < failures && wait < limits_.longest_wait; ++i) wait *= 2;
  wait = std::min(wait, limits_.longest_wait);
  // Somewhere in its second half: what was away isn't asked by everybody in one moment.
  return wait / 2 + Duration{std::llround(random_.unit() * static_cast<double>(wait.count()) / 2)};
}

void Reports::forget(const Report& report) {
  counts_.waiting_bytes -= bytes_of(report);
  --counts_.waiting;
}

// ---- songs ----

void Reports::songs_answered(std::size_t count, Outcome outcome, Instant now) {
  songs_under_way_ = false;
  switch (outcome) {
    case Outcome::taken:
    case Outcome::unwanted:
      for (std::size_t i = 0; i < count; ++i) {
        forget(Report{std::move(songs_.front())});
        songs_.pop_front();
      }
      (outcome == Outcome::taken ? counts_.taken : counts_.dropped) += count;
      suspects_ -= std::min(suspects_, count);
      refusals_ = refusals_in_a_row_ = 0;
      size_ = songs_.size() >= size_ ? std::min(size_ * 2, limits_.longest_batch) : limits_.batch;
      return;
    case Outcome::refused:
      return songs_refused(count, now);
    case Outcome::away:
      size_ = limits_.batch;  // it may have been too much to be answered in time
      return;
  }
}

void Reports::songs_refused(std::size_t count, Instant now) {
  ++refusals_;
  songs_not_before_ = now + wait(1);
  if (count > 1) {
    if (suspects_ == 0 && refusals_ < refusals_to_split) return;
    suspects_ = count;
    refusals_ = 0;
    return;
  }
  suspects_ = std::max<std::size_t>(suspects_, 1);
  songs_not_before_ = now + wait(++refusals_in_a_row_);
  if (refusals_ < limits_.attempts) return;
  forget(Report{std::move(songs_.front())});
  songs_.pop_front();
  ++counts_.dropped;
  --suspects_;
  refusals_ = 0;
}

// ---- listeners ----

void Reports::lane_answered(const std::string& radio, Outcome outcome, Instant now) {
  --lanes_under_way_;
  const auto place = lanes_.find(radio);
  auto& lane = place->second;
  auto again = now;
  bool over = outcome == Outcome::taken || outcome == Outcome::unwanted;
  if (outcome == Outcome::refused) {
    over = ++lane.refusals >= limits_.attempts;
    if (!over) again += wait(lane.refusals);
  }
  if (over) {
    ++(outcome == Outcome::taken ? counts_.taken : counts_.dropped);
    forget(lane.waiting.front());
    lane.waiting.pop_front();
    lane.refusals = 0;
  }
  if (lane.waiting.empty()) {
    lanes_.erase(place);
  } else {
    ready_.emplace(std::pair{again, ++turns_}, radio);
  }
}

void Reports::give_up() {
  counts_.dropped += counts_.waiting;
  counts_.waiting = counts_.waiting_bytes = 0;
  songs_.clear();
  lanes_.clear();
  ready_.clear();
  under_way_.clear();
  songs_under_way_ = false;
  lanes_under_way_ = suspects_ = 0;
}

}  // namespace longwave::fleet
