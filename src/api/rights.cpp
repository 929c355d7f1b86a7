// SPDX-License-Identifier: Apache-2.0
#include "api/rights.hpp"

#include "access/users.hpp"
#include "api/context.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

namespace longwave::api {

using access::StationRole;

StationRole role_on(const Context& context, const rpc::Caller& caller, std::string_view station) {
  const auto everywhere = caller.role == Role::admin ? StationRole::owner
                          : caller.role == Role::dj  ? StationRole::programmer
                                                     : StationRole::none;
  // A token's word for who somebody is counts in channels only.
  if (caller.session.empty()) return everywhere;
  return std::max(everywhere, context.users->station_roles().role(caller.user, station));
}

void ForRole::add(rpc::Method method) const {
  const auto wanted = std::string(to_string(role_));
  method.summary += fmt::format(" For who is `{}` of the station.", wanted);
  method.handler = [&context = context_, role = role_, wanted, act = std::move(method.handler)](
                       rpc::Call call, rpc::Responder answer) {
    if (role_on(context, call.caller(), call.string("station")) >= role)
      return act(std::move(call), std::move(answer));
    answer.fail({rpc::refused,
                 fmt::format("{} needs the role {} of the station '{}'{}", call.method(), wanted,
                             call.string("station"), call.caller().user.empty() ? ": log in" : ""),
                 fmt::format(R"({{"kind":"refused","role":"{}"}})", wanted)});
  };
  table_.add(std::move(method));
}

}  // namespace longwave::api
