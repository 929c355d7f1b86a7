// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace longwave::schedule {

/// What sort of station it is; decides the modes it begins with, and what a restart does.
enum class Kind {
  radio,   ///< always on: AutoDJ and consume on, its programme runs on while the program is away
  player,  ///< a private player: begins stopped, without AutoDJ and consume; its timeline stands while it
           ///< does
};

/// What somebody wants of the station. The numbers are those of the player protocol.
enum class Transport { stopped = 0, playing = 1, paused = 2 };

enum class Switch { off, on, oneshot };  ///< oneshot: on for the item on air, off when it is over

struct Modes {
  bool repeat = false;          ///< behind the last entry comes the first
  bool random = false;          ///< the list is played in an order by chance, each entry once a round
  Switch single = Switch::off;  ///< stops behind the item on air; with repeat: repeats it
  Switch consume = Switch::on;  ///< what was played leaves the queue
  bool autodj = true;           ///< fills the queue up when it runs out
  int crossfade_s = 0;          ///< kept and told; it is not heard yet

  static Modes of(Kind kind) {
    Modes modes;
    if (kind == Kind::player) {
      modes.consume = Switch::off;
      modes.autodj = false;
    }
    return modes;
  }
  friend bool operator==(const Modes&, const Modes&) = default;
};

using Volume = std::map<std::string, int>;  ///< channel -> 0..100

std::string_view to_text(Kind kind);            ///< "radio", "player"
std::string_view to_text(Transport transport);  ///< "stopped", "playing", "paused"
std::string_view to_text(Switch value);         ///< "off", "on", "oneshot"

}  // namespace longwave::schedule
