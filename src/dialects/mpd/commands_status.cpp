// SPDX-License-Identifier: Apache-2.0
#include "dialects/mpd/call.hpp"
#include "library/library.hpp"
#include "library/queries.hpp"
#include "schedule/keeper.hpp"

#include <fmt/format.h>

namespace longwave::mpd {
namespace {

using schedule::Switch;
using schedule::Transport;

// What listeners of the station get.
constexpr std::string_view sound = "44100:f:2";
constexpr int sound_kbps = 128;

const char* word_of(Transport state) {
  switch (state) {
    case Transport::playing:
      return "play";
    case Transport::paused:
      return "pause";
    case Transport::stopped:
      break;
  }
  return "stop";
}

/// What isn't heard yet stands at its beginning.
void tell_position(const Call& call, const schedule::View& view, std::string& out) {
  if (view.state == Transport::stopped) return;
  std::int64_t elapsed = 0;
  std::int64_t whole = 0;
  const auto current = current_index(view);
  const bool heard = view.on_air && (!current || view.on_air_entry() == view.entries[*current]->id);
  if (heard || (view.on_air && view.on_air->detached)) {
    elapsed = to_ms(view.on_air->position(call.rooms().clock.now()));
    whole = to_ms(view.on_air->duration);
  } else if (current) {
    whole = to_ms(view.entries[*current]->duration);
  } else {
    return;
  }
  out += fmt::format("time: {}:{}\nelapsed: {}.{:03}\nbitrate: {}\n", elapsed / 1000, (whole + 500) / 1000,
                     elapsed / 1000, elapsed % 1000, sound_kbps);
  if (whole > 0) out += fmt::format("duration: {}.{:03}\n", whole / 1000, whole % 1000);
  out += fmt::format("audio: {}\n", sound);
}

/// What comes behind the current song; while that isn't heard yet, it is itself what the station begins next.
std::optional<std::size_t> next_index(const schedule::View& view) {
  const auto current = current_index(view);
  if (!current || !view.next) return std::nullopt;
  const auto next = view.index_of(view.next->id);
  if (next != current || (view.modes.repeat && view.modes.single != Switch::off)) return next;
  if (*current + 1 < view.entries.size()) return *current + 1;
  return view.modes.repeat ? std::optional<std::size_t>(0) : std::nullopt;
}

void status(const CallPtr& call) {
  const auto view = call->view();
  if (!view) return call->fail(Ack::system, "the station is gone");
  auto& out = call->out;
  const auto volume = view->volume.find("master");
  if (volume != view->volume.end()) out += fmt::format("volume: {}\n", volume->second);
  const auto& modes = view->modes;
  out += fmt::format(
      "repeat: {:d}\nrandom: {:d}\nsingle: {}\nconsume: {:d}\npartition: {}\nplaylist: {}\n"
      "playlistlength: {}\nmixrampdb: {}\nstate: {}\n",
      modes.repeat, modes.random,
      modes.single == Switch::oneshot ? "oneshot"
      : modes.single == Switch::on    ? "1"
                                      : "0",
      modes.consume != Switch::off, call->desk.partition_name(view->id), view->version, view->entries.size(),
      call->desk.partition(view->id).mixramp_db, word_of(view->state));
  if (modes.crossfade_s > 0) out += fmt::format("xfade: {}\n", modes.crossfade_s);
  if (const auto current = current_index(*view)) {
    out += fmt::format("song: {}\nsongid: {}\n", *current, view->entries[*current]->id.value);
  }
  tell_position(*call, *view, out);
  if (call->rooms().library.scanning()) out += fmt::format("updating_db: {}\n", call->desk.update_job());
  if (const auto next = next_index(*view)) {
    out += fmt::format("nextsong: {}\nnextsongid: {}\n", *next, view->entries[*next]->id.value);
  }
  call->ok();
}

void current_song(const CallPtr& call) {
  const auto view = call->view();
  const auto index = view ? current_index(*view) : std::nullopt;
  schedule::EntryPtr entry;
  if (index) {
    entry = view->entries[*index];
  } else if (view && view->on_air && view->state != Transport::stopped) {
    entry = view->on_air->entry;  // heard, though it is no longer in the list
  }
  if (!entry) return call->ok();
  const auto& priorities = call->desk.partition(view->id).priority;
  const auto found = priorities.find(entry->id);
  const int priority = index && found != priorities.end() ? found->second : 0;
  call->answer([track = entry->track, id = entry->id, index, priority,
                mask = call->client->tags](Database& database) -> Answer<std::string> {
    std::string out;
    print(out, database.songs(std::span(&track, 1)).front(), mask);
    if (index) out += fmt::format("Pos: {}\nId: {}\n", *index, id.value);
    if (priority > 0) out += fmt::format("Prio: {}\n", priority);
    return out;
  });
}

void stats(const CallPtr& call) {
  const auto up =
      std::chrono::duration_cast<std::chrono::seconds>(call->rooms().clock.now() - call->rooms().started);
  call->answer([up = up.count()](Database& database) -> Answer<std::string> {
    const auto totals = library::totals(database.session());
    const auto newest =
        database.session().value<std::int64_t>("SELECT max(added_ms) FROM library_track WHERE state = 0");
    return fmt::format(
        "uptime: {}\nplaytime: {}\nartists: {}\nalbums: {}\nsongs: {}\ndb_playtime: {}\ndb_update: {}\n", up,
        up, totals.artists, totals.albums, totals.tracks, totals.duration_ms / 1000,
        newest.value_or(0) / 1000);
  });
}

void update(const CallPtr& call) {
  line(call->out, "updating_db", std::to_string(call->desk.start_update()));
  call->ok();
}

void rescan(const CallPtr& call) {
  const std::string path = call->args.empty() ? "" : call->args.front();
  const auto job = call->desk.start_rescan(path);
  if (!job) return call->fail(Ack::arg, "Malformed path");
  line(call->out, "updating_db", std::to_string(*job));
  call->ok();
}

}  // namespace

std::vector<Command> status_commands() {
  return {
      {"clearerror", may_play, 0, 0, [](const CallPtr& call) { call->ok(); }},
      {"currentsong", may_read, 0, 0, current_song},
      {"rescan", may_control, 0, 1, rescan},
      {"stats", may_read, 0, 0, stats},
      {"status", may_read, 0, 0, status},
      {"update", may_control, 0, 1, update},
  };
}

}  // namespace longwave::mpd
