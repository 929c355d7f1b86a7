// SPDX-License-Identifier: Apache-2.0
#include "dialects/mpd/call.hpp"
#include "schedule/keeper.hpp"

namespace longwave::mpd {
namespace {

constexpr const char* made_elsewhere = "stations are made and removed in Longwave, not by this protocol";

void list(const CallPtr& call) {
  for (const auto station : call->rooms().keeper.stations()) {
    line(call->out, "partition", call->desk.partition_name(station));
  }
  call->ok();
}

void enter(const CallPtr& call) {
  const auto station = call->desk.partition_named(call->args[0]);
  if (!station) return call->fail(Ack::no_exist, "partition does not exist");
  call->client->partition = station;
  call->client->pending = 0;
  call->ok();
}

void add(const CallPtr& call) {
  if (call->desk.partition_named(call->args[0])) return call->fail(Ack::exist, "name already exists");
  call->fail(Ack::permission, made_elsewhere);
}

void remove(const CallPtr& call) {
  const auto station = call->desk.partition_named(call->args[0]);
  if (!station) return call->fail(Ack::no_exist, "no such partition");
  if (station == call->desk.partition_named("default")) {
    return call->fail(Ack::unknown, "cannot delete the default partition");
  }
  call->fail(Ack::permission, made_elsewhere);
}

}  // namespace

std::vector<Command> partition_commands() {
  return {
      {"delpartition", may_admin, 1, 1, remove},
      {"listpartitions", may_read, 0, 0, list},
      {"newpartition", may_admin, 1, 1, add},
      {"partition", may_read, 1, 1, enter},
  };
}

}  // namespace longwave::mpd
