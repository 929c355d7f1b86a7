// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/signal.hpp"
#include "orders/orders.hpp"

namespace longwave::station {

/// Somebody steered the player by another way than the station's: it stopped, holds, or plays something else.
struct PlayerTaken {
  StationId station;
};

/// Who makes the sound of a station's programme. Gets the programmer's orders and answers them
/// (orders/orders.hpp); whoever steers the station (page, API, MPD, MusicDB) steers its player so. Belongs to
/// the station loop. There are three (docs/adr/0014-three-players.md):
///
///   engine   Broadcaster          the streams of this process; plays any number of stations
///   mpd      backends/ RemotePlayer over MpdLink        somebody else's MPD
///   xmms2    backends/ RemotePlayer over xmms2::Remote  somebody else's XMMS2 daemon
class PlayerBackend : public orders::PlayerPort {
 public:
  /// What was ordered isn't heard any more, and isn't forced on the player again: that waits for the next
  /// Play. The engine and an MPD never tell it.
  Signal<PlayerTaken> taken;
};

}  // namespace longwave::station
