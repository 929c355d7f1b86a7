// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/lists.hpp"
#include "library/library.hpp"
#include "library/playlists.hpp"
#include "schedule/keeper.hpp"
#include "store/store.hpp"

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

/// What the calls of Lists have in common: names, the two ways of a change (the library, a station), turns,
/// smart lists. Only for lists.cpp. On the loop of Lists.
namespace longwave::api {

inline std::vector<TrackId> tracks_of(const schedule::View& view) {
  std::vector<TrackId> tracks;
  tracks.reserve(view.entries.size());
  for (const auto& entry : view.entries) tracks.push_back(entry->track);
  return tracks;
}

inline Error no_station() {
  return error(Errc::not_found, "there is no such station");
}

inline Lists::Changed changed(const library::PlaylistInfo& list) {
  return {list.name, false, list.entries};
}

class Lists::Impl {
  using Int = std::int64_t;
  /// While a queue is being put away it may change; so often it is put away again before another takes its
  /// place.
  static constexpr int most_puts = 4;
  /// Smart lists follow the library after this while.
  static constexpr Duration settle = std::chrono::milliseconds{500};

 public:
  explicit Impl(Ports ports) : ports_(std::move(ports)) {
    on_happened_ =
        ports_.library.happened.connect([this](const library::Changed& changed) { notice(changed.event); });
    on_changed_ = ports_.library.changed.connect([this](const library::LibraryChanged&) { refresh_soon(); });
  }

  schedule::ViewPtr view(StationId station) const { return ports_.keeper.view(station); }
  Int now_ms() const { return unix_ms(ports_.clock.wall()); }

  /// What a name means on a station.
  struct Target {
    std::string name;
    bool active = false;
    schedule::ViewPtr view;
  };
  Result<Target> target(StationId station, const std::string& name) const {
    auto seen = view(station);
    if (!seen) return no_station();
    if (name.empty() || name == "_active" || name == seen->list) return Target{seen->list, true, seen};
    return Target{name, false, seen};
  }

  bool active_somewhere(std::string_view name) const {
    return std::ranges::any_of(ports_.keeper.stations(), [&](StationId station) {
      const auto seen = view(station);
      return seen && seen->list == name;
    });
  }

  /// Runs `job(session) -> Result<T>` on a reading thread, then `then(Result<T>)` here.
  template <class Job, class Then>
  void read(Job job, Then then) {
    using R = std::invoke_result_t<Job&, store::Session&>;
    auto result = std::make_shared<R>(error(Errc::unavailable, "the database can't be read at present"));
    ports_.store.read(
        [result, job = std::move(job)](store::Session& session) mutable { *result = job(session); },
        [result, post = ports_.post, alive = std::weak_ptr<int>(alive_),
         then = std::move(then)](std::exception_ptr) mutable {
          post([result, alive, then = std::move(then)]() mutable {
            if (alive.lock()) then(std::move(*result));
          });
        });
  }

  /// A change of a list in the library.
  template <class Job>
  void edit(Job job, Reply<Changed> reply) {
    ports_.library.edit(
        [job = std::move(job), now = now_ms()](store::Session& session, library::Changes& changes) mutable {
          return job(session, now, changes);
        },
        [alive = std::weak_ptr<int>(alive_),
         reply = std::move(reply)](const Result<library::PlaylistInfo>& done) {
          if (!alive.lock()) return;
          if (!done) return reply(done.error());
          reply(changed(*done));
        });
  }

  /// A change of the active list: a command to its station.
  void steer(StationId station, schedule::Command command, Reply<Changed> reply) {
    ports_.keeper.run(
        station, std::move(command),
        [this, alive = std::weak_ptr<int>(alive_), station,
         reply = std::move(reply)](const Result<schedule::Answer>& done) {
          if (!alive.lock()) return;
          if (!done) return reply(done.error());
          const auto seen = view(station);
          reply(seen ? Result<Changed>(Changed{seen->list, true, static_cast<Int>(seen->entries.size())})
                     : no_station());
        });
  }

