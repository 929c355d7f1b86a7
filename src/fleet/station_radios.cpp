// SPDX-License-Identifier: Apache-2.0
#include "fleet/station_radios.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace longwave::fleet {
namespace {

/// A track is announced this long before it starts (docs/protocols/scheduler.md section 4).
constexpr Duration announced = std::chrono::seconds{5};
/// What moved by less is left where it was told to be.
constexpr Duration same = std::chrono::milliseconds{100};
/// What should have been told already waits for the player's word on when it really begins.
constexpr Duration settled = std::chrono::milliseconds{250};
/// What is over is kept so long for a successor that isn't known yet.
constexpr Duration kept = std::chrono::seconds{1};

Duration between(Instant a, Instant b) {
  return a < b ? b - a : a - b;
}

}  // namespace

StationRadios::StationRadios(const Clock& clock, radios::Port& port, StationBoard& board, std::string self)
    : clock_(clock),
      port_(port),
      board_(board),
      self_(std::move(self)),
      // Greater than any of an earlier process.
      last_number_(std::chrono::floor<std::chrono::milliseconds>(clock.wall().time_since_epoch()).count()) {
  (void)board_.take_changed();
  for (const auto& [radio, air] : board_.airs()) follow(rows_[radio], air);
}

StationRadios::Row* StationRadios::find(std::string_view radio) {
  const auto place = rows_.find(radio);
  return place == rows_.end() ? nullptr : &place->second;
}

const StationRadios::Row* StationRadios::find(std::string_view radio) const {
  const auto place = rows_.find(radio);
  return place == rows_.end() ? nullptr : &place->second;
}

void StationRadios::restore(const std::vector<radios::Saved>& radios) {
  for (const auto& saved : radios) {
    auto& row = rows_[saved.radio];
    if (!saved.master.empty()) row.master = radios::Master{saved.master, saved.master_prepares};
    if (!saved.playing) continue;
    row.last_entry = saved.playing->item;
    row.last_song = saved.playing->song;
  }
}

bool StationRadios::exists(std::string_view radio) const {
  return find(radio) != nullptr;
}

void StationRadios::create(std::string_view radio) {
  if (!find(radio)) rows_.emplace(radio, Row{});
}

bool StationRadios::remove(std::string_view radio) {
  const auto place = rows_.find(radio);
  if (place == rows_.end()) return false;
  put_master(place->first, place->second, std::nullopt);
  if (board_.airs().contains(radio)) return true;
  removed_.insert(place->first);
  dirty_.erase(place->first);
  rows_.erase(place);
  return true;
}

void StationRadios::put_master(const std::string& radio, Row& row, std::optional<radios::Master> master) {
  if (master && master->streamer == self_) master.reset();  // it plays anyway
  if (!master || !row.master || row.master->streamer != master->streamer) row.joined = false;
  row.master = std::move(master);
  dirty_.insert(radio);
}

void StationRadios::join(std::string_view radio, radios::Master master) {
  create(radio);
  const auto place = rows_.find(radio);
  put_master(place->first, place->second, std::move(master));
  read_board();
  advance(place->first, place->second);
  send_all(place->first, place->second);
}

bool StationRadios::set_master(std::string_view radio, std::optional<radios::Master> master) {
  const auto place = rows_.find(radio);
  if (place == rows_.end()) return false;
  put_master(place->first, place->second, std::move(master));
  return true;
}

std::optional<std::string> StationRadios::master(std::string_view radio) const {
  const auto* row = find(radio);
  return row && row->master ? std::optional(row->master->streamer) : std::nullopt;
}

std::vector<std::string> StationRadios::radios_of(std::string_view streamer) const {
  std::vector<std::string> radios;
  for (const auto& [radio, row] : rows_) {
    if (row.master && row.master->streamer == streamer) radios.push_back(radio);
  }
  return radios;
}

std::vector<std::string> StationRadios::release(std::string_view streamer) {
  auto radios = radios_of(streamer);
  for (const auto& radio : radios) set_master(radio, std::nullopt);
  return radios;
}

void StationRadios::resend(std::string_view streamer) {
  read_board();
  for (const auto& radio : radios_of(streamer)) {
    auto& row = rows_.find(radio)->second;
    advance(radio, row);
    send_all(radio, row);
  }
}

