// SPDX-License-Identifier: Apache-2.0
#include "app/options.hpp"

namespace longwave::app {
namespace {

const Option table[] = {
    {"player-client", &Config::player_client, "DIR",
     "The static folder of an original client of the player protocol (scripts/, css/): runs at /player"},
};

}  // namespace

std::span<const Option> player_options() {
  return table;
}

}  // namespace longwave::app
