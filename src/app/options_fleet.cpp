// SPDX-License-Identifier: Apache-2.0
#include "app/options.hpp"

namespace longwave::app {
namespace {

const Option table[] = {
    {.name = "role",
     .member = &Config::role,
     .value = "ROLE",
     .help = "What this process does of a platform: all, api (calls and pages, no station plays here), "
             "scheduler (the same, and it steers streamers over redis; docs/fleet.md) or streamer (it serves "
             "the radios that a scheduler programmes; docs/streamer.md)"},
    {.name = "monitor-listen",
     .member = &Config::monitor_listen,
     .value = "ADDRESS",
     .help = "Serves the scheduler's monitoring pages there, HOST:PORT as in listen, usually 127.0.0.1:8001; "
             "with "
             "the role all it also starts a scheduler inside the process, whose radios are the stations that "
             "play here; with redis it steers streamers too"},
    {.name = "on-second-streamer",
     .member = &Config::on_second_streamer,
     .value = "WORD",
     .help =
         "When a streamer asks for a radio that another one streams: exists (it is told, if that one answers "
         "within a second) or takeover (the other has to stop)"},
    {.name = "streamer-loss",
     .member = &Config::streamer_loss,
     .value = "WORD",
     .help = "When a streamer is gone, its radios' programmes go on (keep) or end (clean)"},
    {.name = "webapp",
     .member = &Config::webapp,
     .value = "URL",
     .help =
         "The web application that a scheduler tells who listens and what plays, and asks whose tokens are; "
         "docs/webapp.md"},
    {.name = "webapp-key",
     .member = &Config::webapp_key,
     .value = "TEXT",
     .help = "The secret that the web application knows the scheduler by, at least 16 bytes",
     .secret = true},
    {.name = "ping-every",
     .member = &Config::ping_every_s,
     .value = "SECONDS",
     .help = "Streamers are pinged so often; who is silent for two rounds is dead",
     .least = 1,
     .most = 3600},
};

}  // namespace

std::span<const Option> fleet_options() {
  return table;
}

}  // namespace longwave::app
