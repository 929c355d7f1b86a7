// SPDX-License-Identifier: Apache-2.0
#include "hub/presence.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <tuple>

namespace longwave::hub {

void PresenceCount::add(const Person& person) {
  PresenceRow& row = rows_[person.key];
  if (row.user.empty()) row.user = person.user;
  if (row.name.empty()) row.name = person.name;
  ++row.connections;
}

Presence PresenceCount::result(std::size_t most_rows) const {
  Presence presence;
  presence.total = rows_.size();
  for (const auto& [key, row] : rows_) presence.users.push_back(row);
  // Those with a name first: of many strangers only some are listed.
  std::stable_sort(
      presence.users.begin(), presence.users.end(), [](const PresenceRow& a, const PresenceRow& b) {
        return std::tuple(a.name.empty(), a.name, a.user) < std::tuple(b.name.empty(), b.name, b.user);
      });
  if (presence.users.size() > most_rows) presence.users.resize(most_rows);
  return presence;
}

std::string to_json(const Presence& presence) {
  namespace json = boost::json;
  json::array users;
  for (const PresenceRow& row : presence.users)
    users.push_back(json::object{{"user", row.user.empty() ? json::value(nullptr) : json::value(row.user)},
                                 {"name", row.name},
                                 {"connections", row.connections}});
  return json::serialize(json::object{{"users", std::move(users)}, {"total", presence.total}});
}

}  // namespace longwave::hub
