// SPDX-License-Identifier: Apache-2.0
#include "library/collections.hpp"

#include "library/events.hpp"
#include "library/playlists.hpp"
#include "library/query_sql.hpp"
#include "store/session.hpp"

namespace longwave::library {

namespace {

using Int = std::int64_t;

constexpr Int most_collections = 10'000;

template <class... Args>
std::vector<Collection> read(store::Session& session, const char* where, const Args&... args) {
  std::vector<Collection> found;
  session.each<Int, std::string, std::string, Int>(
      std::string("SELECT id, name, query, changed_ms FROM library_collection ") + where,
      [&](Int id, std::string name, std::string query, Int changed) {
        found.push_back({id, std::move(name), std::move(query), changed});
      },
      args...);
  return found;
}

Result<Query> usable(std::string_view query, Int now_ms) {
  if (query.empty()) return error(Errc::invalid, "a collection needs a query");
  return check_query(query, now_ms);
}

bool taken(store::Session& session, const std::string& name) {
  return session.value<Int>("SELECT id FROM library_collection WHERE name = :name", name).has_value();
}

}  // namespace

std::vector<Collection> collections(store::Session& session) {
  return read(session, "ORDER BY name COLLATE NOCASE, name");
}

Result<Collection> collection(store::Session& session, std::string_view name) {
  auto found = read(session, "WHERE name = :name", name);
  if (found.empty()) return error(Errc::not_found, "there is no collection of that name");
  return std::move(found.front());
}

Result<Page<Track>> collection_tracks(store::Session& session, std::string_view name, Int now_ms,
                                      const Listing& listing) {
  const auto found = collection(session, name);
  if (!found) return found.error();
  return query_tracks(session, parse_query(found->query, now_ms).query, listing);
}

Result<std::vector<TrackId>> collection_ids(store::Session& session, std::string_view name, Int now_ms) {
  const auto found = collection(session, name);
  if (!found) return found.error();
  return query_ids(session, parse_query(found->query, now_ms).query, most_playlist_entries);
}

Result<Collection> create_collection(store::Session& session, std::string_view typed, std::string_view query,
                                     Int now_ms, Changes& changes) {
  const auto name = list_name(typed);
  if (!name) return name.error();
  if (const auto parsed = usable(query, now_ms); !parsed) return parsed.error();
  if (taken(session, *name)) return error(Errc::conflict, "there is a collection of that name already");
  if (session.value<Int>("SELECT COUNT(*) FROM library_collection").value_or(0) >= most_collections) {
    return error(Errc::full, "there are too many collections");
  }
  session.run("INSERT INTO library_collection(name, query, changed_ms) VALUES (:name, :query, :now)", *name,
              query, now_ms);
  changes.add(CollectionChanged{CollectionAction::add, CollectionSpace::collections, *name});
  return collection(session, *name);
}

Result<Collection> change_collection(store::Session& session, std::string_view name, std::string_view query,
                                     Int now_ms, Changes& changes) {
  const auto found = collection(session, name);
  if (!found) return found.error();
  if (const auto parsed = usable(query, now_ms); !parsed) return parsed.error();
  session.run("UPDATE library_collection SET query = :query, changed_ms = :now WHERE id = :id", query, now_ms,
              found->id);
  changes.add(CollectionChanged{CollectionAction::update, CollectionSpace::collections, found->name});
  return collection(session, found->name);
}

Result<Collection> rename_collection(store::Session& session, std::string_view name, std::string_view to,
                                     Int now_ms, Changes& changes) {
  const auto found = collection(session, name);
  if (!found) return found.error();
  const auto wanted = list_name(to);
  if (!wanted) return wanted.error();
  if (*wanted == found->name) return found;
  if (taken(session, *wanted)) return error(Errc::conflict, "there is a collection of that name already");
  session.run("UPDATE library_collection SET name = :name, changed_ms = :now WHERE id = :id", *wanted, now_ms,
              found->id);
  changes.add(
      CollectionChanged{CollectionAction::rename, CollectionSpace::collections, found->name, *wanted});
  return collection(session, *wanted);
}

Result<void> delete_collection(store::Session& session, std::string_view name, Changes& changes) {
  const auto found = collection(session, name);
  if (!found) return found.error();
  session.run("DELETE FROM library_collection WHERE id = :id", found->id);
  changes.add(CollectionChanged{CollectionAction::remove, CollectionSpace::collections, found->name});
  return {};
}

}  // namespace longwave::library
