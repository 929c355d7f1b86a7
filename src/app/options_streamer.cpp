// SPDX-License-Identifier: Apache-2.0
#include "app/options.hpp"

namespace longwave::app {
namespace {

const Option table[] = {
    {.name = "streamer-id",
     .member = &Config::streamer_id,
     .value = "NAME",
     .help = "The name of this streamer, by which the scheduler knows it; without it the host's"},
    {.name = "streamer-address",
     .member = &Config::streamer_address,
     .value = "URL",
     .help = "Where listeners and other streamers reach this one, http://HOST:PORT; without it what listen "
             "says"},
    {.name = "files",
     .member = &Config::files,
     .value = "DIR",
     .help = "The files that a streamer plays, as 123/456/789.mp3; usually a folder that all of them share"},
    {.name = "files-from",
     .member = &Config::files_from,
     .value = "URL",
     .help = "A node that has the library, http://HOST:PORT: what isn't in files is fetched there and kept; "
             "needs fleet-secret"},
    {.name = "fleet-secret",
     .member = &Config::fleet_secret,
     .value = "TEXT",
     .help = "What the nodes of a fleet know each other by, at least 16 characters: for files-from, and so "
             "that streamers that pass a radio on aren't counted as listeners",
     .secret = true},
};

}  // namespace

std::span<const Option> streamer_options() {
  return table;
}

}  // namespace longwave::app
