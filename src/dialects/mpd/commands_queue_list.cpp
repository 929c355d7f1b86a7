// SPDX-License-Identifier: Apache-2.0
#include "dialects/mpd/call.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace longwave::mpd {
namespace {

constexpr std::int64_t most_priority = 255;

/// An entry as it is told; the song is read later.
struct Place {
  std::size_t index;
  EntryId id;
  TrackId track;
  int priority;
};

std::vector<Place> places_of(const CallPtr& call, const Range& range) {
  const auto view = call->view();
  const auto& priorities = call->desk.partition(view->id).priority;
  std::vector<Place> places;
  for (auto i = range.begin; i < std::min(range.end, view->entries.size()); ++i) {
    const auto& entry = *view->entries[i];
    const auto found = priorities.find(entry.id);
    places.push_back({i, entry.id, entry.track, found == priorities.end() ? 0 : found->second});
  }
  return places;
}

std::vector<TrackId> tracks_of(const std::vector<Place>& places) {
  std::vector<TrackId> tracks;
  for (const auto& place : places) tracks.push_back(place.track);
  return tracks;
}

void tell(const CallPtr& call, std::vector<Place> places, std::optional<Filter> filter = {}) {
  call->answer([places = std::move(places), filter = std::move(filter),
                mask = call->client->tags](Database& database) -> Answer<std::string> {
    const auto songs = database.songs(tracks_of(places));
    std::string out;
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (filter && !filter->matches(songs[i])) continue;
      print(out, songs[i], mask);
      out += fmt::format("Pos: {}\nId: {}\n", places[i].index, places[i].id.value);
      if (places[i].priority > 0) out += fmt::format("Prio: {}\n", places[i].priority);
    }
    return out;
  });
}

void playlist_info(const CallPtr& call) {
  Range range;
  if (!call->args.empty()) {
    const auto given = need(call, parse_range(call->args[0]));
    if (!given) return;
    range = *given;
    if (range.begin > 0 && range.begin >= call->view()->entries.size()) {
      return call->fail(Ack::arg, "Bad song index");
    }
  }
  tell(call, places_of(call, range));
}

void playlist_id(const CallPtr& call) {
  if (call->args.empty()) return tell(call, places_of(call, {}));
  const auto id = need(call, parse_integer(call->args[0], INT32_MIN, INT32_MAX));
  if (!id) return;
  const auto index = call->view()->index_of(EntryId{*id});
  if (!index) return call->fail(Ack::no_exist, "No such song");
  tell(call, places_of(call, {*index, *index + 1}));
}

void playlist_find(const CallPtr& call) {
  auto filter = need(call, Filter::parse(call->args, call->command == "playlistsearch"));
  if (filter) tell(call, places_of(call, {}), std::move(*filter));
}

void playlist(const CallPtr& call) {
  call->answer([places = places_of(call, {})](Database& database) -> Answer<std::string> {
    const auto songs = database.songs(tracks_of(places));
    std::string out;
    for (std::size_t i = 0; i < songs.size(); ++i) {
      line(out, fmt::format("{}:file", places[i].index), songs[i].uri);
    }
    return out;
  });
}

/// The places that are others than they were at a version.
std::optional<std::vector<Place>> changed_places(const CallPtr& call) {
  const auto since = need(call, parse_integer(call->args[0], 0, INT64_MAX));
  if (!since) return std::nullopt;
  Range range;
  if (call->args.size() > 1) {
    const auto given = need(call, parse_range(call->args[1]));
    if (!given) return std::nullopt;
    range = *given;
  }
  const auto view = call->view();
  const auto& changed = call->desk.partition(view->id).changed;
  const auto version = static_cast<std::uint64_t>(*since);
  auto places = places_of(call, range);
  if (version <= view->version) {
    std::erase_if(places, [&](const Place& place) {
      return place.index < changed.size() && changed[place.index] <= version;
    });
  }
  return places;
}

void changes(const CallPtr& call) {
  auto places = changed_places(call);
  if (places) tell(call, std::move(*places));
}

void changes_pos_id(const CallPtr& call) {
  const auto places = changed_places(call);
  if (!places) return;
  for (const auto& place : *places) {
    call->out += fmt::format("cpos: {}\nId: {}\n", place.index, place.id.value);
  }
  call->ok();
}

/// A priority is kept and told; the order of a shuffled list doesn't depend on it.
void set_priority(const CallPtr& call, int priority, EntryId entry) {
  auto& partition = call->desk.partition(call->station());
  if (priority > 0) {
    partition.priority[entry] = priority;
  } else {
    partition.priority.erase(entry);
  }
  const auto view = call->view();
  std::erase_if(partition.priority, [&](const auto& known) { return !view->index_of(known.first); });
}

void prio(const CallPtr& call) {
  const auto priority = need(call, parse_integer(call->args[0], 0, most_priority));
  if (!priority) return;
  const auto view = call->view();
  for (std::size_t i = 1; i < call->args.size(); ++i) {
    const auto range = need(call, parse_range(call->args[i]));
    if (!range) return;
    if (range->begin > view->entries.size()) return call->fail(Ack::arg, "Bad song index");
    for (auto at = range->begin; at < std::min(range->end, view->entries.size()); ++at) {
      set_priority(call, static_cast<int>(*priority), view->entries[at]->id);
    }
  }
  call->desk.tell(Subsystem::playlist, call->station());
  call->ok();
}

void prio_id(const CallPtr& call) {
  const auto priority = need(call, parse_integer(call->args[0], 0, most_priority));
  if (!priority) return;
  for (std::size_t i = 1; i < call->args.size(); ++i) {
    const auto id = need(call, parse_integer(call->args[i], INT32_MIN, INT32_MAX));
    if (!id) return;
    if (!call->view()->index_of(EntryId{*id})) return call->fail(Ack::no_exist, "No such song");
    set_priority(call, static_cast<int>(*priority), EntryId{*id});
  }
  call->desk.tell(Subsystem::playlist, call->station());
  call->ok();
}

}  // namespace

std::vector<Command> queue_list_commands() {
  return {
      {"plchanges", may_read, 1, 2, changes},
      {"plchangesposid", may_read, 1, 2, changes_pos_id},
      {"playlist", may_read, 0, 0, playlist},
      {"playlistfind", may_read, 1, -1, playlist_find},
      {"playlistid", may_read, 0, 1, playlist_id},
      {"playlistinfo", may_read, 0, 1, playlist_info},
      {"playlistsearch", may_read, 1, -1, playlist_find},
      {"prio", may_play, 2, -1, prio},
      {"prioid", may_play, 2, -1, prio_id},
  };
}

}  // namespace longwave::mpd
