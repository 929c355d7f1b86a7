// SPDX-License-Identifier: Apache-2.0
#include "api/channel_access.hpp"

#include <fmt/format.h>

namespace longwave::api {
namespace {

/// nullptr: it is one of those; else who it should be.
const char* missing(hub::Who who, const rpc::Caller& caller, bool granted) {
  const bool dj = caller.role == Role::dj || caller.role == Role::admin;
  switch (who) {
    case hub::Who::anyone:
      return nullptr;
    case hub::Who::user:
      return !caller.user.empty() || dj ? nullptr : "somebody who has logged in";
    case hub::Who::token:
      return caller.token || granted ? nullptr : "somebody with a token";
    case hub::Who::dj:
      return dj ? nullptr : "a dj";
    case hub::Who::admin:
      return caller.role == Role::admin ? nullptr : "an administrator";
    case hub::Who::server:
      return "a back end with its key";
  }
  return "nobody";
}

Result<void> judged(std::string_view verb, hub::Who who, const rpc::Caller& caller, bool granted,
                    const std::string& channel) {
  const char* wanted = missing(who, caller, granted);
  if (!wanted) return {};
  return error(Errc::refused, fmt::format("only {} may {} '{}'", wanted, verb, channel));
}

Result<void> private_enough(bool granted, const std::string& channel) {
  if (!channel.starts_with('$') || granted) return {};
  return error(Errc::refused, fmt::format("'{}' is private: it needs a token that names it", channel));
}

}  // namespace

Result<void> may_subscribe(const rpc::Caller& caller, bool granted, const std::string& channel,
                           const hub::ChannelConfig& config) {
  if (caller.server) return {};
  if (auto done = private_enough(granted, channel); !done) return done;
  if (channel.starts_with('#')) {
    if (!caller.user.empty() && channel == hub::user_channel(caller.user)) return {};
    return error(Errc::refused, fmt::format("'{}' is for that user only", channel));
  }
  return judged("subscribe to", config.subscribe, caller, granted, channel);
}

Result<void> may_publish(const rpc::Caller& caller, bool granted, const std::string& channel,
                         const hub::ChannelConfig& config) {
  if (hub::is_system_channel(channel))
    return error(Errc::refused, fmt::format("only the server itself publishes on '{}'", channel));
  if (caller.server) return {};
  if (auto done = private_enough(granted, channel); !done) return done;
  return judged("publish on", config.publish, caller, granted, channel);
}

bool moderates(const rpc::Caller& caller) {
  return caller.server || caller.role == Role::dj || caller.role == Role::admin;
}

}  // namespace longwave::api
