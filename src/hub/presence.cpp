// SPDX-License-Identifier: Apache-2.0
#include "hub/presence.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <tuple>

namespace longwave::hub {

void PresenceCount::add(const Person* person) {
  text_.reset();
  ++connections_;
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
  --connections_;
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

PresenceRow PresenceCount::shown(const std::string& key, const Row& row) {
  const auto name = std::find_if(row.names.begin(), row.names.end(),
                                 [](const auto& candidate) { return !candidate.first.empty(); });
  return {key, row.user, name == row.names.end() ? std::string{} : name->first, row.connections};
}

PresenceRow PresenceCount::row(const std::string& key) const {
  const auto found = rows_.find(key);
  return found == rows_.end() ? PresenceRow{.key = key} : shown(key, found->second);
}

std::vector<PresenceRow> PresenceCount::rows() const {
  std::vector<PresenceRow> all;
  all.reserve(rows_.size());
  for (const auto& [key, row] : rows_) all.push_back(shown(key, row));
  return all;
}

Presence PresenceCount::result(std::size_t most_rows) const {
  Presence presence{.users = rows(),
                    .total = rows_.size() + strangers_,
                    .named = rows_.size(),
                    .connections = connections_};
  sort_by_name(presence.users);
  if (presence.users.size() > most_rows) presence.users.resize(most_rows);
  return presence;
}

const Payload& PresenceCount::text(std::size_t most_rows) const {
  if (!text_) text_ = std::make_shared<const std::string>(to_json(result(most_rows)));
  return text_;
}

void sort_by_name(std::vector<PresenceRow>& rows) {
  std::stable_sort(rows.begin(), rows.end(), [](const PresenceRow& a, const PresenceRow& b) {
    using Order = std::tuple<bool, std::string_view, std::string_view>;
    return Order(a.name.empty(), a.name, a.user) < Order(b.name.empty(), b.name, b.user);
  });
}

std::string to_json(const Presence& presence) {
  namespace json = boost::json;
  json::array users;
  for (const PresenceRow& row : presence.users)
    users.push_back(json::object{{"user", row.user.empty() ? json::value(nullptr) : json::value(row.user)},
                                 {"name", row.name},
                                 {"connections", row.connections}});
  return json::serialize(json::object{
      {"users", std::move(users)}, {"total", presence.total}, {"connections", presence.connections}});
}

}  // namespace longwave::hub
