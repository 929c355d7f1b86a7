// SPDX-License-Identifier: Apache-2.0
#include "dialects/mpd/call.hpp"
#include "schedule/keeper.hpp"

#include <cmath>

namespace longwave::mpd {
namespace {

using schedule::Transport;

Samples to_position(double seconds) {
  return Samples{static_cast<std::int64_t>(seconds * 44100.0)};
}

/// The entry at a place of the queue, named by `play` and its like.
std::optional<schedule::EntryPtr> entry_at(const CallPtr& call, const std::string& text) {
  const auto index = need(call, parse_integer(text, INT32_MIN, INT32_MAX));
  if (!index) return std::nullopt;
  const auto view = call->view();
  if (*index < 0 || static_cast<std::size_t>(*index) >= view->entries.size()) {
    call->fail(Ack::arg, "Bad song index");
    return std::nullopt;
  }
  return view->entries[static_cast<std::size_t>(*index)];
}

std::optional<schedule::EntryPtr> entry_with_id(const CallPtr& call, const std::string& text) {
  const auto id = need(call, parse_integer(text, INT32_MIN, INT32_MAX));
  if (!id) return std::nullopt;
  const auto view = call->view();
  const auto index = view->index_of(EntryId{*id});
  if (!index) {
    call->fail(Ack::no_exist, "No such song");
    return std::nullopt;
  }
  return view->entries[*index];
}

/// Nothing to play is no error in this protocol.
void start(const CallPtr& call) {
  if (call->view()->entries.empty() && !call->view()->on_air) return call->ok();
  call->steer(schedule::Play{.index = {}, .entry = {}, .offset = {}, .by = call->client->user});
}

void play_entry(const CallPtr& call, const schedule::EntryPtr& entry, Samples offset = {}) {
  call->steer(schedule::Play{.index = {}, .entry = entry->id, .offset = offset, .by = call->client->user});
}

void play(const CallPtr& call) {
  if (call->args.empty() || call->args[0] == "-1") return start(call);
  if (const auto entry = entry_at(call, call->args[0])) play_entry(call, *entry);
}

void play_id(const CallPtr& call) {
  if (call->args.empty() || call->args[0] == "-1") return start(call);
  if (const auto entry = entry_with_id(call, call->args[0])) play_entry(call, *entry);
}

void pause(const CallPtr& call) {
  const auto state = call->view()->state;
  bool hold = state == Transport::playing;
  if (!call->args.empty()) {
    const auto given = need(call, parse_bool(call->args[0]));
    if (!given) return;
    hold = *given;
  }
  if (hold && state == Transport::playing) return call->steer(schedule::Pause{call->client->user});
  if (!hold && state == Transport::paused) return start(call);
  call->ok();
}

bool playing(const CallPtr& call) {
  if (call->view()->state != Transport::stopped) return true;
  call->fail(Ack::player_sync, "Not playing");
  return false;
}

/// A step that is refused because another one is about to be heard has been overtaken: no error for the one
/// who pressed a key.
void go(const CallPtr& call, schedule::Command step) {
  call->rooms().keeper.run(call->station(), std::move(step), [call](const Result<schedule::Answer>& outcome) {
    if (!outcome && outcome.error().code != Errc::conflict) return call->fail(outcome.error());
    call->ok();
  });
}

/// At the end of the list the station stops, as this protocol has it.
void next(const CallPtr& call) {
  if (!playing(call)) return;
  const auto view = call->view();
  if (!view->next && !view->modes.autodj) return call->steer(schedule::Stop{call->client->user});
  go(call, schedule::Next{call->client->user});
}

/// What is current isn't heard yet: it will be from there on.
void begin_at(const CallPtr& call, const schedule::EntryPtr& entry, Samples offset) {
  if (call->view()->state == Transport::playing) return play_entry(call, entry, offset);
  call->steer(schedule::Play{.index = {}, .entry = entry->id, .offset = offset, .by = call->client->user},
              [call](const schedule::Answer&) { call->steer(schedule::Pause{call->client->user}); });
}

/// Before the first, the first begins again.
void previous(const CallPtr& call) {
  if (!playing(call)) return;
  const auto view = call->view();
  const auto index = current_index(*view);
  if (index.value_or(0) == 0 && !view->modes.repeat) {
    if (!view->on_air && index) return begin_at(call, view->entries[*index], {});
    return call->steer(schedule::Seek{.position = {}, .by = call->client->user});
  }
  go(call, schedule::Previous{call->client->user});
}

void seek_in(const CallPtr& call, const schedule::EntryPtr& entry, double seconds) {
  const auto view = call->view();
  const bool here = view->state != Transport::stopped && view->on_air_entry() == entry->id;
  if (!here) return play_entry(call, entry, to_position(seconds));
  call->steer(schedule::Seek{.position = to_position(seconds), .by = call->client->user});
}

std::optional<double> seconds_of(const CallPtr& call, std::string_view text) {
  const auto seconds = need(call, parse_float(text));
  if (!seconds) return std::nullopt;
  if (*seconds < 0) {
    call->fail(Ack::arg, "Negative value not allowed");
    return std::nullopt;
  }
  return std::min(*seconds, 1e7);
}

void seek(const CallPtr& call) {
  const auto seconds = seconds_of(call, call->args[1]);
  if (!seconds) return;
  if (const auto entry = entry_at(call, call->args[0])) seek_in(call, *entry, *seconds);
}

void seek_id(const CallPtr& call) {
  const auto seconds = seconds_of(call, call->args[1]);
  if (!seconds) return;
  if (const auto entry = entry_with_id(call, call->args[0])) seek_in(call, *entry, *seconds);
}

/// `12.5` from the beginning, `+5` and `-5` from here.
void seek_current(const CallPtr& call) {
  const auto& text = call->args[0];
  const bool relative = text.starts_with('+') || text.starts_with('-');
  const auto given = need(call, parse_float(text));
  if (!given || !playing(call)) return;
  const auto view = call->view();
  double seconds = std::clamp(*given, -1e7, 1e7);
  const auto index = current_index(*view);
  if (!view->on_air && index)
    return begin_at(call, view->entries[*index], to_position(std::max(0.0, seconds)));
  if (!view->on_air) return call->fail(Ack::player_sync, "Not playing");
  const double here =
      static_cast<double>(view->on_air->position(call->rooms().clock.now()).count()) / 44100.0;
  if (relative) seconds += here;
  call->steer(schedule::Seek{.position = to_position(std::max(0.0, seconds)), .by = call->client->user});
}

void stop(const CallPtr& call) {
  if (call->view()->state == Transport::stopped) return call->ok();
  call->steer(schedule::Stop{call->client->user});
}

}  // namespace

std::vector<Command> transport_commands() {
  return {
      {"next", may_play, 0, 0, next},
      {"pause", may_play, 0, 1, pause},
      {"play", may_play, 0, 1, play},
      {"playid", may_play, 0, 1, play_id},
      {"previous", may_play, 0, 0, previous},
      {"seek", may_play, 2, 2, seek},
      {"seekcur", may_play, 1, 1, seek_current},
      {"seekid", may_play, 2, 2, seek_id},
      {"stop", may_play, 0, 0, stop},
  };
}

}  // namespace longwave::mpd
