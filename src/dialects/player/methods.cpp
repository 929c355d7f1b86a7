// SPDX-License-Identifier: Apache-2.0
#include "dialects/player/methods.hpp"

#include "dialects/player/words.hpp"

#include <boost/json.hpp>

#include <cmath>
#include <memory>
#include <utility>

namespace longwave::player {
namespace {

namespace json = boost::json;
using namespace rpc;

constexpr double highest_volume = 100;

/// What server.discover tells: the methods of the original.
constexpr std::string_view discovered[] = {
    "playback.start",     "playback.stop",         "playback.pause",          "playback.get_current_id",
    "playback.jump",      "playback.next",         "playback.previous",       "playlist.list",
    "playlist.current",   "playlist.create",       "playlist.load",           "playlist.add_id",
    "playlist.remove_id", "playlist.clear",        "collection.list",         "medialib.getAll",
    "medialib.get_info",  "medialib.set_property", "medialib.unset_property", "medialib.rehash",
    "medialib.refresh",   "medialib.remove",       "server.volume",           "server.discover"};

using Act = std::function<void(Desk&, const Call&, const Responder&)>;

/// Every method runs on the player's loop.
Handler at_home(Desk& desk, Act act) {
  return [&desk, act = std::move(act)](Call call, Responder answer) {
    desk.home([&desk, act, call = std::move(call), answer = std::move(answer)] { act(desk, call, answer); });
  };
}

Backend::Done done(Responder answer) {
  return [answer = std::move(answer)](Result<void> outcome) {
    if (!outcome) return answer.fail(fault_of(outcome.error()));
    answer.finish(nullptr);
  };
}

template <class T>
json::value as_json(const T& value) {
  return json::value_from(value);
}
json::value as_json(const Place& place) {
  return to_json(place);
}

template <class T>
Backend::Reply<T> value(Responder answer) {
  return [answer = std::move(answer)](Result<T> outcome) {
    if (!outcome) return answer.fail(fault_of(outcome.error()));
    answer.finish(as_json(*outcome));
  };
}

/// The result is JSON text already.
Backend::Reply<Backend::Json> text(Responder answer) {
  return [answer = std::move(answer)](Result<Backend::Json> outcome) {
    if (!outcome) return answer.fail(fault_of(outcome.error()));
    answer.finish_text(std::move(*outcome));
  };
}

/// The result is also told to everybody, before the answer.
template <class T>
Backend::Reply<T> told(Desk& desk, std::string_view method, Responder answer) {
  return [&desk, method, answer = std::move(answer)](Result<T> outcome) {
    if (!outcome) return answer.fail(fault_of(outcome.error()));
    const auto result = as_json(*outcome);
    desk.tell(method, json::serialize(result));
    answer.finish(result);
  };
}

std::string name_of(const Call& call, std::string_view parameter) {
  return call.has(parameter) ? call.string(parameter) : std::string();
}

Field playlist(std::string name) {
  return string(std::move(name)).max(255).optional();
}

struct Row {
  std::string name;
  std::vector<Field> params;
  Role role;
  Act act;
};

void add_rows(Table& table, Desk& desk, std::vector<Row> rows) {
  for (auto& row : rows) {
    table.add({.name = std::move(row.name),
               .summary = "See docs/protocols/player.md.",
               .params = std::move(row.params),
               .result = any().or_null(),
               .role = row.role,
               .handler = at_home(desk, std::move(row.act))});
  }
}

void add_playback(Table& table, Desk& desk) {
  add_rows(
      table, desk,
      {{"playback.start",
        {},
        Role::dj,
        [](Desk& d, const Call&, const Responder& r) { d.backend.start(done(r)); }},
       {"playback.stop",
        {},
        Role::dj,
        [](Desk& d, const Call&, const Responder& r) { d.backend.stop(done(r)); }},
       {"playback.pause",
        {},
        Role::dj,
        [](Desk& d, const Call&, const Responder& r) { d.backend.pause(done(r)); }},
       {"playback.get_current_id",
        {},
        Role::anyone,
        [](Desk& d, const Call&, const Responder& r) { d.backend.current_id(value<std::int64_t>(r)); }},
       {"playback.jump",
        {integer("position")},
        Role::dj,
        [](Desk& d, const Call& call, const Responder& r) {
          auto answer = told<std::int64_t>(d, "playback.jump", r);
          d.backend.jump(call.integer("position"),
                         [&d, answer = std::move(answer)](Result<std::int64_t> position) mutable {
                           if (position) d.tell_polls("playback.position", std::to_string(*position));
                           answer(std::move(position));
                         });
        }},
       {"playback.next",
        {},
        Role::dj,
        [](Desk& d, const Call&, const Responder& r) { d.backend.next(told<Place>(d, "playback.next", r)); }},
       {"playback.previous", {}, Role::dj, [](Desk& d, const Call&, const Responder& r) {
          d.backend.previous(told<Place>(d, "playback.previous", r));
        }}});
}

void add_playlists(Table& table, Desk& desk) {
  add_rows(table, desk,
           {{"playlist.list",
             {},
             Role::anyone,
             [](Desk& d, const Call&, const Responder& r) {
               d.backend.list_playlists(value<std::vector<std::string>>(r));
             }},
            {"playlist.current",
             {},
             Role::anyone,
             [](Desk& d, const Call&, const Responder& r) { d.backend.current_playlist(text(r)); }},
            {"playlist.create",
             {string("name").range(1, 255)},
             Role::dj,
             [](Desk& d, const Call& call, const Responder& r) {
               d.backend.create_playlist(call.string("name"), done(r));
             }},
            {"playlist.load",
             {string("name").range(1, 255)},
             Role::dj,
             [](Desk& d, const Call& call, const Responder& r) {
               d.backend.load_playlist(call.string("name"), done(r));
             }},
            {"playlist.add_id",
             {integer("id"), playlist("playlist")},
             Role::dj,
             [](Desk& d, const Call& call, const Responder& r) {
               d.backend.add_to_playlist(call.integer("id"), name_of(call, "playlist"), done(r));
             }},
            {"playlist.remove_id",
             {integer("position"), playlist("playlist")},
             Role::dj,
             [](Desk& d, const Call& call, const Responder& r) {
               d.backend.remove_from_playlist(call.integer("position"), name_of(call, "playlist"), done(r));
             }},
            {"playlist.clear",
             {playlist("playlist")},
             Role::dj,
             [](Desk& d, const Call& call, const Responder& r) {
               d.backend.clear_playlist(name_of(call, "playlist"), done(r));
             }},
            {"collection.list", {}, Role::anyone, [](Desk& d, const Call&, const Responder& r) {
               d.backend.list_collections(value<std::vector<std::string>>(r));
             }}});
}

void set_property(Desk& desk, const Call& call, const Responder& answer) {
  const json::value& given = call.params().at("value");
  std::variant<std::string, std::int64_t> value;
  if (const auto* text = given.if_string()) {
    value = std::string(*text);
  } else if (const auto* number = given.if_int64()) {
    value = *number;
  } else {
    return answer.fail({invalid_params, "parameter \"value\": expected a string or an integer", {}});
  }
  desk.backend.set_property(call.integer("id"), call.string("key"), std::move(value), done(answer));
}

void add_media(Table& table, Desk& desk) {
  const auto key = [] { return string("key").range(1, 255); };
  add_rows(table, desk,
           {{"medialib.getAll",
             {},
             Role::anyone,
             [](Desk& d, const Call&, const Responder& r) { d.backend.all_media(text(r)); }},
            {"medialib.get_info",
             {integer("id")},
             Role::anyone,
             [](Desk& d, const Call& call, const Responder& r) {
               d.backend.media_info(call.integer("id"), text(r));
             }},
            {"medialib.set_property", {integer("id"), key(), any("value")}, Role::dj, set_property},
            {"medialib.unset_property",
             {integer("id"), key()},
             Role::dj,
             [](Desk& d, const Call& call, const Responder& r) {
               d.backend.set_property(call.integer("id"), call.string("key"), std::nullopt, done(r));
             }},
            {"medialib.rehash",
             {},
             Role::dj,
             [](Desk& d, const Call&, const Responder& r) { d.backend.rehash(done(r)); }},
            {"medialib.refresh",
             {any("id").or_null()},
             Role::dj,
             [](Desk& d, const Call&, const Responder& r) { d.backend.refresh(done(r)); }},
            {"medialib.remove", {integer("id")}, Role::dj, [](Desk& d, const Call& call, const Responder& r) {
               d.backend.remove_media(call.integer("id"), done(r));
             }}});
}

/// The channel's volume afterwards; told to everybody when it is another.
void volume(Desk& desk, const Call& call, const Responder& answer) {
  const auto channel = call.string("channel");
  const auto wanted =
      call.has("volume") ? std::optional(static_cast<int>(std::lround(call.number("volume")))) : std::nullopt;
  if (wanted && call.caller().role < Role::dj)
    return answer.fail({refused, "setting the volume needs the role dj: log in", {}});
  desk.backend.volume([&desk, channel, wanted, answer](Result<Volumes> before) {
    if (!before) return answer.fail(fault_of(before.error()));
    const auto found = before->find(channel);
    const bool known = found != before->end();
    if (!wanted && !known) return answer.finish(nullptr);
    if (!wanted || (known && *wanted == found->second)) return answer.finish(found->second);
    desk.backend.set_volume(channel, *wanted, [&desk, wanted, answer](Result<void> outcome) {
      if (!outcome) return answer.fail(fault_of(outcome.error()));
      desk.tell("server.volume", std::to_string(*wanted));
      answer.finish(*wanted);
    });
  });
}

void package(Desk& desk, const Call& call, const Responder& answer) {
  const auto number = std::make_shared<std::uint64_t>(0);
  PackObserver observer{
      .item =
          [answer](const PackedSong& song) {
            json::object item{
                {"done", song.done}, {"total", song.total}, {"id", song.id}, {"title", song.title}};
            if (!song.problem.empty()) item["problem"] = song.problem;
            answer.item(item);
          },
      .paused = [answer] { return answer.paused(); },
      .when_ready =
          [&desk, answer](Task task) {
            answer.when_ready(
                [home = desk.home, task = std::move(task)]() mutable { home(std::move(task)); });
          }};
  const auto& caller = call.caller();
  *number =
      desk.backend.package(name_of(call, "name"), caller.user.empty() ? caller.address : caller.user,
                           std::move(observer), [answer](Result<Packed> outcome) {
                             if (!outcome) return answer.fail(fault_of(outcome.error()));
                             answer.finish(json::object{{"url", outcome->url}, {"bytes", outcome->bytes}});
                           });
  answer.on_cancel([&desk, number] { desk.home([&desk, number] { desk.backend.cancel_package(*number); }); });
}

void add_server(Table& table, Desk& desk) {
  add_rows(
      table, desk,
      {{"server.volume",
        {number("volume").range(0, highest_volume).optional(), string("channel").otherwise("\"master\"")},
        Role::anyone,
        volume}});
  table.add({.name = "server.discover",
             .summary = "The names of the methods.",
             .result = array(string()),
             .handler = [](const Call&, const Responder& answer) {
               json::array names;
               for (const auto name : discovered) names.emplace_back(name);
               answer.finish(std::move(names));
             }});
  table.add({.name = "package_playlist",
             .summary = "A playlist as a file to take home: an answer for each song, then its address.",
             .params = {playlist("name")},
             .result = object({string("url"), integer("bytes")}),
             .role = Role::dj,
             .item = object({integer("done"), integer("total"), integer("id"), string("title"),
                             string("problem").optional()}),
             .many = true,
             .handler = at_home(desk, package)});
}

}  // namespace

void add_methods(Table& table, Desk& desk) {
  table.describe("Longwave player", "1", "The player protocol.");
  add_playback(table, desk);
  add_playlists(table, desk);
  add_media(table, desk);
  add_server(table, desk);
  table.check();
}

}  // namespace longwave::player
