// SPDX-License-Identifier: Apache-2.0
#include "api/lists.hpp"
#include "dialects/mpd/call.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace longwave::mpd {
namespace {

using api::Lists;

/// Errors of the lists in this protocol's words.
void fail_list(const CallPtr& call, const Error& error) {
  switch (error.code) {
    case Errc::not_found:
      return call->fail(Ack::no_exist, "No such playlist");
    case Errc::conflict:
      return call->fail(Ack::exist, error.message);
    case Errc::invalid:
      return call->fail(Ack::arg, error.message);
    default:
      return call->fail(error);
  }
}

template <class T>
Lists::Reply<T> reply(const CallPtr& call, std::function<void(const T&)> then) {
  return [call, then = std::move(then)](Result<T> outcome) {
    if (!outcome) return fail_list(call, outcome.error());
    then(*outcome);
  };
}
Lists::Reply<Lists::Changed> done(const CallPtr& call) {
  return reply<Lists::Changed>(call, [call](const Lists::Changed&) { call->ok(); });
}

bool good_name(const CallPtr& call, std::string_view name) {
  const bool good = !name.empty() && name.find('/') == std::string_view::npos && !name.starts_with('_');
  if (!good) call->fail(Ack::arg, "Bad playlist name");
  return good;
}

void list_names(const CallPtr& call) {
  call->rooms().lists.names(
      call->station(), reply<std::vector<Lists::Info>>(call, [call](const std::vector<Lists::Info>& lists) {
        for (const auto& list : lists) {
          if (!list.stored) continue;
          line(call->out, "playlist", list.name);
          if (list.changed_ms > 0) line(call->out, "Last-Modified", iso_time(list.changed_ms / 1000));
        }
        call->ok();
      }));
}

void list_entries(const CallPtr& call) {
  if (!good_name(call, call->args[0])) return;
  const bool whole = call->command == "listplaylistinfo";
  call->rooms().lists.entries(
      call->station(), call->args[0], reply<Lists::Entries>(call, [call, whole](const Lists::Entries& list) {
        call->answer([tracks = list.tracks, whole,
                      mask = call->client->tags](Database& database) -> Answer<std::string> {
          std::string out;
          for (const auto& song : database.songs(tracks)) {
            if (song.uri.empty()) continue;
            whole ? print(out, song, mask) : line(out, "file", song.uri);
          }
          return out;
        });
      }));
}

/// The songs of a list, added to the queue: all, or a range, behind the last or at a place.
void load(const CallPtr& call) {
  if (!good_name(call, call->args[0])) return;
  Range range;
  if (call->args.size() > 1) {
    const auto given = need(call, parse_range(call->args[1]));
    if (!given) return;
    range = *given;
  }
  std::optional<std::size_t> at;
  if (call->args.size() > 2) {
    const auto view = call->view();
    at = need(call, parse_position(call->args[2], *view, view->entries.size()));
    if (!at) return;
  }
  call->rooms().lists.entries(call->station(), call->args[0],
                              reply<Lists::Entries>(call, [call, range, at](const Lists::Entries& list) {
                                const auto begin = std::min(range.begin, list.tracks.size());
                                const auto end = std::min(range.end, list.tracks.size());
                                schedule::Add add{
                                    .tracks = {list.tracks.begin() + static_cast<std::ptrdiff_t>(begin),
                                               list.tracks.begin() + static_cast<std::ptrdiff_t>(end)},
                                    .at = at,
                                    .by = call->client->user};
                                if (add.tracks.empty()) return call->ok();
                                call->steer(std::move(add));
                              }));
}

void save(const CallPtr& call) {
  if (!good_name(call, call->args[0])) return;
  std::vector<TrackId> tracks;
  for (const auto& entry : call->view()->entries) tracks.push_back(entry->track);
  call->rooms().lists.create(call->station(), {call->args[0], std::move(tracks), {}},
                             [call](Result<Lists::Changed> outcome) {
                               if (outcome) return call->ok();
                               if (outcome.error().code != Errc::conflict)
                                 return fail_list(call, outcome.error());
                               call->fail(Ack::exist, "Playlist already exists");
                             });
}

void erase(const CallPtr& call) {
  if (!good_name(call, call->args[0])) return;
  call->rooms().lists.erase(call->station(), call->args[0],
                            reply<Lists::Erased>(call, [call](const Lists::Erased&) { call->ok(); }));
}

void rename(const CallPtr& call) {
  if (!good_name(call, call->args[0]) || !good_name(call, call->args[1])) return;
  call->rooms().lists.rename(call->station(), call->args[0], call->args[1],
                             [call](Result<Lists::Changed> outcome) {
                               if (outcome) return call->ok();
                               if (outcome.error().code != Errc::conflict)
                                 return fail_list(call, outcome.error());
                               call->fail(Ack::exist, "Playlist exists already");
                             });
}

/// To a list, which is made if there is none.
void append(const CallPtr& call, const std::string& name, const std::vector<TrackId>& tracks,
            std::optional<std::size_t> at) {
  call->rooms().lists.add(call->station(), name, tracks, at, call->client->user,
                          [call, name, tracks, at](Result<Lists::Changed> outcome) {
                            if (outcome) return call->ok();
                            if (outcome.error().code == Errc::invalid && at)
                              return call->fail(Ack::arg, "Bad position");
                            if (outcome.error().code != Errc::not_found)
                              return fail_list(call, outcome.error());
                            if (at.value_or(0) > 0) return call->fail(Ack::arg, "Bad position");
                            call->rooms().lists.create(call->station(), {name, tracks, {}}, done(call));
                          });
}

void add(const CallPtr& call) {
  if (!good_name(call, call->args[0])) return;
  std::optional<std::size_t> at;
  if (call->args.size() > 2) {
    const auto given = need(call, parse_integer(call->args[2], 0, UINT32_MAX));
    if (!given) return;
    at = static_cast<std::size_t>(*given);
  }
  call->read<std::vector<TrackId>>(
      [uri = call->args[1]](Database& database) -> Answer<std::vector<TrackId>> {
        if (const auto one = database.song(uri)) return std::vector<TrackId>{one->id};
        const auto songs = database.below(trimmed(uri));
        if (!songs) return refuse(Ack::no_exist, "No such directory");
        std::vector<TrackId> tracks;
        for (const auto& song : *songs) tracks.push_back(song.id);
        return tracks;
      },
      [call, at](const std::vector<TrackId>& tracks) {
        if (tracks.empty()) return call->ok();
        append(call, call->args[0], tracks, at);
      });
}

void search_add(const CallPtr& call) {
  if (!good_name(call, call->args[0])) return;
  const std::vector<std::string> words(call->args.begin() + 1, call->args.end());
  auto selection = need(call, parse_selection(words, true));
  if (!selection) return;
  call->read<std::vector<TrackId>>(
      [selection = std::move(*selection)](Database& database) -> Answer<std::vector<TrackId>> {
        auto songs = database.songs(selection.filter);
        sort(songs, selection.sorting);
        cut(songs, selection.window);
        std::vector<TrackId> tracks;
        for (const auto& song : songs) tracks.push_back(song.id);
        return tracks;
      },
      [call](const std::vector<TrackId>& tracks) {
        if (tracks.empty()) return call->ok();
        append(call, call->args[0], tracks, std::nullopt);
      });
}

void clear(const CallPtr& call) {
  if (!good_name(call, call->args[0])) return;
  call->rooms().lists.clear(call->station(), call->args[0], call->client->user, done(call));
}

void remove(const CallPtr& call) {
  if (!good_name(call, call->args[0])) return;
  const auto range = need(call, parse_range(call->args[1]));
  if (!range) return;
  const auto one = range->end == range->begin + 1;
  call->rooms().lists.entries(
      call->station(), call->args[0],
      reply<Lists::Entries>(call, [call, range = *range, one](const Lists::Entries& list) {
        const auto size = list.tracks.size();
        if (range.begin > size || (one && range.begin == size)) return call->fail(Ack::arg, "Bad song index");
        const auto end = std::min(range.end, size);
        if (end == range.begin) return call->ok();
        call->rooms().lists.remove(call->station(), call->args[0], range.begin, end - range.begin,
                                   call->client->user, done(call));
      }));
}

void move(const CallPtr& call) {
  if (!good_name(call, call->args[0])) return;
  const auto from = need(call, parse_integer(call->args[1], 0, UINT32_MAX));
  if (!from) return;
  const auto to = need(call, parse_integer(call->args[2], 0, UINT32_MAX));
  if (!to) return;
  call->rooms().lists.entries(
      call->station(), call->args[0],
      reply<Lists::Entries>(call, [call, from = static_cast<std::size_t>(*from),
                                   to = static_cast<std::size_t>(*to)](const Lists::Entries& list) {
        const auto size = list.tracks.size();
        if (from == to) return call->ok();
        if (from >= size || to >= size) return call->fail(Ack::arg, "Bad range");
        call->rooms().lists.move(call->station(), call->args[0], from, to, call->client->user, done(call));
      }));
}

}  // namespace

std::vector<Command> playlist_commands() {
  return {
      {"listplaylist", may_read, 1, 1, list_entries},
      {"listplaylistinfo", may_read, 1, 1, list_entries},
      {"listplaylists", may_read, 0, 0, list_names},
      {"load", may_add, 1, 3, load},
      {"playlistadd", may_control, 2, 3, add},
      {"playlistclear", may_control, 1, 1, clear},
      {"playlistdelete", may_control, 2, 2, remove},
      {"playlistmove", may_control, 3, 3, move},
      {"rename", may_control, 2, 2, rename},
      {"rm", may_control, 1, 1, erase},
      {"save", may_control, 1, 1, save},
      {"searchaddpl", may_control, 2, -1, search_add},
  };
}

}  // namespace longwave::mpd
