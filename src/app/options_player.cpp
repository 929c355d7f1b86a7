// SPDX-License-Identifier: Apache-2.0
#include "app/options.hpp"

namespace longwave::app {
namespace {

const Option table[] = {
    {"player-client", &Config::player_client, "DIR",
     "The static folder of an original client of the player protocol (scripts/, css/): runs at /player"},
    {"player-backend", &Config::player_backend, "PLAYER",
     "Who plays the station main: engine; mpd:HOST:PORT, somebody else's MPD over the same folder, instead "
     "of our streams; or xmms2:PATH, an XMMS2 daemon at a Unix socket (or xmms2:tcp://127.0.0.1:9667), whose "
     "own playlists the player protocol then steers; the station is a private player unless station-kind "
     "says "
     "otherwise"},
};

}  // namespace

std::span<const Option> player_options() {
  return table;
}

}  // namespace longwave::app
