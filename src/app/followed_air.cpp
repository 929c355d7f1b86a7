// SPDX-License-Identifier: Apache-2.0
#include "app/followed_air.hpp"

#include "fleet/tables.hpp"
#include "io/loop.hpp"
#include "schedule/by_programme.hpp"
#include "schedule/keeper.hpp"
#include "schedule/radios/tables.hpp"
#include "store/store.hpp"

#include <algorithm>
#include <exception>
#include <memory>

namespace longwave::app {
namespace {

/// Without a subscriber, since somebody asked.
constexpr Duration followed = std::chrono::minutes{5};
/// What follows is announced five seconds before it begins.
constexpr Duration read_every = std::chrono::seconds{2};
/// What is over is shown so long, until its successor has been read.
constexpr Duration late = std::chrono::seconds{3};

schedule::Item item_of(const radios::ItemView& view, const schedule::Programmer& programmer,
                       const Clock& clock) {
  const auto position = [&](WallTime at) {
    return programmer.clock().position(clock.now() + (at - clock.wall()));
  };
  rules::Why why;
  why.rule = rules::rule_named(view.rule).value_or(rules::Rule::fallback);
  why.subject = view.subject;
  why.playlist = view.playlist;
  const auto& programme = programmer.station().programme;
  schedule::Entry entry;
  entry.id = EntryId{view.item};
  entry.track = TrackId{view.song};
  entry.duration = to_samples(view.duration);
  entry.reason =
      schedule::reason_of(why, programme ? why.text(programme->rules) : "", view.show, 0, view.offset);
  return {std::make_shared<const schedule::Entry>(std::move(entry)), position(view.start - view.offset),
          position(view.end)};
}

}  // namespace

struct FollowedAir::Read {
  struct One {
    StationId station;
    std::string radio;
    std::optional<std::vector<radios::ItemView>> line;
    int listeners = 0;
  };
  std::vector<One> all;
  bool failed = false;
};

FollowedAir::FollowedAir(Parts parts) : parts_(std::move(parts)), timer_(parts_.loop) {}

void FollowedAir::follow(const std::vector<StationId>& stations, Task then) {
  bool known = true;
  for (const auto id : stations) {
    const auto* programmer = parts_.keeper.programmer(id);
    if (!programmer) continue;
    auto& row = rows_[id];
    if (const auto& radio = programmer->station().radio_uuid; row.radio != radio) row = {.radio = radio};
    row.until = parts_.clock.now() + followed;
    known = known && row.known;
  }
  if (known) return then();
  waiting_.push_back(std::move(then));
  read();
}

void FollowedAir::read() {
  if (rows_.empty() || std::exchange(reading_, true)) return;
  read_ = parts_.clock.now();
  auto read = std::make_shared<Read>();
  for (const auto& [id, row] : rows_) read->all.push_back({id, row.radio, {}, 0});
  parts_.store.read(
      [read](store::Session& session) {
        for (auto& one : read->all) {
          one.line = radios::line_of(session, one.radio);
          if (one.line) one.listeners = fleet::listeners_of(session, one.radio);
        }
      },
      [this, read, post = parts_.loop.poster()](const std::exception_ptr& failure) {
        post([this, read, failed = failure != nullptr] {
          read->failed = failed;
          take(*read);
        });
      });
}

/// A database that can't answer: what was known stays, and who asked is told that.
void FollowedAir::take(const Read& read) {
  reading_ = false;
  for (const auto& one : read.all) {
    const auto found = rows_.find(one.station);
    if (read.failed || found == rows_.end() || found->second.radio != one.radio) continue;
    auto& row = found->second;
    row.line = one.line;
    if (std::exchange(row.listeners, one.listeners) != one.listeners)
      parts_.heard_by(one.station, one.listeners);
    if (std::exchange(row.known, true)) tell(one.station, row);
  }
  const auto unknown = [](const auto& entry) { return !entry.second.known; };
  if (!read.failed && std::any_of(rows_.begin(), rows_.end(), unknown))
    return this->read();  // asked meanwhile
  for (auto& then : std::exchange(waiting_, {})) then();
  plan();
}

FollowedAir::Two FollowedAir::at(const Row& row, WallTime moment) {
  Two two;
  if (!row.line) return two;
  for (const auto& item : *row.line) {
    if (item.start <= moment) {
      two.current = moment < item.end + late ? &item : nullptr;
    } else {
      two.next = &item;
      break;
    }
  }
  return two;
}

std::optional<schedule::NowView> FollowedAir::on_air(StationId station) const {
  const auto found = rows_.find(station);
  const auto* programmer = found == rows_.end() ? nullptr : parts_.keeper.programmer(station);
  if (!programmer || !found->second.line) return std::nullopt;
  const auto [current, next] = at(found->second, parts_.clock.wall());
  schedule::NowView view;
  if (current) {
    view.state = schedule::OnAir::playing;
    view.current = item_of(*current, *programmer, parts_.clock);
  }
  if (next) view.next = item_of(*next, *programmer, parts_.clock);
  return view;
}

void FollowedAir::tell(StationId station, Row& row) {
  std::vector<std::pair<std::int64_t, WallTime>> now;
  const auto two = at(row, parts_.clock.wall());
  for (const auto* item : {two.current, two.next})
    now.emplace_back(item ? item->item : 0, item ? item->end : WallTime{});
  if (std::exchange(row.told, now) != now) parts_.changed(station);
}

void FollowedAir::beat() {
  const auto now = parts_.clock.now();
  std::vector<StationId> silent;
  for (auto& [id, row] : rows_) {
    if (row.known) tell(id, row);
    if (row.until <= now) silent.push_back(id);
  }
  for (const auto id : silent) expire(id);
  if (read_ + read_every <= now) return read();
  plan();
}

void FollowedAir::expire(StationId station) {
  const auto view = parts_.keeper.view(station);
  if (!view) {
    rows_.erase(station);
    return;
  }
  const auto until = rows_.at(station).until = parts_.clock.now() + followed;
  parts_.subscribed(view->slug, [this, station, until](bool yes) {
    const auto found = rows_.find(station);
    if (!yes && found != rows_.end() && found->second.until == until) rows_.erase(found);
  });
}

void FollowedAir::plan() {
  if (rows_.empty()) return timer_.cancel();
  const auto wall = parts_.clock.wall();
  auto next = wall + read_every;
  for (const auto& [id, row] : rows_) {
    if (const auto two = at(row, wall); two.next) next = std::min(next, two.next->start);
  }
  timer_.at(parts_.clock.now() + std::max<Duration>(next - wall, std::chrono::milliseconds{10}),
            [this] { beat(); });
}

}  // namespace longwave::app
