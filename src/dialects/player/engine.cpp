// SPDX-License-Identifier: Apache-2.0
#include "dialects/player/engine.hpp"

#include "base/log.hpp"
#include "dialects/player/flat.hpp"
#include "library/collections.hpp"
#include "library/library.hpp"
#include "library/marks.hpp"
#include "library/packages.hpp"
#include "library/properties.hpp"
#include "schedule/keeper.hpp"
#include "store/store.hpp"

#include <boost/json.hpp>

#include <utility>

namespace longwave::player {
namespace {

/// Under which the original connects to its daemon: everything that is set here has this source.
constexpr const char* client_name = "wxmms2";
constexpr const char* by_whom = "player";

Error no_station() {
  return error(Errc::unavailable, "the station isn't there");
}

bool is_active(const std::string& name) {
  return name.empty() || name == "_active";
}

}  // namespace

Engine::Engine(Rooms rooms) : rooms_(std::move(rooms)) {}

Engine::~Engine() {
  *alive_ = false;
}

schedule::ViewPtr Engine::view() const {
  return station_ ? rooms_.keeper.view(station_) : nullptr;
}

std::optional<State> Engine::state() const {
  const auto now = view();
  if (!now) return std::nullopt;
  return State{.status = static_cast<int>(now->state),
               .volume = now->volume,
               .place = {.position = now->cursor, .name = now->list}};
}

void Engine::run(schedule::Command command, Done done) {
  if (!station_) return done(no_station());
  rooms_.keeper.run(station_, std::move(command),
                    [done = std::move(done)](Result<schedule::Answer> outcome) mutable {
                      if (!outcome) return done(outcome.error());
                      done(Result<void>());
                    });
}

void Engine::run_to_place(schedule::Command command, Reply<Place> done) {
  run(std::move(command), [this, done = std::move(done)](Result<void> outcome) mutable {
    if (!outcome) return done(outcome.error());
    const auto now = view();
    done(Place{.position = now->cursor, .name = now->list});
  });
}

void Engine::start(Done done) {
  run(schedule::Play{.by = by_whom}, std::move(done));
}

void Engine::stop(Done done) {
  run(schedule::Stop{.by = by_whom}, std::move(done));
}

void Engine::pause(Done done) {
  run(schedule::Pause{.by = by_whom}, std::move(done));
}

void Engine::current_id(Reply<std::int64_t> done) {
  const auto now = view();
  if (!now) return done(no_station());
  done(now->on_air_track().value);
}

void Engine::jump(std::int64_t position, Reply<std::int64_t> done) {
  const auto now = view();
  if (!now) return done(no_station());
  if (position < 0 || position >= static_cast<std::int64_t>(now->entries.size()))
    return done(error(Errc::not_found, "no such position"));
  const auto index = static_cast<std::size_t>(position);
  schedule::Command command = schedule::Play{.index = index, .by = by_whom};
  if (now->state == schedule::Transport::stopped) command = schedule::Mark{.index = index, .by = by_whom};
  run(std::move(command), [position, done = std::move(done)](Result<void> outcome) mutable {
    if (!outcome) return done(outcome.error());
    done(position);
  });
}

void Engine::next(Reply<Place> done) {
  run_to_place(schedule::Next{.by = by_whom}, std::move(done));
}

void Engine::previous(Reply<Place> done) {
  run_to_place(schedule::Previous{.by = by_whom}, std::move(done));
}

void Engine::list_playlists(Reply<std::vector<std::string>> done) {
  auto reply = std::make_shared<Reply<std::vector<std::string>>>(std::move(done));
  rooms_.lists.names(station_, [reply](Result<std::vector<api::Lists::Info>> lists) {
    if (!lists) return (*reply)(lists.error());
    std::vector<std::string> names;
    for (auto& list : *lists) names.push_back(std::move(list.name));
    names.emplace_back("_active");
    (*reply)(std::move(names));
  });
}

void Engine::current_playlist(Reply<Json> done) {
  const auto now = view();
  if (!now) return done(no_station());
  std::vector<TrackId> tracks;
  for (const auto& entry : now->entries) tracks.push_back(entry->track);
  read([tracks = std::move(tracks)](store::Session& session) { return flat_songs(session, tracks); },
       std::move(done));
}

api::Lists::Reply<api::Lists::Changed> Engine::changed(Done done) {
  auto reply = std::make_shared<Done>(std::move(done));
  return [reply](Result<api::Lists::Changed> outcome) {
    if (!outcome) return (*reply)(outcome.error());
    (*reply)(Result<void>());
  };
}

void Engine::create_playlist(std::string name, Done done) {
  if (name.starts_with("_")) return done(error(Errc::invalid, "a name doesn't begin with _"));
  rooms_.lists.create(station_, {.name = std::move(name), .tracks = {}, .query = {}},
                      changed(std::move(done)));
}

void Engine::load_playlist(std::string name, Done done) {
  if (is_active(name)) return done(error(Errc::conflict, "_active is loaded already"));
  rooms_.lists.load(station_, std::move(name), by_whom, changed(std::move(done)));
}

void Engine::add_to_playlist(std::int64_t id, std::string name, Done done) {
  rooms_.lists.add(station_, std::move(name), {TrackId{id}}, std::nullopt, by_whom, changed(std::move(done)));
}

void Engine::remove_from_playlist(std::int64_t position, std::string name, Done done) {
  if (position < 0) return done(error(Errc::not_found, "no such position"));
  rooms_.lists.remove(station_, std::move(name), static_cast<std::size_t>(position), 1, by_whom,
                      changed(std::move(done)));
}

void Engine::clear_playlist(std::string name, Done done) {
  clearing_ = true;
  rooms_.lists.clear(station_, std::move(name), by_whom,
                     changed([this, done = std::move(done)](Result<void> outcome) mutable {
                       clearing_ = false;
                       done(std::move(outcome));
                     }));
}

void Engine::list_collections(Reply<std::vector<std::string>> done) {
  read(
      [](store::Session& session) -> Result<Json> {
        boost::json::array names;
        for (const auto& collection : library::collections(session)) names.emplace_back(collection.name);
        return boost::json::serialize(names);
      },
      [done = std::move(done)](Result<Json> text) mutable {
        if (!text) return done(text.error());
        done(boost::json::value_to<std::vector<std::string>>(boost::json::parse(*text)));
      });
}

void Engine::read(std::function<Result<Json>(store::Session&)> read, Reply<Json> done) {
  auto result = std::make_shared<Result<Json>>(error(Errc::unavailable, "the database can't be read"));
  auto reply = std::make_shared<Reply<Json>>(std::move(done));
  rooms_.store.read([result, read = std::move(read)](store::Session& session) { *result = read(session); },
                    [result, reply, home = rooms_.home](std::exception_ptr) {
                      home([result, reply] { (*reply)(std::move(*result)); });
                    });
}

void Engine::all_media(Reply<Json> done) {
  read(all_songs, std::move(done));
}

void Engine::media_info(std::int64_t id, Reply<Json> done) {
  read([id](store::Session& session) { return flat_song(session, TrackId{id}); }, std::move(done));
}

void Engine::set_property(std::int64_t id, std::string key,
                          std::optional<std::variant<std::string, std::int64_t>> value, Done done) {
  const std::string name(library_key(key));
  auto job = [track = TrackId{id}, name, value = std::move(value)](
                 store::Session& session, library::Changes& changes) -> Result<void> {
    if (!value) return library::unset_properties(session, track, client_name, {name}, changes);
    const auto* number = std::get_if<std::int64_t>(&*value);
    const auto text = number ? std::to_string(*number) : std::get<std::string>(*value);
    return library::set_properties(session, track, client_name, {{name, text}}, changes);
  };
  rooms_.library.edit(std::move(job),
                      [done = std::move(done)](const Result<void>& kept) mutable { done(kept); });
}

void Engine::rehash(Done done) {
  (void)rooms_.library.rescan();
  done(Result<void>());
}

void Engine::refresh(Done done) {
  rooms_.library.scan();
  done(Result<void>());
}

/// First out of the list that is played, where what is heard of it is heard to its end.
void Engine::remove_media(std::int64_t id, Done done) {
  const auto now = view();
  if (!now) return done(no_station());
  schedule::RemoveEntries entries{.entries = {}, .detach = true, .by = by_whom};
  for (const auto& entry : now->entries)
    if (entry->track.value == id) entries.entries.push_back(entry->id);
  auto forget = [this, id, done = std::move(done)](Result<void> outcome) mutable {
    if (!outcome) return done(outcome.error());
    rooms_.library.edit(
        [track = TrackId{id}](store::Session& session, library::Changes& changes) {
          return library::remove_track(session, track, changes);
        },
        [done = std::move(done)](const Result<void>& kept) mutable { done(kept); });
  };
  if (entries.entries.empty()) return forget(Result<void>());
  run(std::move(entries), std::move(forget));
}

void Engine::volume(Reply<Volumes> done) {
  const auto now = view();
  if (!now) return done(no_station());
  done(now->volume);
}

void Engine::set_volume(std::string channel, int value, Done done) {
  run(schedule::SetVolume{.channel = std::move(channel), .value = value}, std::move(done));
}

/// A package that is being made.
struct Engine::Packing {
  library::Packages::JobId job = 0;
  bool begun = false;
  bool cancelled = false;
};

std::uint64_t Engine::package(std::string name, std::string, PackObserver observer, Reply<Packed> done) {
  const auto number = ++last_package_;
  if (!rooms_.packages) return done(error(Errc::unsupported, "packages aren't made here")), number;
  auto packing = packages_.emplace(number, std::make_shared<Packing>()).first->second;
  auto reply = std::make_shared<Reply<Packed>>(std::move(done));
  const auto end = [this, number, reply](Result<Packed> outcome) {
    packages_.erase(number);
    (*reply)(std::move(outcome));
  };
  rooms_.lists.entries(
      station_, std::move(name),
      [this, packing, end, observer = std::move(observer)](Result<api::Lists::Entries> list) {
        if (!list) return end(list.error());
        if (packing->cancelled) return end(error(Errc::cancelled, "cancelled"));
        library::PackageObserver watch;
        watch.item = [item = observer.item](const library::PackageItem& song) {
          item({song.done, song.total, song.track.value, song.title, song.problem});
        };
        watch.paused = observer.paused;
        watch.when_ready = observer.when_ready;
        packing->job = rooms_.packages->make({.name = list->name, .tracks = std::move(list->tracks)},
                                             std::move(watch), [end](Result<library::Package> made) {
                                               if (!made) return end(made.error());
                                               end(Packed{made->url(), made->bytes});
                                             });
        packing->begun = true;
      });
  return number;
}

void Engine::cancel_package(std::uint64_t number) {
  const auto found = packages_.find(number);
  if (found == packages_.end()) return;
  found->second->cancelled = true;
  if (found->second->begun) rooms_.packages->cancel(found->second->job);
}

}  // namespace longwave::player
