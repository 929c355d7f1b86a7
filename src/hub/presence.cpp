// SPDX-License-Identifier: Apache-2.0
#include "hub/presence.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <tuple>

namespace longwave::hub {

void PresenceCount::add(const Person* person) {
  text_.reset();
  if (!person) {
    ++strangers_;
    return;
  }
  Row& row = rows_[person->key];
  if (row.user.empty()) row.user = person->user;
  ++row.connections;
  const auto found = std::find_if(row.names.begin(), row.names.end(),
                                  [&](const auto& name) { return name.first == person->name; });
  if (found == row.names.end()) {
    row.names.emplace_back(person->name, 1);
  } else {
    ++found->second;
  }
}

void PresenceCount::remove(const Person* person) {
  text_.reset();
  if (!person) {
    --strangers_;
    return;
  }
  const auto row = rows_.find(person->key);
  if (--row->second.connections == 0) {
    rows_.erase(row);
    return;
  }
  auto& names = row->second.names;
  const auto found =
      std::find_if(names.begin(), names.end(), [&](const auto& name) { return name.first == person->name; });
  if (--found->second == 0) names.erase(found);
}

Presence PresenceCount::result(std::size_t most_rows) const {
  Presence presence;
  presence.total = rows_.size() + strangers_;
  for (const auto& [key, row] : rows_) {
    const auto shown = std::find_if(row.names.begin(), row.names.end(),
                                    [](const auto& name) { return !name.first.empty(); });
    presence.users.push_back(
        {row.user, shown == row.names.end() ? std::string{} : shown->first, row.connections});
  }
  // Those with a name first.
  std::stable_sort(
      presence.users.begin(), presence.users.end(), [](const PresenceRow& a, const PresenceRow& b) {
        return std::tuple(a.name.empty(), a.name, a.user) < std::tuple(b.name.empty(), b.name, b.user);
      });
  if (presence.users.size() > most_rows) presence.users.resize(most_rows);
  return presence;
}

const Payload& PresenceCount::text(std::size_t most_rows) const {
  if (!text_) text_ = std::make_shared<const std::string>(to_json(result(most_rows)));
  return text_;
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
