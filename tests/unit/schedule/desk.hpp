// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "schedule/programmer.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

/// A programmer on a table: a manual clock, a library of invented tracks, and everything it said, for looking
/// at.
namespace longwave::schedule::test {

inline Samples minutes(double m) {
  return Samples{static_cast<std::int64_t>(m * 60 * 44100) / 1152 * 1152};
}

/// Tracks 1..n of 3 minutes, `per_artist` of each artist.
inline std::vector<Candidate> library(int n, int per_artist = 1, int duration_ms = 180'000) {
  std::vector<Candidate> rows;
  for (int i = 1; i <= n; ++i) {
    rows.push_back({TrackId{i}, 1000 + (i - 1) / per_artist, 1.0F, duration_ms, true, true});
  }
  return rows;
}

class Desk {
 public:
  explicit Desk(std::vector<Candidate> rows, Rules rules = {}, std::uint64_t seed = 1)
      : rules_(rules), seed_(seed), rows_(std::move(rows)) {
    Saved fresh;
    fresh.station.id = StationId{1};
    fresh.station.slug = "main";
    open(std::move(fresh));
  }

  void open(Saved from) {
    programmer = std::make_unique<Programmer>(std::move(from), rules_,
                                              std::make_shared<const Catalogue>(rows_), moment(), seed_++);
    collect();
  }
  /// As after kill -9: what was committed is all there is.
  void restart() {
    orders.clear();
    saved.history.clear();
    auto row = history.size() > 400 ? std::prev(history.end(), 400) : history.begin();
    for (; row != history.end(); ++row) saved.history.push_back(row->second);
    open(saved);
  }
  void set_library(std::vector<Candidate> rows) {
    rows_ = std::move(rows);
    programmer->set_catalogue(std::make_shared<const Catalogue>(rows_), moment());
    collect();
  }

  Moment moment() const { return {clock.now(), clock.wall() + wall_step}; }
  Samples position() const { return programmer->clock().position(clock.now()); }

  Result<Answer> run(Command command) {
    auto answer = programmer->run(command, moment());
    collect();
    return answer;
  }
  void say(const orders::FromPlayer& message) {
    programmer->receive(message, moment());
    collect();
  }
  /// Lets time pass, with a tick at every deadline.
  void pass(Duration duration) {
    const auto until = clock.now() + duration;
    while (true) {
      const auto next = programmer->deadline();
      if (!next || *next > until) break;
      if (*next > clock.now()) clock.advance(*next - clock.now());
      programmer->tick(moment());
      collect();
      if (auto_answer) answer_all();
    }
    if (until > clock.now()) clock.advance(until - clock.now());
    programmer->tick(moment());
    collect();
    if (auto_answer) answer_all();
  }
  void pass_samples(Samples length) { pass(to_duration(length)); }

  /// Answers every Prepare that was sent: Prepared with the track's exact length, or Failed.
  void answer_all() {
    std::vector<std::pair<EntryId, TrackId>> later;
    while (!asked.empty()) {
      const auto [item, track] = asked.front();
      asked.erase(asked.begin());
      if (unanswered.contains(track)) {
        later.emplace_back(item, track);
        continue;
      }
      const auto bad = broken.find(track);
      if (bad != broken.end()) {
        say(orders::Failed{item, bad->second});
      } else {
        const auto exact = lengths.find(track);
        say(orders::Prepared{item, exact != lengths.end() ? exact->second : minutes(3)});
      }
    }
    asked = std::move(later);
  }

  TrackId on_air() const {
    const auto view = programmer->now();
    return view.current ? view.current->entry->track : TrackId{};
  }
  std::vector<std::int64_t> tracks() const {
    std::vector<std::int64_t> result;
    for (const auto& entry : programmer->queue().entries()) result.push_back(entry->track.value);
    return result;
  }
  template <class T>
  std::vector<T> ordered() const {
    std::vector<T> result;
    for (const auto& order : orders) {
      if (const auto* found = std::get_if<T>(&order)) result.push_back(*found);
    }
    return result;
  }

  ManualClock clock;
  Duration wall_step{};
  std::unique_ptr<Programmer> programmer;
  Saved saved;  ///< what a store would hold
  std::vector<orders::ToPlayer> orders;
  std::vector<Event> events;
  std::vector<std::pair<EntryId, TrackId>> asked;
  std::map<TrackId, std::string> broken;
  std::map<TrackId, Samples> lengths;
  std::set<TrackId> unanswered;  ///< nobody says anything of them for now
  bool auto_answer = true;
  std::map<std::int64_t, HistoryRow> history;

  void collect() {
    auto output = programmer->take();
    if (output.delta) apply(*output.delta);
    for (auto& order : output.orders) {
      if (const auto* prepare = std::get_if<orders::Prepare>(&order))
        asked.emplace_back(prepare->item, prepare->track);
      orders.push_back(order);
    }
    for (auto& event : output.events) events.push_back(std::move(event));
    if (!auto_answer) return;
    for (const auto& order : output.orders) {
      const auto* play = std::get_if<orders::Play>(&order);
      // A player says so a few seconds ahead.
      if (play && play->cut && play->start_at <= position() + minutes(0.1))
        say(orders::Started{play->item, play->start_at, play->offset});
    }
  }

 private:
  /// What tables.cpp does with SQL, on the values.
  void apply(const Delta& delta) {
    saved.station = delta.station;
    std::map<EntryId, Entry> entries;
    if (!delta.whole) {
      for (const auto& entry : saved.entries) entries[entry.id] = entry;
    }
    for (const auto& entry : delta.put) entries[entry->id] = *entry;
    for (const auto id : delta.removed) entries.erase(id);
    saved.entries.clear();
    for (auto& [id, entry] : entries) saved.entries.push_back(std::move(entry));
    for (const auto& row : delta.history) history[row.id] = row;
  }

  Rules rules_;
  std::uint64_t seed_;
  std::vector<Candidate> rows_;
};

}  // namespace longwave::schedule::test
