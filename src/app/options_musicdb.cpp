// SPDX-License-Identifier: Apache-2.0
#include "app/options.hpp"

namespace longwave::app {
namespace {

const Option table[] = {
    {.name = "musicdb-listen",
     .member = &Config::musicdb_listen,
     .value = "ADDRESS",
     .help =
         "Speaks MusicDB's protocol at this address, as listen has them (usual port 9000); without it, not"},
    {.name = "musicdb-client",
     .member = &Config::musicdb_client,
     .value = "DIR",
     .help = "The folder of MusicDB's own page, served at musicdb-listen"},
    {.name = "musicdb-key",
     .member = &Config::musicdb_key,
     .value = "FILE",
     .help = "The file with MusicDB's key in its first line, made when it isn't there; without it "
             "musicdb-key in the data folder"},
};

}  // namespace

std::span<const Option> musicdb_options() {
  return table;
}

}  // namespace longwave::app
