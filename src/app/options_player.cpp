// SPDX-License-Identifier: Apache-2.0
#include "app/options.hpp"

namespace longwave::app {
namespace {

const Option table[] = {
    {"player-client", &Config::player_client, "DIR",
     "The static folder of an original client of the player protocol (scripts/, css/): runs at /player"},
    {"player-backend", &Config::player_backend, "PLAYER",
     "What the player protocol steers: engine (the station main) or xmms2:PATH (an XMMS2 daemon at a Unix "
     "socket, or xmms2:tcp://127.0.0.1:9667)"},
};

}  // namespace

std::span<const Option> player_options() {
  return table;
}

}  // namespace longwave::app
