// SPDX-License-Identifier: Apache-2.0
#include "access/users.hpp"
#include "base/role.hpp"
#include "base/text.hpp"
#include "dialects/mpd/call.hpp"
#include "io/pool.hpp"

#include <fmt/format.h>

namespace longwave::mpd {
namespace {

constexpr std::int64_t least_binary = 64;
constexpr std::int64_t most_binary = 1 << 20;

unsigned permissions_of(Role role) {
  switch (role) {
    case Role::admin:
      return may_everything;
    case Role::dj:
      return may_read | may_add | may_play | may_control;
    default:
      return may_read;
  }
}

void let_in(Call& call, const std::string& user, Role role) {
  call.client->user = user;
  call.client->permissions = permissions_of(role);
  call.ok();
}

/// A bearer key, or `name:password` of somebody who may log in.
void password(const CallPtr& call) {
  const std::string& given = call->args[0];
  auto& users = call->rooms().users;
  if (const auto known = users.find(given)) return let_in(*call, known->user, known->role);
  const auto colon = given.find(':');
  if (colon == std::string::npos) return call->fail(Ack::password, "incorrect password");
  call->rooms().blocking.submit(
      {.work = [call, &users, user = given.substr(0, colon), secret = given.substr(colon + 1),
                post = call->rooms().post](std::stop_token) {
        std::optional<access::Identity> who;
        try {
          auto login = users.login(user, secret, call->client->address, access::TokenKind::key);
          if (login) {
            who = login->identity;
            users.logout(login->identity.session, [](Result<void>) {});  // the connection is the session
          }
        } catch (const std::exception&) {
          // As a wrong one: nobody gets in while the disk says no.
        }
        post([call, who = std::move(who)] {
          if (!who) return call->fail(Ack::password, "incorrect password");
          let_in(*call, who->user, who->role);
        });
      }});
}

void idle(const CallPtr& call) {
  SubsystemMask mask = 0;
  for (const auto& name : call->args) {
    bool known = false;
    for (std::size_t i = 0; i < subsystem_names.size(); ++i) {
      if (!text::ascii_iequals(subsystem_names[i], name)) continue;
      mask |= 1u << i;
      known = true;
    }
    if (!known) return call->fail(Ack::arg, "Unrecognized idle event: " + name);
  }
  call->client->idle = mask != 0 ? mask : all_subsystems;
  call->wait();
}

void binary_limit(const CallPtr& call) {
  const auto bytes = need(call, parse_integer(call->args[0], INT64_MIN, UINT32_MAX));
  if (!bytes) return;
  if (*bytes < least_binary) return call->fail(Ack::arg, "Value too small");
  call->client->binary_limit = static_cast<std::size_t>(std::min(*bytes, most_binary));
  call->ok();
}

void tag_types(const CallPtr& call) {
  auto& mask = call->client->tags;
  const auto tell = [&](const char* key, const TagMask& which) {
    for (std::size_t i = 0; i < tag_count; ++i) {
      if (which.test(i)) line(call->out, key, to_string(static_cast<Tag>(i)));
    }
  };
  if (call->args.empty()) {
    tell("tagtype", mask);
    return call->ok();
  }
  const auto& what = call->args[0];
  const bool names = what == "enable" || what == "disable";
  if (names && call->args.size() < 2) return call->fail(Ack::arg, "Not enough arguments");
  if (!names && call->args.size() > 1) return call->fail(Ack::arg, "Too many arguments");
  TagMask given;
  for (std::size_t i = 1; i < call->args.size(); ++i) {
    const auto tag = tag_named(call->args[i]);
    if (!tag) return call->fail(Ack::arg, "Unknown tag type");
    given.set(index(*tag));
  }
  if (what == "clear") {
    mask.reset();
  } else if (what == "all") {
    mask = known_tags();
  } else if (what == "enable") {
    mask |= given & known_tags();
  } else if (what == "disable") {
    mask &= ~given;
  } else {
    return call->fail(Ack::arg, "Unknown sub command");
  }
  call->ok();
}

void list_commands(const CallPtr& call) {
  const bool allowed = call->command == "commands";
  for (const auto& row : commands()) {
    const bool may = (call->client->permissions & row.permission) == row.permission;
    if (may == allowed) line(call->out, "command", row.name);
  }
  call->ok();
}

}  // namespace

std::vector<Command> connection_commands() {
  return {
      {"binarylimit", may_nothing, 1, 1, binary_limit},
      {"close", may_nothing, -1, -1, [](const CallPtr& call) { call->close(); }},
      {"commands", may_nothing, 0, 0, list_commands},
      {"config", may_admin, 0, 0,
       [](const CallPtr& call) { call->fail(Ack::permission, "Command only permitted to local clients"); }},
      {"idle", may_read, 0, -1, idle},
      {"kill", may_admin, -1, -1,
       [](const CallPtr& call) {
         call->fail(Ack::permission, "the server isn't ended by clients of this protocol");
       }},
      {"notcommands", may_nothing, 0, 0, list_commands},
      {"password", may_nothing, 1, 1, password},
      {"ping", may_nothing, 0, 0, [](const CallPtr& call) { call->ok(); }},
      {"tagtypes", may_nothing, 0, -1, tag_types},
  };
}

}  // namespace longwave::mpd