  /// One after the other on each station: a load is several steps. `act` gets the task that ends its turn.
  void in_turn(StationId station, std::function<void(std::function<void()>)> act) {
    auto& waiting = turns_[station];
    waiting.push_back(std::move(act));
    if (waiting.size() == 1) begin_turn(station);
  }

  void load(StationId station, const std::string& name, const std::string& by, int puts,
            Reply<Changed> reply) {
    const auto wanted = target(station, name);
    if (!wanted) return reply(wanted.error());
    if (wanted->active) {
      return reply(Changed{wanted->name, true, static_cast<Int>(wanted->view->entries.size()), true});
    }
    struct Loaded {
      std::vector<TrackId> tracks;
      int position = -1;
    };
    auto loaded = std::make_shared<Loaded>();
    ports_.library.edit(
        [loaded, name = wanted->name, old = wanted->view->list, tracks = tracks_of(*wanted->view),
         cursor = wanted->view->cursor,
         now = now_ms()](store::Session& session, library::Changes& changes) -> Result<void> {
          const auto list = library::playlist(session, name);
          if (!list) return list.error();
          const auto entries = library::playlist_entries(session, name);
          loaded->position = list->position;
          loaded->tracks.clear();
          for (const auto& entry : *entries) loaded->tracks.push_back(entry.track);
          const auto put = library::put_playlist(session, old, tracks, cursor, now, changes);
          // What a smart list holds is its query's business: nothing of it is lost.
          if (!put && put.error().code != Errc::conflict) return put.error();
          return {};
        },
        [this, alive = std::weak_ptr<int>(alive_), loaded, station, name = wanted->name, by, puts,
         version = wanted->view->version, reply = std::move(reply)](const Result<void>& kept) {
          if (!alive.lock()) return;
          if (!kept) return reply(kept.error());
          const auto seen = view(station);
          if (seen && seen->version != version && puts + 1 < most_puts)
            return load(station, name, by, puts + 1, reply);
          steer(station, schedule::LoadList{name, loaded->tracks, loaded->position, by}, reply);
        });
  }

  const Ports& ports() const { return ports_; }
  std::weak_ptr<int> alive() const { return alive_; }

 private:
  void begin_turn(StationId station) {
    const auto act = turns_[station].front();
    act([this, alive = std::weak_ptr<int>(alive_), station] {
      if (!alive.lock()) return;
      auto& waiting = turns_[station];
      waiting.pop_front();
      if (!waiting.empty()) begin_turn(station);
    });
  }

  /// What smart lists find depends on the tracks, not on other lists.
  void notice(const library::Event& event) {
    if (!std::holds_alternative<library::PlaylistChanged>(event) &&
        !std::holds_alternative<library::CollectionChanged>(event)) {
      refresh_soon();
    }
  }

  /// Not with every change of many: a moment after the first, and once more if others came meanwhile.
  void refresh_soon() {
    if (std::exchange(stale_, true)) return;
    ports_.later(settle, [this, alive = std::weak_ptr<int>(alive_)] {
      if (!alive.lock()) return;
      stale_ = false;
      refresh();
    });
  }

  /// Looks on a reading thread; only what is different is written.
  void refresh() {
    using Stale = std::vector<library::StalePlaylist>;
    read([now = now_ms()](
             store::Session& session) { return Result<Stale>(library::stale_playlists(session, now)); },
         [this](Result<Stale> found) {
           if (!found || found->empty()) return;
           ports_.library.edit([stale = std::move(*found), now = now_ms()](
                                   store::Session& session, library::Changes& changes) -> Result<void> {
             for (const auto& list : stale) library::refresh_playlist(session, list, now, changes);
             return {};
           });
         });
  }

  Ports ports_;
  Subscription on_happened_, on_changed_;
  bool stale_ = false;  // a refresh is due
  std::unordered_map<StationId, std::deque<std::function<void(std::function<void()>)>>> turns_;
  std::shared_ptr<int> alive_ = std::make_shared<int>();
};

}  // namespace longwave::api
