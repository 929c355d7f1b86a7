// SPDX-License-Identifier: Apache-2.0
#include "dialects/mpd/call.hpp"
#include "dialects/mpd/database.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace longwave::mpd {
namespace {

/// A range of the queue; its end may lie behind the end. `-1` is all of it.
std::optional<Range> queue_range(const CallPtr& call, const std::string& text) {
  const auto size = call->view()->entries.size();
  if (text == "-1") return Range{0, size};
  const auto range = need(call, parse_range(text));
  if (!range) return std::nullopt;
  const bool one = text.find(':') == std::string::npos;
  if (range->begin > size || (one && range->begin == size)) {
    call->fail(Ack::arg, "Bad song index");
    return std::nullopt;
  }
  return Range{range->begin, std::min(range->end, size)};
}

std::optional<std::size_t> entry_index(const CallPtr& call, const std::string& text) {
  const auto id = need(call, parse_integer(text, INT32_MIN, INT32_MAX));
  if (!id) return std::nullopt;
  const auto index = call->view()->index_of(EntryId{*id});
  if (!index) call->fail(Ack::no_exist, "No such song");
  return index;
}

std::optional<std::size_t> place_index(const CallPtr& call, const std::string& text) {
  const auto index = need(call, parse_integer(text, 0, UINT32_MAX));
  if (!index) return std::nullopt;
  if (static_cast<std::size_t>(*index) < call->view()->entries.size())
    return static_cast<std::size_t>(*index);
  call->fail(Ack::arg, "Bad song index");
  return std::nullopt;
}

/// Without a place, behind what people asked for: on a station that fills itself up, before its own picks.
void add_tracks(const CallPtr& call, std::vector<TrackId> tracks, const std::optional<std::string>& place,
                const std::function<void(const schedule::Answer&)>& then = {}) {
  if (tracks.empty()) return call->ok();
  schedule::Add add{.tracks = std::move(tracks), .at = {}, .by = call->client->user};
  if (place) {
    const auto view = call->view();
    const auto at = need(call, parse_position(*place, *view, view->entries.size()));
    if (!at) return;
    add.at = *at;
  }
  call->steer(std::move(add), then);
}

std::vector<TrackId> ids_of(const std::vector<Song>& songs) {
  std::vector<TrackId> ids;
  for (const auto& song : songs) ids.push_back(song.id);
  return ids;
}

bool place_is_good(const CallPtr& call, const std::optional<std::string>& place) {
  if (!place) return true;
  const auto view = call->view();
  return need(call, parse_position(*place, *view, view->entries.size())).has_value();
}

/// A path that leaves the music folder, or begins at the root of the machine, is nobody's.
bool forbidden(std::string_view uri) {
  return uri.starts_with('/') && uri != "/";
}

void add(const CallPtr& call) {
  if (forbidden(call->args[0])) return call->fail(Ack::permission, "Access denied");
  const auto place = argument(*call, 1);
  if (!place_is_good(call, place)) return;
  call->read<std::vector<Song>>(
      [uri = call->args[0]](Database& database) -> Answer<std::vector<Song>> {
        if (auto one = database.song(uri)) return std::vector<Song>{std::move(*one)};
        auto found = uri == "/" || !uri.ends_with('/') ? database.below(trimmed(uri)) : std::nullopt;
        if (!found) return refuse(Ack::no_exist, "No such directory");
        return std::move(*found);
      },
      [call, place](const std::vector<Song>& songs) { add_tracks(call, ids_of(songs), place); });
}

void add_id(const CallPtr& call) {
  if (forbidden(call->args[0])) return call->fail(Ack::permission, "Access denied");
  const auto place = argument(*call, 1);
  if (!place_is_good(call, place)) return;
  call->read<TrackId>(
      [uri = call->args[0]](Database& database) -> Answer<TrackId> {
        const auto one = database.song(uri);
        if (!one) return refuse(Ack::no_exist, "No such song");
        return one->id;
      },
      [call, place](TrackId track) {
        add_tracks(call, {track}, place, [call](const schedule::Answer& done) {
          if (!done.entries.empty()) line(call->out, "Id", std::to_string(done.entries.front().value));
          call->ok();
        });
      });
}

void find_add(const CallPtr& call) {
  auto selection = need(call, parse_selection(call->args, call->command == "searchadd"));
  if (!selection || !place_is_good(call, selection->position)) return;
  const auto place = selection->position;
  call->read<std::vector<Song>>(
      [selection = std::move(*selection)](Database& database) -> Answer<std::vector<Song>> {
        auto songs = database.songs(selection.filter);
        sort(songs, selection.sorting);
        cut(songs, selection.window);
        return songs;
      },
      [call, place](const std::vector<Song>& songs) { add_tracks(call, ids_of(songs), place); });
}

void erase(const CallPtr& call) {
  const auto range = queue_range(call, call->args[0]);
  if (!range) return;
  const auto view = call->view();
  schedule::RemoveEntries remove{.entries = {}, .detach = false, .by = call->client->user};
  for (auto i = range->begin; i < range->end; ++i) remove.entries.push_back(view->entries[i]->id);
  if (remove.entries.empty()) return call->ok();
  call->steer(std::move(remove));
}

void erase_id(const CallPtr& call) {
  const auto index = entry_index(call, call->args[0]);
  if (!index) return;
  call->steer(schedule::Remove{call->view()->entries[*index]->id, call->client->user});
}

/// A private player has nothing to play then; a radio plays to the end what it plays.
void clear(const CallPtr& call) {
  const auto view = call->view();
  const bool stops = view->kind == schedule::Kind::player && view->state != schedule::Transport::stopped;
  auto empty = [call] { call->steer(schedule::Clear{.by = call->client->user, .everything = true}); };
  if (!stops) return empty();
  call->steer(schedule::Stop{call->client->user}, [empty](const schedule::Answer&) { empty(); });
}

/// Where the first of `count` songs goes to; relative places count without these.
std::optional<std::size_t> target(const CallPtr& call, const std::string& text, std::size_t begin,
                                  std::size_t count) {
  const auto view = call->view();
  const auto size = view->entries.size();
  const bool relative = text.starts_with('+') || text.starts_with('-');
  if (!relative) {
    const auto to = need(call, parse_integer(text, 0, UINT32_MAX));
    if (!to) return std::nullopt;
    if (static_cast<std::size_t>(*to) + count <= size) return static_cast<std::size_t>(*to);
    call->fail(Ack::arg, "Number too large: " + text);
    return std::nullopt;
  }
  auto to = need(call, parse_position(text, *view, size));
  if (!to) return std::nullopt;
  const auto current = current_index(*view);
  if (current && *current >= begin + count) {
    *to -= std::min(*to, count);
  } else if (current && *current >= begin) {
    call->fail(Ack::arg, "Cannot move current song relative to itself");
    return std::nullopt;
  }
  return std::min(*to, size - count);
}

void move(const CallPtr& call) {
  const auto range = queue_range(call, call->args[0]);
  if (!range) return;
  const auto to = target(call, call->args[1], range->begin, range->end - range->begin);
  if (!to) return;
  if (range->begin == range->end || *to == range->begin) return call->ok();
  call->steer(schedule::MoveRange{range->begin, range->end, *to, call->client->user});
}

void move_id(const CallPtr& call) {
  const auto from = entry_index(call, call->args[0]);
  if (!from) return;
  const auto to = target(call, call->args[1], *from, 1);
  if (!to) return;
  if (*to == *from) return call->ok();
  call->steer(schedule::MoveRange{*from, *from + 1, *to, call->client->user});
}

void swap_places(const CallPtr& call, std::optional<std::size_t> a, std::optional<std::size_t> b) {
  if (!a || !b) return;
  if (*a == *b) return call->ok();
  call->steer(schedule::Swap{*a, *b, call->client->user});
}

void swap(const CallPtr& call) {
  const auto a = place_index(call, call->args[0]);
  if (a) swap_places(call, a, place_index(call, call->args[1]));
}

void swap_id(const CallPtr& call) {
  const auto a = entry_index(call, call->args[0]);
  if (a) swap_places(call, a, entry_index(call, call->args[1]));
}

void shuffle(const CallPtr& call) {
  Range range{0, call->view()->entries.size()};
  if (!call->args.empty()) {
    const auto given = need(call, parse_range(call->args[0]));
    if (!given) return;
    range = {std::min(given->begin, range.end), std::min(given->end, range.end)};
  }
  if (range.end - range.begin < 2) return call->ok();
  call->steer(schedule::Shuffle{range.begin, range.end, call->client->user});
}

// A song of the database is as it is.
void not_for_files(const CallPtr& call) {
  if (!entry_index(call, call->args[0])) return;
  if (call->command == "rangeid") return call->fail(Ack::system, "a part of a song can't be queued");
  call->fail(Ack::permission, "Cannot edit tags of local file");
}

}  // namespace

std::vector<Command> queue_commands() {
  return {
      {"add", may_add, 1, 2, add},
      {"addid", may_add, 1, 2, add_id},
      {"addtagid", may_add, 3, 3, not_for_files},
      {"clear", may_play, 0, 0, clear},
      {"cleartagid", may_add, 1, 2, not_for_files},
      {"delete", may_play, 1, 1, erase},
      {"deleteid", may_play, 1, 1, erase_id},
      {"findadd", may_add, 1, -1, find_add},
      {"move", may_play, 2, 2, move},
      {"moveid", may_play, 2, 2, move_id},
      {"rangeid", may_add, 2, 2, not_for_files},
      {"searchadd", may_add, 1, -1, find_add},
      {"shuffle", may_play, 0, 1, shuffle},
      {"swap", may_play, 2, 2, swap},
      {"swapid", may_play, 2, 2, swap_id},
  };
}

}  // namespace longwave::mpd
