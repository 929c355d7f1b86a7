// SPDX-License-Identifier: Apache-2.0
#include "dialects/mpd/call.hpp"

#include <fmt/format.h>

#include <cstdlib>

namespace longwave::mpd {
namespace {

using schedule::SetModes;
using schedule::Switch;

void repeat(const CallPtr& call) {
  const auto on = need(call, parse_bool(call->args[0]));
  if (!on) return;
  SetModes modes;
  modes.repeat = *on;
  call->steer(modes);
}

void random(const CallPtr& call) {
  const auto on = need(call, parse_bool(call->args[0]));
  if (!on) return;
  SetModes modes;
  modes.random = *on;
  call->steer(modes);
}

void consume(const CallPtr& call) {
  const auto on = need(call, parse_bool(call->args[0]));
  if (!on) return;
  SetModes modes;
  modes.consume = *on ? Switch::on : Switch::off;
  call->steer(modes);
}

void single(const CallPtr& call) {
  const auto& text = call->args[0];
  SetModes modes;
  if (text == "0") {
    modes.single = Switch::off;
  } else if (text == "1") {
    modes.single = Switch::on;
  } else if (text == "oneshot") {
    modes.single = Switch::oneshot;
  } else {
    return call->fail(Ack::arg, "Unrecognized single mode, expected 0, 1, or oneshot");
  }
  call->steer(modes);
}

void crossfade(const CallPtr& call) {
  const auto seconds = need(call, parse_integer(call->args[0], 0, UINT32_MAX));
  if (!seconds) return;
  SetModes modes;
  modes.crossfade_s = static_cast<int>(std::min<std::int64_t>(*seconds, INT32_MAX));
  call->steer(modes);
}

int volume_of(const Call& call) {
  const auto view = call.view();
  const auto found = view->volume.find("master");
  return found == view->volume.end() ? 100 : found->second;
}

void set_volume(const CallPtr& call) {
  const auto value = need(call, parse_integer(call->args[0], 0, 100));
  if (!value) return;
  call->steer(schedule::SetVolume{"master", static_cast<int>(*value)});
}

void change_volume(const CallPtr& call) {
  const auto by = need(call, parse_integer(call->args[0], -100, 100));
  if (!by) return;
  const int value = std::clamp(volume_of(*call) + static_cast<int>(*by), 0, 100);
  call->steer(schedule::SetVolume{"master", value});
}

void get_volume(const CallPtr& call) {
  line(call->out, "volume", std::to_string(volume_of(*call)));
  call->ok();
}

/// Every item is brought to the station's loudness before it is heard; the mode is only remembered.
void replay_gain_mode(const CallPtr& call) {
  const auto& mode = call->args[0];
  if (mode != "off" && mode != "track" && mode != "album" && mode != "auto") {
    return call->fail(Ack::arg, "Unrecognized replay gain mode");
  }
  call->desk.replay_gain_mode = mode;
  call->desk.tell(Subsystem::options);
  call->ok();
}

void mixramp_db(const CallPtr& call) {
  const auto db = need(call, parse_float(call->args[0]));
  if (!db) return;
  call->desk.partition(call->station()).mixramp_db = static_cast<std::int64_t>(std::clamp(*db, -1e3, 1e3));
  call->desk.tell(Subsystem::options, call->station());
  call->ok();
}

}  // namespace

std::vector<Command> option_commands() {
  return {
      {"consume", may_play, 1, 1, consume},
      {"crossfade", may_play, 1, 1, crossfade},
      {"getvol", may_read, 0, 0, get_volume},
      {"mixrampdb", may_play, 1, 1, mixramp_db},
      // Mixramp itself isn't built; `nan`, the only value that turns nothing on, is taken.
      {"mixrampdelay", may_play, 1, 1,
       [](const CallPtr& call) {
         if (call->args[0] == "nan") return call->ok();
         if (need(call, parse_float(call->args[0]))) call->fail(Ack::system, "mixramp is not supported");
       }},
      {"random", may_play, 1, 1, random},
      {"repeat", may_play, 1, 1, repeat},
      {"replay_gain_mode", may_play, 1, 1, replay_gain_mode},
      {"replay_gain_status", may_read, 0, 0,
       [](const CallPtr& call) {
         line(call->out, "replay_gain_mode", call->desk.replay_gain_mode);
         call->ok();
       }},
      {"setvol", may_play, 1, 1, set_volume},
      {"single", may_play, 1, 1, single},
      {"volume", may_play, 1, 1, change_volume},
  };
}

}  // namespace longwave::mpd
