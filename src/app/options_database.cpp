// SPDX-License-Identifier: Apache-2.0
#include "app/options.hpp"

namespace longwave::app {
namespace {

const Option table[] = {
    {.name = "database",
     .member = &Config::database,
     .value = "URL",
     .help = "Where everything that is kept is kept: sqlite:FILE, or for several nodes "
             "postgresql://USER@HOST:PORT/NAME; "
             "empty: longwave.db in the data folder; docs/operations.md"},
    {.name = "database-password",
     .member = &Config::database_password,
     .value = "TEXT",
     .help = "The password for PostgreSQL",
     .secret = true},
};

}  // namespace

std::span<const Option> database_options() {
  return table;
}

}  // namespace longwave::app
