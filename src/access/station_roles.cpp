// SPDX-License-Identifier: Apache-2.0
#include "access/station_roles.hpp"

#include "store/store.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <exception>
#include <future>
#include <map>
#include <utility>

namespace longwave::access {
namespace {

constexpr std::array<std::string_view, 5> names = {"none", "viewer", "dj", "programmer", "owner"};

constexpr std::string_view table = R"(
CREATE TABLE access_station_role(
  station TEXT NOT NULL,
  user_name TEXT NOT NULL,
  role TEXT NOT NULL,
  PRIMARY KEY (station, user_name)
);
CREATE INDEX access_station_role_user ON access_station_role(user_name);
)";

std::int64_t owners(store::Session& session, const std::string& station, const std::string& but) {
  return session
      .value<std::int64_t>(
          "SELECT count(*) FROM access_station_role"
          " WHERE station = :station AND role = 'owner' AND user_name <> :user",
          station, but)
      .value_or(0);
}

void put(store::Session& session, const std::string& station, const std::string& user, StationRole role) {
  session.run(
      "INSERT INTO access_station_role(station, user_name, role) VALUES (:station, :user, :role)"
      " ON CONFLICT (station, user_name) DO UPDATE SET role = excluded.role",
      station, user, to_string(role));
}

bool owns(store::Session& session, const std::string& station, const std::string& user) {
  const auto role = session.value<std::string>(
      "SELECT role FROM access_station_role WHERE station = :station AND user_name = :user", station, user);
  return role == to_string(StationRole::owner);
}

Result<void> write_grant(store::Session& session, const std::string& station, const std::string& by,
                         const std::string& user, StationRole role) {
  // The station may have been removed meanwhile, and be somebody else's by now.
  if (!by.empty() && !owns(session, station, by))
    return error(Errc::refused, "you are no owner of the station any more");
  if (!by.empty() && role != StationRole::owner && owns(session, station, user) &&
      owners(session, station, user) == 0)
    return error(Errc::conflict, "the station would have no owner; make somebody else one first");
  if (role == StationRole::none) {
    session.run("DELETE FROM access_station_role WHERE station = :station AND user_name = :user", station,
                user);
    return {};
  }
  const auto others = session.value<std::int64_t>(
      "SELECT count(*) FROM access_station_role WHERE station = :station AND user_name <> :user", station,
      user);
  if (others.value_or(0) >= static_cast<std::int64_t>(StationRoles::most_people))
    return error(Errc::full,
                 fmt::format("at most {} people have a role on a station", StationRoles::most_people));
  put(session, station, user, role);
  return {};
}

}  // namespace

std::string_view to_string(StationRole role) {
  return names[static_cast<std::size_t>(role)];
}

std::optional<StationRole> parse_station_role(std::string_view name) {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == name) return static_cast<StationRole>(i);
  return std::nullopt;
}

store::Migration station_role_table() {
  return {2, table};
}

struct StationRoles::Book {
  std::map<std::string, std::map<std::string, StationRole>, std::less<>> stations;

  /// Adds what stands in the table of these; nullptr: of all.
  void read(store::Session& session, const std::vector<std::string>* names);
};

void StationRoles::Book::read(store::Session& session, const std::vector<std::string>* names) {
  using Text = std::string;
  const auto one = [this](const Text& station, const Text& user, const Text& role) {
    stations[station][user] = parse_station_role(role).value_or(StationRole::none);
  };
  if (!names)
    return session.each<Text, Text, Text>("SELECT station, user_name, role FROM access_station_role", one);
  for (const auto& name : *names) {
    session.each<Text, Text, Text>(
        "SELECT station, user_name, role FROM access_station_role WHERE station = :station", one, name);
  }
}

StationRoles::StationRoles(store::Store& store) : store_(store) {
  auto book = std::make_shared<Book>();
  // Through the writer, so that no change that is under way is missed.
  store_.write_now([&](store::Session& session) { book->read(session, nullptr); });
  book_ = std::move(book);
}

Task StationRoles::read_again(store::Session& session, const std::vector<std::string>* stations) {
  auto read = std::make_shared<Book>();
  read->read(session, stations);
  return [this, read, of = stations ? std::optional(*stations) : std::nullopt] {
    change_book([&](Book& next) {
      if (!of) next.stations.clear();
      for (const auto& station : of.value_or(std::vector<std::string>{})) next.stations.erase(station);
      next.stations.merge(read->stations);
    });
  };
}

StationRoles::~StationRoles() = default;

std::shared_ptr<const StationRoles::Book> StationRoles::book() const {
  const std::lock_guard lock(mutex_);
  return book_;
}

template <class Change>
void StationRoles::change_book(Change change) {
  const std::lock_guard lock(mutex_);
  auto next = std::make_shared<Book>(*book_);
  change(*next);
  book_ = std::move(next);
}

StationRole StationRoles::role(const std::string& user, std::string_view station) const {
  const auto now = book();
  const auto there = now->stations.find(station);
  if (there == now->stations.end()) return StationRole::none;
  const auto found = there->second.find(user);
  return found == there->second.end() ? StationRole::none : found->second;
}

std::vector<StationRoles::Person> StationRoles::people(std::string_view station) const {
  std::vector<Person> found;
  const auto now = book();
  const auto there = now->stations.find(station);
  if (there == now->stations.end()) return found;
  for (const auto& [user, role] : there->second) found.push_back({user, role});
  return found;
}

Result<void> StationRoles::grant(const std::string& station, const std::string& by, const std::string& user,
                                 StationRole role) {
  Result<void> outcome;
  std::promise<void> written;
  store_.write([&](store::Session& session) { outcome = write_grant(session, station, by, user, role); },
               // The book follows on the writing thread, so in the order in which things were written.
               [&](std::exception_ptr failure) {
                 if (failure) return written.set_exception(std::move(failure));
                 if (outcome) {
                   change_book([&](Book& next) {
                     auto& there = next.stations[station];
                     if (role == StationRole::none)
                       there.erase(user);
                     else
                       there[user] = role;
                   });
                 }
                 written.set_value();
               });
  written.get_future().get();
  return outcome;
}

Result<void> StationRoles::make(store::Session& session, const std::string& station, const std::string& owner,
                                std::size_t most) {
  const auto has = session.value<std::int64_t>(
      "SELECT count(*) FROM access_station_role WHERE user_name = :user AND role = 'owner'", owner);
  if (!owner.empty() && has.value_or(0) >= static_cast<std::int64_t>(most))
    return error(Errc::full, fmt::format("you have {} stations, which is as many as you may have", most));
  remove(session, station);
  if (!owner.empty()) put(session, station, owner, StationRole::owner);
  return {};
}

void StationRoles::made(const std::string& station, const std::string& owner) {
  change_book([&](Book& next) {
    next.stations.erase(station);
    if (!owner.empty()) next.stations[station][owner] = StationRole::owner;
  });
}

void StationRoles::remove(store::Session& session, const std::string& station) {
  session.run("DELETE FROM access_station_role WHERE station = :station", station);
}

void StationRoles::removed(const std::string& station) {
  change_book([&](Book& next) { next.stations.erase(station); });
}

}  // namespace longwave::access