void StationRadios::tell_ahead(std::string_view radio, std::string_view streamer) {
  const auto place = rows_.find(radio);
  if (place == rows_.end() || !place->second.master || !place->second.master->prepares) return;
  for (const auto& item : place->second.items)
    if (item.prepared && item.air.end > clock_.now()) send_prepare(place->first, std::string(streamer), item);
}

void StationRadios::tick() {
  read_board();
  for (auto& [radio, row] : rows_) {
    advance(radio, row);
    send_due(radio, row);
  }
}

void StationRadios::read_board() {
  for (const auto& radio : board_.take_changed()) {
    const auto air = board_.airs().find(radio);
    if (air == board_.airs().end()) {
      const auto place = rows_.find(radio);
      if (place == rows_.end()) continue;
      place->second.items.clear();
      if (!place->second.master) remove(radio);  // else its master has to be told first
      continue;
    }
    follow(rows_[radio], air->second);
  }
}

/// What was told already and is still meant keeps its number.
void StationRadios::follow(Row& row, const StationAir& air) {
  auto before = std::exchange(row.items, {});
  for (const auto& item : air.items) {
    const auto known = std::find_if(before.begin(), before.end(), [&](const Item& other) {
      return other.air.entry == item.entry && other.air.file == item.file &&
             between(other.air.zero(), item.zero()) < same && between(other.air.start, item.start) < same;
    });
    if (known == before.end()) {
      row.items.push_back({.air = item, .number = ++last_number_, .since = clock_.now()});
      continue;
    }
    row.items.push_back(std::move(*known));
    row.items.back().air = item;
    before.erase(known);
  }
}

/// Items whose time has come have begun; what is over is forgotten when the next one is heard.
void StationRadios::advance(const std::string& radio, Row& row) {
  const auto now = clock_.now();
  while (row.items.size() > 1 && row.items[1].air.start <= now) {
    report(radio, row, row.items.front());
    row.items.erase(row.items.begin());
  }
  if (!row.items.empty() && row.items.front().air.start <= now) report(radio, row, row.items.front());
}

void StationRadios::report(const std::string& radio, Row& row, Item& item) {
  if (std::exchange(item.reported, true)) return;
  dirty_.insert(radio);
  const bool goes_on = item.air.entry == row.last_entry && item.air.song == row.last_song &&
                       item.air.offset > Duration::zero();
  row.last_entry = item.air.entry;
  row.last_song = item.air.song;
  if (!goes_on) port_.song_started({.radio = radio, .song = item.air.song, .at = wall(item.air.start)});
}

Instant StationRadios::play_at(const Item& item) {
  const auto at = item.air.start - announced;
  return at < item.since ? item.since + settled : at;
}

Instant StationRadios::prepare_at(const Item& item) {
  return item.air.start - announced < item.since ? item.since + settled : item.since;
}

void StationRadios::send_due(const std::string& radio, Row& row) {
  if (!row.master || !row.joined) return;
  const auto now = clock_.now();
  for (auto& item : row.items) {
    if (item.air.end <= now) continue;
    if (row.master->prepares && prepare_at(item) <= now && !std::exchange(item.prepared, true))
      send_prepare(radio, row.master->streamer, item);
    if (play_at(item) <= now && !std::exchange(item.played, true)) send_play(radio, row, item);
  }
}

void StationRadios::send_all(const std::string& radio, Row& row) {
  row.joined = row.master.has_value();
  for (auto& item : row.items) {
    item.played = item.prepared = false;
    item.since = std::min(item.since, clock_.now() - settled);
  }
  send_due(radio, row);
}

void StationRadios::send_play(const std::string& radio, const Row& row, const Item& item) {
  const auto now = clock_.now();
  const auto start = std::max(item.air.start, now);
  port_.play({.radio = radio,
              .streamer = row.master->streamer,
              .file = item.air.file,
              .delay = start - now,
              .offset = start - item.air.zero(),
              .item = item.number,
              .start = wall(item.air.start)});
}

void StationRadios::send_prepare(const std::string& radio, const std::string& streamer, const Item& item) {
  port_.prepare({.radio = radio,
                 .streamer = streamer,
                 .item = item.number,
                 .file = item.air.file,
                 .start_at = wall(item.air.start),
                 .offset = item.air.offset,
                 .duration = item.air.end - item.air.start});
}

