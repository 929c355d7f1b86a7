// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/station_roles.hpp"
#include "rpc/table.hpp"

#include <string_view>

namespace longwave::api {

struct Context;

/// What somebody may do on a station: what was given to the user there, or what the role for the whole server
/// gives on every station (dj: programmer, admin: owner), whichever is more. Only who has logged in, or needs
/// not, has any. Any thread.
access::StationRole role_on(const Context& context, const rpc::Caller& caller, std::string_view station);

/// Puts methods with a parameter `station` into the table, for those who have at least this role there.
class ForRole {
 public:
  ForRole(rpc::Table& table, const Context& context, access::StationRole role)
      : table_(table), context_(context), role_(role) {}
  void add(rpc::Method method) const;

 private:
  rpc::Table& table_;
  const Context& context_;
  access::StationRole role_;
};

/// station.create, .rename, .remove, .people, .grant.
void add_station_keeping_methods(rpc::Table& table, Context& context);

}  // namespace longwave::api
