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
#include <unordered_map>

namespace longwave::app {
namespace {

/// Who went on with a subscription of another node, and who left, is noticed this soon.
constexpr Duration ask_every = std::chrono::seconds{10};
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

FollowedAir::FollowedAir(Parts parts) : parts_(std::move(parts)), beat_(parts_.loop), ask_(parts_.loop) {}

void FollowedAir::start() {
  ask_.every(ask_every,
             [this] { parts_.subscribed([this](const std::vector<std::string>& slugs) { take(slugs); }); });
}

void FollowedAir::look(const std::vector<StationId>& stations, Task then) {
  const auto now = parts_.clock.now();
  bool known = true;
  for (const auto id : stations) {
    const auto* programmer = parts_.keeper.programmer(id);
    if (!programmer) continue;
    auto& row = rows_[id];
    const auto& station = programmer->station();
    if (row.radio != station.radio_uuid)
      row = {.slug = station.slug, .radio = station.radio_uuid, .followed = row.followed};
    if (row.read && now < *row.read + read_every) continue;
    row.wanted = true;
    known = false;
  }
  if (known) return then();
  waiting_.push_back(std::move(then));
  read();
}

void FollowedAir::follow(StationId station, Task then) {
  rows_[station].followed = true;
  look({station}, std::move(then));
  plan();
}

/// Of stations that somebody has subscribed to, on this node; the others are forgotten if nobody asked
/// lately.
void FollowedAir::take(const std::vector<std::string>& subscribed) {
  std::unordered_map<std::string_view, StationId> known;
  for (auto& [id, row] : rows_) {
    known[row.slug] = id;
    row.followed = false;
  }
  std::vector<StationId> fresh;
  for (const auto& slug : subscribed) {
    const auto found = known.find(slug);
    const auto id = found == known.end() ? parts_.keeper.find(slug) : found->second;
    if (!id || !parts_.keeper.view(*id)) continue;
    rows_[*id].followed = true;
    if (found == known.end()) fresh.push_back(*id);
  }
  const auto old = parts_.clock.now() - ask_every;
  std::erase_if(rows_, [&](const auto& entry) {
    const auto& row = entry.second;
    return !row.followed && !row.wanted && row.read && *row.read < old;
  });
  look(fresh, [] {});
  plan();
}

void FollowedAir::read() {
  if (std::exchange(reading_, true)) return;
  auto read = std::make_shared<Read>();
  for (auto& [id, row] : rows_)
    if (std::exchange(row.wanted, false)) read->all.push_back({id, row.radio, {}, 0});
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
    if (found == rows_.end() || found->second.radio != one.radio) continue;
    auto& row = found->second;
    const bool before = std::exchange(row.read, parts_.clock.now()).has_value();
    if (read.failed) continue;
    row.line = one.line;
    if (std::exchange(row.listeners, one.listeners) != one.listeners)
      parts_.heard_by(one.station, one.listeners);
    if (before) tell(one.station, row);
  }
  const auto wanted = [](const auto& entry) { return entry.second.wanted; };
  if (std::any_of(rows_.begin(), rows_.end(), wanted)) return this->read();  // asked meanwhile
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
  if (!row.followed) return;
  std::vector<std::pair<std::int64_t, WallTime>> now;
  const auto two = at(row, parts_.clock.wall());
  for (const auto* item : {two.current, two.next})
    now.emplace_back(item ? item->item : 0, item ? item->end : WallTime{});
  if (std::exchange(row.told, now) != now) parts_.changed(station);
}

void FollowedAir::beat() {
  const auto now = parts_.clock.now();
  bool due = false;
  for (auto& [id, row] : rows_) {
    if (!row.followed || !row.read) continue;
    tell(id, row);
    due = (row.wanted = *row.read + read_every <= now) || due;
  }
  due ? read() : plan();
}

void FollowedAir::plan() {
  const auto now = parts_.clock.now();
  const auto wall = parts_.clock.wall();
  std::optional<Instant> next;
  for (const auto& [id, row] : rows_) {
    if (!row.followed || !row.read) continue;
    next = std::min(next.value_or(*row.read + read_every), *row.read + read_every);
    if (const auto two = at(row, wall); two.next) next = std::min(*next, now + (two.next->start - wall));
  }
  if (!next) return beat_.cancel();
  beat_.at(std::max<Instant>(*next, now + std::chrono::milliseconds{10}), [this] { beat(); });
}

}  // namespace longwave::app