std::optional<WallTime> StationRadios::deadline() const {
  if (board_.changed()) return clock_.wall();
  std::optional<Instant> next;
  const auto at = [&](Instant instant) { next = std::min(next.value_or(instant), instant); };
  for (const auto& [radio, row] : rows_) {
    const bool sends = row.master && row.joined;
    for (const auto& item : row.items) {
      if (!item.reported) at(item.air.start);
      if (!sends || item.air.end <= clock_.now()) continue;
      if (!item.played) at(play_at(item));
      if (row.master->prepares && !item.prepared) at(prepare_at(item));
    }
  }
  return next ? std::optional(wall(*next)) : std::nullopt;
}

radios::Changes StationRadios::take_changes(std::size_t limit) {
  radios::Changes changes;
  for (auto radio = removed_.begin(); radio != removed_.end(); radio = removed_.erase(radio))
    changes.removed.push_back(*radio);
  while (!dirty_.empty() && changes.put.size() < limit) {
    const auto radio = std::move(dirty_.extract(dirty_.begin()).value());
    const auto* row = find(radio);
    if (!row) continue;
    radios::Saved saved;
    saved.radio = radio;
    if (row->master) {
      saved.master = row->master->streamer;
      saved.master_prepares = row->master->prepares;
    }
    if (on_air(*row)) {
      const auto& item = row->items.front();
      auto& playing = saved.playing.emplace();
      playing.item = item.air.entry;
      playing.song = item.air.song;
      playing.file = item.air.file;
      playing.start = wall(item.air.start);
      playing.end = wall(item.air.end);
      playing.offset = item.air.offset;
      playing.duration = item.air.end - item.air.zero();
      saved.next_item = item.air.entry + 1;
    }
    changes.put.push_back(std::move(saved));
  }
  return changes;
}

void StationRadios::not_written(const radios::Changes& changes) {
  for (const auto& saved : changes.put) {
    if (find(saved.radio)) dirty_.insert(saved.radio);
  }
  for (const auto& radio : changes.removed) {
    if (!find(radio)) removed_.insert(radio);
  }
}

radios::Counts StationRadios::counts() const {
  radios::Counts counts;
  counts.radios = rows_.size();
  for (const auto& [radio, row] : rows_) {
    if (row.master || on_air(row)) ++counts.streaming;
    if (!on_air(row) || row.items.back().air.end + kept < clock_.now()) ++counts.broken;
    counts.events += events(radio).size();
  }
  return counts;
}

std::vector<radios::EventView> StationRadios::events(std::string_view radio) const {
  std::vector<radios::EventView> events;
  const auto* row = find(radio);
  if (!row) return events;
  for (const auto& item : row->items) {
    if (row->master && !item.played && item.air.start > clock_.now())
      events.push_back({radios::EventKind::prepare, wall(item.air.start - announced)});
    if (!item.reported) events.push_back({radios::EventKind::start, wall(item.air.start)});
  }
  std::stable_sort(events.begin(), events.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
  return events;
}

std::vector<radios::RadioView> StationRadios::list(radios::Show show, std::size_t offset,
                                                   std::size_t limit) const {
  std::vector<radios::RadioView> all;
  for (const auto& [radio, row] : rows_) {
    radios::RadioView view;
    view.radio = radio;
    if (row.master) view.master = row.master->streamer;
    if (on_air(row)) {
      const auto& item = row.items.front();
      if (view.master.empty()) view.master = self_;
      view.song = item.air.song;
      view.file = item.air.file;
      view.play_time = wall(item.air.zero());
      view.end = wall(item.air.end);
    }
    view.broken = !on_air(row) || row.items.back().air.end + kept < clock_.now();
    if (show == radios::Show::streaming && view.master.empty()) continue;
    if (show == radios::Show::broken && !view.broken) continue;
    all.push_back(std::move(view));
  }
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return std::tuple(a.master.empty(), a.end) < std::tuple(b.master.empty(), b.end);
  });
  if (offset >= all.size()) return {};
  const auto from = all.begin() + static_cast<std::ptrdiff_t>(offset);
  return {from, from + static_cast<std::ptrdiff_t>(std::min(limit, all.size() - offset))};
}

}  // namespace longwave::fleet
