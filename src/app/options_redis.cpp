// SPDX-License-Identifier: Apache-2.0
#include "app/options.hpp"

namespace longwave::app {
namespace {

const Option table[] = {
    {.name = "redis",
     .member = &Config::redis,
     .value = "URL",
     .help =
         "Several servers as one: the Redis that they share, redis://HOST:PORT/DB, rediss:// with TLS, or "
         "unix:/PATH; docs/cluster.md"},
    {.name = "redis-user", .member = &Config::redis_user, .value = "NAME", .help = "The user of Redis' ACL"},
    {.name = "redis-password",
     .member = &Config::redis_password,
     .value = "TEXT",
     .help = "The password for Redis",
     .secret = true},
    {.name = "redis-ca",
     .member = &Config::redis_ca,
     .value = "FILE",
     .help = "PEM certificates that a rediss:// server's must come from; without it the system's"},
    {.name = "redis-prefix",
     .member = &Config::redis_prefix,
     .value = "TEXT",
     .help = "What every key in Redis begins with: servers with the same one belong together"},
};

}  // namespace

std::span<const Option> redis_options() {
  return table;
}

}  // namespace longwave::app
