// SPDX-License-Identifier: Apache-2.0
#include "dialects/player/daemon.hpp"

#include "station/backends/xmms2_remote.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <algorithm>
#include <utility>

namespace longwave::player {
namespace {

namespace json = boost::json;
namespace xmms2 = station::xmms2;
using xmms2::Broadcast;

constexpr const char* our_source = "client/wxmms2";
constexpr std::uint32_t playlist = 2, playback = 4, medialib = 5, collection = 6;

std::string or_active(std::string name) {
  return name.empty() ? "_active" : std::move(name);
}

std::int64_t number_of(const xmms2::Value* value, std::int64_t otherwise = 0) {
  const auto* number = value ? value->number() : nullptr;
  return number ? *number : otherwise;
}

std::string text_of(const xmms2::Value* value) {
  const auto* text = value ? value->text() : nullptr;
  return text ? *text : std::string();
}

std::optional<std::int64_t> maybe(const xmms2::Value& value, std::string_view key) {
  const auto* found = value.find(key);
  return found && found->number() ? std::optional(*found->number()) : std::nullopt;
}

Volumes volumes_of(const xmms2::Value& value) {
  Volumes out;
  if (const auto* channels = value.dict())
    for (const auto& [channel, level] : *channels) out[channel] = static_cast<int>(number_of(&level));
  return out;
}

json::value json_of(const xmms2::Value& value) {
  if (const auto* number = value.number()) return *number;
  if (const auto* text = value.text()) return json::string(*text);
  return nullptr;
}

/// How much a source is preferred; less is better.
int rank_of(std::string_view source) {
  constexpr std::string_view order[] = {our_source,       "server",         "client/",      "plugin/playlist",
                                        "plugin/segment", "plugin/nibbler", "plugin/id3v2", "plugin/"};
  for (std::size_t i = 0; i < std::size(order); ++i)
    if (order[i].ends_with('/') ? source.starts_with(order[i]) : source == order[i])
      return static_cast<int>(i);
  return static_cast<int>(std::size(order));
}

}  // namespace

std::string flat_properties(const xmms2::Value& info) {
  json::object out;
  const auto* keys = info.dict();
  if (!keys) return "{}";
  for (const auto& [key, sources] : *keys) {
    const auto* values = sources.dict();
    if (!values || values->empty()) continue;
    const auto best = std::min_element(values->begin(), values->end(), [](const auto& a, const auto& b) {
      return rank_of(a.first) < rank_of(b.first);
    });
    out[key] = json_of(best->second);
  }
  return json::serialize(out);
}

Daemon::Daemon(xmms2::Client& client, std::string music) : client_(client), music_(std::move(music)) {
  client_.on_up = [this] { on_up(); };
  client_.on_down = [this](const std::string&) { state_.reset(); };
  client_.on_broadcast = [this](Broadcast what, const Value& value) { on_broadcast(what, value); };
}

void Daemon::tell(Event event) {
  happened.emit(event);
}

void Daemon::on_up() {
  state_.emplace();
  client_.call(playback, 39, {}, [this](Result<Value> status) {
    if (status && state_) state_->status = static_cast<int>(number_of(&*status));
  });
  client_.call(playback, 42, {}, [this](Result<Value> levels) {
    if (levels && state_) state_->volume = volumes_of(*levels);
  });
  place([this](Result<Place> now) {
    if (!now || !state_) return;
    state_->place = *now;
    if (!std::exchange(was_up_, true)) return;
    tell(PlaylistLoaded{now->name});  // so that clients look again
    tell(StatusChanged{state_->status});
  });
}

void Daemon::on_broadcast(Broadcast what, const Value& value) {
  const auto id = number_of(&value);
  switch (what) {
    case Broadcast::status:
      if (state_) state_->status = static_cast<int>(id);
      return tell(StatusChanged{static_cast<int>(id)});
    case Broadcast::volume:
      if (!value.dict()) return;  // the mixer went away
      if (state_) state_->volume = volumes_of(value);
      return tell(VolumeChanged{volumes_of(value)});
    case Broadcast::current_pos: {
      const Place now{number_of(value.find("position"), -1), text_of(value.find("name"))};
      if (state_) state_->place = now;
      return tell(PositionChanged{now});
    }
    case Broadcast::playlist_changed:
      return tell(PlaylistChanged{.type = static_cast<int>(number_of(value.find("type"))),
                                  .name = text_of(value.find("name")),
                                  .id = maybe(value, "id"),
                                  .position = maybe(value, "position"),
                                  .new_position = maybe(value, "newposition")});
    case Broadcast::playlist_loaded:
      if (state_) state_->place.name = text_of(&value);
      return tell(PlaylistLoaded{text_of(&value)});
    case Broadcast::collection_changed: {
      CollectionChanged event{.type = static_cast<int>(number_of(value.find("type"))),
                              .name = text_of(value.find("name")),
                              .name_space = text_of(value.find("namespace"))};
      if (const auto* renamed = value.find("newname")) event.new_name = text_of(renamed);
      return tell(std::move(event));
    }
    case Broadcast::config_changed:
      if (const auto* pairs = value.dict())
        for (const auto& [key, setting] : *pairs) tell(ConfigChanged{key, text_of(&setting)});
      return;
    case Broadcast::current_id:
      return tell(CurrentId{id});
    case Broadcast::entry_added:
      return tell(EntryAdded{id});
    case Broadcast::entry_changed:
      return tell(EntryChanged{id});
    case Broadcast::entry_removed:
      return tell(EntryRemoved{id});
    case Broadcast::reader_status:
      return tell(ReaderStatus{static_cast<int>(id)});
    case Broadcast::quit:
      return;
  }
}

void Daemon::ask(std::uint32_t object, std::uint32_t command, List arguments, Done done, bool slow) {
  client_.call(
      object, command, std::move(arguments),
      [done = std::move(done)](Result<Value> answer) mutable {
        if (!answer) return done(answer.error());
        done(Result<void>());
      },
      slow);
}

void Daemon::start(Done done) {
  ask(playback, 32, {}, std::move(done));
}
void Daemon::stop(Done done) {
  ask(playback, 33, {}, std::move(done));
}
void Daemon::pause(Done done) {
  ask(playback, 34, {}, std::move(done));
}

void Daemon::current_id(Reply<std::int64_t> done) {
  client_.call(playback, 40, {}, [done = std::move(done)](Result<Value> id) mutable {
    if (!id) return done(id.error());
    done(number_of(&*id));
  });
}

void Daemon::jump(std::int64_t position, Reply<std::int64_t> done) {
  if (position < 0) return done(error(Errc::not_found, "no such position"));  // a new daemon would take it
  ask(playlist, 33, {Value(position)}, [this, position, done = std::move(done)](Result<void> marked) mutable {
    if (!marked) return done(marked.error());
    ask(playback, 35, {}, [position, done = std::move(done)](Result<void> tickled) mutable {
      if (!tickled) return done(tickled.error());
      done(position);
    });
  });
}

void Daemon::place(Reply<Place> done) {
  const std::uint32_t command = new_protocol() ? 40 : 44;
  client_.call(playlist, command, {Value("_active")},
               [this, done = std::move(done)](Result<Value> now) mutable {
                 if (now)
                   return done(Place{number_of(now->find("position"), -1), text_of(now->find("name"))});
                 if (now.error().message != "no current entry") return done(now.error());
                 client_.call(playlist, 45, {},
                              [done = std::move(done)](Result<Value> name) mutable {  // an old daemon's -1
                                if (!name) return done(name.error());
                                done(Place{-1, text_of(&*name)});
                              });
               });
}

void Daemon::step(int by, Reply<Place> done) {
  ask(playlist, 34, {Value(by)}, [this, done = std::move(done)](Result<void> marked) mutable {
    if (!marked) return done(marked.error());
    ask(playback, 35, {}, [this, done = std::move(done)](Result<void> tickled) mutable {
      if (!tickled) return done(tickled.error());
      place(std::move(done));
    });
  });
}

void Daemon::next(Reply<Place> done) {
  step(1, std::move(done));
}
void Daemon::previous(Reply<Place> done) {
  step(-1, std::move(done));
}

void Daemon::names(const char* name_space, Reply<std::vector<std::string>> done) {
  client_.call(collection, 33, {Value(name_space)}, [done = std::move(done)](Result<Value> list) mutable {
    if (!list) return done(list.error());
    std::vector<std::string> out;
    if (const auto* all = list->list())
      for (const auto& name : *all) out.push_back(text_of(&name));
    done(std::move(out));
  });
}

void Daemon::list_playlists(Reply<std::vector<std::string>> done) {
  names("Playlists", std::move(done));
}
void Daemon::list_collections(Reply<std::vector<std::string>> done) {
  names("Collections", std::move(done));
}

/// The ids, then what is known of each; a connection's calls are answered in order.
void Daemon::current_playlist(Reply<Json> done) {
  const std::uint32_t command = new_protocol() ? 39 : 43;
  client_.call(
      playlist, command, {Value("_active")}, [this, done = std::move(done)](Result<Value> ids) mutable {
        if (!ids) return done(ids.error());
        const auto* list = ids->list();
        if (!list || list->empty()) return done(Json("[]"));
        struct Gathering {
          Json text = "[";
          std::size_t open = 0;
          Reply<Json> done;
        };
        auto all = std::make_shared<Gathering>();
        all->open = list->size();
        all->done = std::move(done);
        for (const auto& one : *list) {
          client_.call(medialib, 32, {Value(number_of(&one))},
                       [all, id = number_of(&one)](Result<Value> info) {
                         all->text += all->text.size() > 1 ? "," : "";
                         all->text += info ? flat_properties(*info) : fmt::format("{{\"id\":{}}}", id);
                         if (--all->open > 0) return;
                         if (!info && info.error().code == Errc::unavailable) return all->done(info.error());
                         all->done(all->text + "]");
                       });
        }
      });
}

void Daemon::create_playlist(std::string name, Done done) {
  if (name.starts_with("_")) return done(error(Errc::invalid, "a name doesn't begin with _"));
  list_playlists([this, name, done = std::move(done)](Result<std::vector<std::string>> all) mutable {
    if (!all) return done(all.error());
    if (std::find(all->begin(), all->end(), name) != all->end())  // saving would overwrite it
      return done(error(Errc::conflict, "there is a playlist of that name"));
    ask(collection, 34, {Value(name), Value("Playlists"), Value(xmms2::id_list({}, client_.protocol()))},
        std::move(done));
  });
}

void Daemon::load_playlist(std::string name, Done done) {
  ask(playlist, new_protocol() ? 44 : 49, {Value(std::move(name))}, std::move(done));
}

void Daemon::add_to_playlist(std::int64_t id, std::string name, Done done) {
  name = or_active(std::move(name));
  if (!new_protocol()) return ask(playlist, 36, {Value(name), Value(id)}, std::move(done));
  ask(playlist, 36, {Value(name), Value(xmms2::id_list({id}, client_.protocol()))}, std::move(done));
}

void Daemon::remove_from_playlist(std::int64_t position, std::string name, Done done) {
  if (position < 0) return done(error(Errc::not_found, "no such position"));  // it would count from the end
  ask(playlist, new_protocol() ? 37 : 39, {Value(or_active(std::move(name))), Value(position)},
      std::move(done));
}

void Daemon::clear_playlist(std::string name, Done done) {
  name = or_active(std::move(name));
  if (!new_protocol()) return ask(playlist, 41, {Value(name)}, std::move(done));
  ask(playlist, 32, {Value(name), Value(xmms2::id_list({}, client_.protocol())), Value(0)}, std::move(done));
}

void Daemon::all_media(Reply<Json> done) {
  constexpr const char* keys[] = {"id", "title", "artist", "album", "duration"};
  List wanted;
  for (const char* key : keys) wanted.emplace_back(key);
  List arguments{Value(xmms2::everything(client_.protocol())), Value(0), Value(0)};
  if (!new_protocol()) arguments.emplace_back(List{});
  arguments.emplace_back(std::move(wanted));
  arguments.emplace_back(List{});
  client_.call(
      collection, 39, std::move(arguments),
      [keys, done = std::move(done)](Result<Value> songs) mutable {
        if (!songs) return done(songs.error());
        json::array out;
        if (const auto* list = songs->list()) {
          for (const auto& song : *list) {
            json::object one;
            for (const char* key : keys) {
              const auto* value = song.find(key);
              one[key] = value ? json_of(*value) : json::value();
            }
            out.push_back(std::move(one));
          }
        }
        done(json::serialize(out));
      },
      true);
}

void Daemon::media_info(std::int64_t id, Reply<Json> done) {
  client_.call(medialib, 32, {Value(id)}, [done = std::move(done)](Result<Value> info) mutable {
    if (!info) return done(info.error());
    done(flat_properties(*info));
  });
}

void Daemon::set_property(std::int64_t id, std::string key,
                          std::optional<std::variant<std::string, std::int64_t>> value, Done done) {
  List arguments{Value(id), Value(our_source), Value(std::move(key))};
  if (!value) return ask(medialib, 39, std::move(arguments), std::move(done));
  const auto* number = std::get_if<std::int64_t>(&*value);
  arguments.push_back(number ? Value(*number) : Value(std::get<std::string>(*value)));
  ask(medialib, number ? 38 : 37, std::move(arguments), std::move(done));
}

void Daemon::rehash(Done done) {
  ask(medialib, 34, {Value(0)}, std::move(done));
}

void Daemon::refresh(Done done) {
  if (music_.empty()) return done(error(Errc::unsupported, "no music folder is configured"));
  ask(medialib, 33, {Value(xmms2::url_of(music_))}, std::move(done), true);
}

void Daemon::remove_media(std::int64_t id, Done done) {
  ask(medialib, 36, {Value(id)}, std::move(done));
}

void Daemon::volume(Reply<Volumes> done) {
  client_.call(playback, 42, {}, [done = std::move(done)](Result<Value> levels) mutable {
    if (!levels) return done(levels.error());
    done(volumes_of(*levels));
  });
}

void Daemon::set_volume(std::string channel, int value, Done done) {
  ask(playback, 41, {Value(std::move(channel)), Value(value)}, std::move(done));
}

std::uint64_t Daemon::package(std::string, std::string, PackObserver, Reply<Packed> done) {
  done(error(Errc::unsupported, "this player gives no packages"));
  return 0;
}

}  // namespace longwave::player
