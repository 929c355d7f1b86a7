// SPDX-License-Identifier: Apache-2.0
#include "app/options.hpp"

namespace longwave::app {
namespace {

const Option table[] = {
    {"mpd-listen", &Config::mpd_listen, "ADDRESS",
     "Where clients of the MPD protocol are served, as listen has them (127.0.0.1:6600); without it nowhere"},
};

}  // namespace

std::span<const Option> mpd_options() {
  return table;
}

}  // namespace longwave::app
