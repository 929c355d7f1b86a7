// SPDX-License-Identifier: Apache-2.0
#include "library/playlists.hpp"

#include "library/events.hpp"
#include "library/names.hpp"
#include "library/query.hpp"
#include "library/query_sql.hpp"
#include "store/session.hpp"

#include <algorithm>
#include <tuple>

namespace longwave::library {

namespace {

using Int = std::int64_t;

/// Entries are ordered by a key with room between two of them, so that an insertion or a move writes few
/// rows.
constexpr Int gap = Int{1} << 20;

constexpr const char* columns =
    "SELECT p.id, p.name, p.query, p.position, p.changed_ms, "
    "(SELECT COUNT(*) FROM library_playlist_entry e WHERE e.playlist_id = p.id), "
    "(SELECT SUM(t.duration_ms) FROM library_playlist_entry e JOIN library_track t ON t.id = e.track_id "
    "WHERE "
    "e.playlist_id = p.id) FROM library_playlist p ";

template <class... Args>
std::vector<PlaylistInfo> read(store::Session& session, const char* where, const Args&... args) {
  std::vector<PlaylistInfo> lists;
  session.each<Int, std::string, std::string, int, Int, Int, Int>(
      std::string(columns) + where,
      [&](Int id, std::string name, std::string query, int position, Int changed, Int entries, Int duration) {
        lists.push_back({id, std::move(name), std::move(query), position, entries, duration, changed});
      },
      args...);
  return lists;
}

/// The row alone: what a change needs of a list, without counting its entries.
struct Row {
  Int id = 0;
  std::string name;
  int position = -1;
  Int entries = 0;
};

Result<Row> editable(store::Session& session, std::string_view name) {
  const auto found = session.row<Int, std::string, std::string, int>(
      "SELECT id, name, query, position FROM library_playlist WHERE name = :name", name);
  if (!found) return error(Errc::not_found, "there is no playlist of that name");
  const auto& [id, kept, query, position] = *found;
  if (!query.empty()) return error(Errc::conflict, "a smart playlist is changed by its query");
  const Int entries =
      session.value<Int>("SELECT COUNT(*) FROM library_playlist_entry WHERE playlist_id = :id", id)
          .value_or(0);
  return Row{id, kept, position, entries};
}

void touch(store::Session& session, Int id, Int now_ms) {
  session.run("UPDATE library_playlist SET changed_ms = :now WHERE id = :id", now_ms, id);
}

void set_position(store::Session& session, Int id, int position) {
  session.run("UPDATE library_playlist SET position = :position WHERE id = :id", position, id);
}

/// Key of the entry at a position.
std::optional<Int> key_at(store::Session& session, Int list, std::size_t position) {
  return session.value<Int>(
      "SELECT key FROM library_playlist_entry WHERE playlist_id = :id ORDER BY key LIMIT 1 OFFSET :position",
      list, static_cast<Int>(position));
}

void spread(store::Session& session, Int list) {
  const auto ids =
      session.rows<Int>("SELECT id FROM library_playlist_entry WHERE playlist_id = :id ORDER BY key", list);
  // Through negative keys, because no two of a list may be alike at any time.
  Int key = 0;
  for (const auto& [id] : ids) {
    session.run("UPDATE library_playlist_entry SET key = :key WHERE id = :id", -(key += gap), id);
  }
  session.run("UPDATE library_playlist_entry SET key = -key WHERE playlist_id = :id", list);
}

/// The first of `count` keys that stand before the entry at `position`, and their distance.
std::pair<Int, Int> room(store::Session& session, Int list, std::size_t position, std::size_t count) {
  for (int attempt = 0;; ++attempt) {
    const auto after = key_at(session, list, position);
    const Int before = position == 0 ? 0 : key_at(session, list, position - 1).value_or(0);
    if (!after) return {before + gap, gap};
    const Int step = (*after - before) / static_cast<Int>(count + 1);
    if (step > 0) return {before + step, step};
    if (attempt > 0) break;
    spread(session, list);
  }
  // More than the room between two entries holds: those behind them make way.
  const Int shift = gap * static_cast<Int>(count + 1);
  const Int from = key_at(session, list, position).value_or(0);
  session.run(
      "UPDATE library_playlist_entry SET key = -key - :shift WHERE playlist_id = :id AND key >= :from", shift,
      list, from);
  session.run("UPDATE library_playlist_entry SET key = -key WHERE playlist_id = :id AND key < 0", list);
  return {from, gap};
}

bool exists(store::Session& session, TrackId track) {
  return session.value<Int>("SELECT id FROM library_track WHERE id = :id AND state <> 3", track).has_value();
}

void insert(store::Session& session, Int list, Int key, TrackId track) {
  session.run("INSERT INTO library_playlist_entry(playlist_id, key, track_id) VALUES (:list, :key, :track)",
              list, key, track);
}

/// Tracks that don't exist any more are left out.
Int fill(store::Session& session, Int list, std::span<const TrackId> tracks) {
  session.run("DELETE FROM library_playlist_entry WHERE playlist_id = :id", list);
  Int key = 0, count = 0;
  for (const TrackId track : tracks) {
    if (!exists(session, track)) continue;
    insert(session, list, key += gap, track);
    ++count;
  }
  return count;
}

Result<PlaylistInfo> made(store::Session& session, std::string_view typed, std::string_view query, Int now_ms,
                          Changes& changes) {
  const auto name = list_name(typed);
  if (!name) return name.error();
  if (session.value<Int>("SELECT id FROM library_playlist WHERE name = :name", *name)) {
    return error(Errc::conflict, "there is a playlist of that name already");
  }
  if (session.value<Int>("SELECT COUNT(*) FROM library_playlist").value_or(0) >=
      static_cast<Int>(most_playlists)) {
    return error(Errc::full, "there are too many playlists");
  }
  session.run("INSERT INTO library_playlist(name, query, changed_ms) VALUES (:name, :query, :now)", *name,
              query, now_ms);
  changes.add(CollectionChanged{CollectionAction::add, CollectionSpace::playlists, *name});
  return playlist(session, *name);
}

Result<PlaylistInfo> after(store::Session& session, const Row& row, Int now_ms) {
  touch(session, row.id, now_ms);
  return playlist(session, row.name);
}

Error too_long() {
  return error(Errc::full, "a playlist holds at most " + std::to_string(most_playlist_entries) + " entries");
}

}  // namespace

Result<std::string> list_name(std::string_view typed) {
  if (typed.size() > longest_list_name) return error(Errc::invalid, "the name is too long");
  std::string name = clean(typed, longest_list_name + 8);
  if (name.empty()) return error(Errc::invalid, "a list needs a name");
  if (name.front() == '_') return error(Errc::invalid, "a name can't begin with _");
  if (name.find('/') != std::string::npos || name == "." || name == "..") {
    return error(Errc::invalid, "a name has no / in it");
  }
  return name;
}

std::vector<PlaylistInfo> playlists(store::Session& session) {
  return read(session, "ORDER BY p.name COLLATE NOCASE, p.name");
}

Result<PlaylistInfo> playlist(store::Session& session, std::string_view name) {
  auto found = read(session, "WHERE p.name = :name", name);
  if (found.empty()) return error(Errc::not_found, "there is no playlist of that name");
  return std::move(found.front());
}

Result<std::vector<PlaylistEntry>> playlist_entries(store::Session& session, std::string_view name) {
  const auto list = session.value<Int>("SELECT id FROM library_playlist WHERE name = :name", name);
  if (!list) return error(Errc::not_found, "there is no playlist of that name");
  std::vector<PlaylistEntry> entries;
  session.each<Int, TrackId>(
      "SELECT id, track_id FROM library_playlist_entry WHERE playlist_id = :id ORDER BY key",
      [&](Int id, TrackId track) {
        entries.push_back({id, track});
      },
      *list);
  return entries;
}

std::vector<std::string> playlists_with(store::Session& session, TrackId track) {
  std::vector<std::string> names;
  session.each<std::string>(
      "SELECT p.name FROM library_playlist p WHERE EXISTS (SELECT 1 FROM library_playlist_entry e WHERE "
      "e.track_id = :track AND e.playlist_id = p.id) ORDER BY p.name COLLATE NOCASE, p.name",
      [&](std::string name) { names.push_back(std::move(name)); }, track);
  return names;
}

Result<PlaylistInfo> create_playlist(store::Session& session, std::string_view name,
                                     std::span<const TrackId> tracks, Int now_ms, Changes& changes) {
  if (tracks.size() > most_playlist_entries) return too_long();
  const auto list = made(session, name, "", now_ms, changes);
  if (!list) return list.error();
  fill(session, list->id, tracks);
  return playlist(session, list->name);
}

Result<PlaylistInfo> create_smart_playlist(store::Session& session, std::string_view name,
                                           std::string_view query, Int now_ms, Changes& changes) {
  const auto parsed = check_query(query, now_ms);
  if (!parsed) return parsed.error();
  if (query.empty()) return error(Errc::invalid, "a smart playlist needs a query");
  const auto list = made(session, name, query, now_ms, changes);
  if (!list) return list.error();
  fill(session, list->id, query_ids(session, *parsed, most_playlist_entries));
  return playlist(session, list->name);
}

Result<PlaylistInfo> add_to_playlist(store::Session& session, std::string_view name,
                                     std::span<const TrackId> tracks, std::optional<std::size_t> at,
                                     Int now_ms, Changes& changes) {
  const auto list = editable(session, name);
  if (!list) return list.error();
  const auto entries = static_cast<std::size_t>(list->entries);
  if (entries + tracks.size() > most_playlist_entries) return too_long();
  if (at && *at > entries) return error(Errc::invalid, "that is behind the end of the playlist");
  for (const TrackId track : tracks) {
    if (!exists(session, track)) return error(Errc::not_found, "there is no such track");
  }
  const std::size_t position = at.value_or(entries);
  auto [key, step] = room(session, list->id, position, tracks.size());
  for (std::size_t i = 0; i < tracks.size(); ++i, key += step) {
    insert(session, list->id, key, tracks[i]);
    changes.add(PlaylistChanged{list->name,
                                position == entries ? PlaylistAction::add : PlaylistAction::insert, tracks[i],
                                static_cast<int>(position + i)});
  }
  if (position < entries && list->position >= static_cast<int>(position)) {
    set_position(session, list->id, list->position + static_cast<int>(tracks.size()));
  }
  return after(session, *list, now_ms);
}

Result<PlaylistInfo> remove_from_playlist(store::Session& session, std::string_view name,
                                          std::size_t position, std::size_t count, Int now_ms,
                                          Changes& changes) {
  const auto list = editable(session, name);
  if (!list) return list.error();
  const auto entries = static_cast<std::size_t>(list->entries);
  if (position >= entries || count > entries - position) {
    return error(Errc::invalid, "there is no entry at that place");
  }
  const auto ids = session.rows<Int>(
      "SELECT id FROM library_playlist_entry WHERE playlist_id = :id ORDER BY key LIMIT :count OFFSET "
      ":position",
      list->id, static_cast<Int>(count), static_cast<Int>(position));
  int current = list->position;
  for (const auto& [id] : ids) {
    session.run("DELETE FROM library_playlist_entry WHERE id = :id", id);
    changes.add(PlaylistChanged{list->name, PlaylistAction::remove, {}, static_cast<int>(position)});
    if (static_cast<int>(position) <= current) current = std::max(0, current - 1);
  }
  if (entries == count) current = -1;
  if (current != list->position) set_position(session, list->id, current);
  return after(session, *list, now_ms);
}

Result<PlaylistInfo> move_in_playlist(store::Session& session, std::string_view name, std::size_t from,
                                      std::size_t to, Int now_ms, Changes& changes) {
  const auto list = editable(session, name);
  if (!list) return list.error();
  const auto entries = static_cast<std::size_t>(list->entries);
  if (from >= entries || to >= entries) return error(Errc::invalid, "there is no entry at that place");
  if (from == to) return playlist(session, list->name);
  const auto moved = session.row<Int, TrackId>(
      "SELECT id, track_id FROM library_playlist_entry WHERE playlist_id = :id ORDER BY key LIMIT 1 OFFSET "
      ":from",
      list->id, static_cast<Int>(from));
  const auto [id, track] = *moved;
  // The place before which it will stand, while it still stands at `from` itself.
  const auto [key, step] = room(session, list->id, to > from ? to + 1 : to, 1);
  session.run("UPDATE library_playlist_entry SET key = :key WHERE id = :id", key, id);
  changes.add(
      PlaylistChanged{list->name, PlaylistAction::move, track, static_cast<int>(from), static_cast<int>(to)});
  int current = list->position;
  const int f = static_cast<int>(from), t = static_cast<int>(to);
  if (current == f) {
    current = t;
  } else if (f < current && current <= t) {
    --current;
  } else if (t <= current && current < f) {
    ++current;
  }
  if (current != list->position) set_position(session, list->id, current);
  return after(session, *list, now_ms);
}

Result<PlaylistInfo> clear_playlist(store::Session& session, std::string_view name, Int now_ms,
                                    Changes& changes) {
  const auto list = editable(session, name);
  if (!list) return list.error();
  session.run("DELETE FROM library_playlist_entry WHERE playlist_id = :id", list->id);
  set_position(session, list->id, -1);
  changes.add(PlaylistChanged{list->name, PlaylistAction::clear});
  return after(session, *list, now_ms);
}

Result<PlaylistInfo> put_playlist(store::Session& session, std::string_view name,
                                  std::span<const TrackId> tracks, int position, Int now_ms,
                                  Changes& changes) {
  if (tracks.size() > most_playlist_entries) return too_long();
  auto list = editable(session, name);
  const bool there = list.has_value();
  if (!there && list.error().code != Errc::not_found) return list.error();
  if (!there) {
    const auto fresh = made(session, name, "", now_ms, changes);
    if (!fresh) return fresh.error();
    list = Row{fresh->id, fresh->name};
  }
  const Int count = fill(session, list->id, tracks);
  set_position(session, list->id, position < count ? position : -1);
  if (there) changes.add(PlaylistChanged{list->name, PlaylistAction::replace});
  return after(session, *list, now_ms);
}

Result<PlaylistInfo> rename_playlist(store::Session& session, std::string_view name, std::string_view to,
                                     Int now_ms, Changes& changes) {
  const auto list = playlist(session, name);
  if (!list) return list.error();
  const auto wanted = list_name(to);
  if (!wanted) return wanted.error();
  if (*wanted == list->name) return list;
  if (session.value<Int>("SELECT id FROM library_playlist WHERE name = :name", *wanted)) {
    return error(Errc::conflict, "there is a playlist of that name already");
  }
  session.run("UPDATE library_playlist SET name = :name WHERE id = :id", *wanted, list->id);
  touch(session, list->id, now_ms);
  changes.add(CollectionChanged{CollectionAction::rename, CollectionSpace::playlists, list->name, *wanted});
  return playlist(session, *wanted);
}

Result<void> delete_playlist(store::Session& session, std::string_view name, Changes& changes) {
  const auto list = playlist(session, name);
  if (!list) return list.error();
  session.run("DELETE FROM library_playlist_entry WHERE playlist_id = :id", list->id);
  session.run("DELETE FROM library_playlist WHERE id = :id", list->id);
  changes.add(CollectionChanged{CollectionAction::remove, CollectionSpace::playlists, list->name});
  return {};
}

void forget_track(store::Session& session, TrackId track, Changes& changes) {
  for (const auto& name : playlists_with(session, track)) {
    const auto list = playlist(session, name);
    const auto entries = playlist_entries(session, name);
    int current = list->position;
    // From the end, so that the places told are those the entries have at that moment.
    for (std::size_t i = entries->size(); i-- > 0;) {
      if ((*entries)[i].track != track) continue;
      session.run("DELETE FROM library_playlist_entry WHERE id = :id", (*entries)[i].id);
      changes.add(PlaylistChanged{name, PlaylistAction::remove, {}, static_cast<int>(i)});
      if (static_cast<int>(i) <= current) current = std::max(0, current - 1);
    }
    if (current != list->position) set_position(session, list->id, current);
  }
}

std::vector<StalePlaylist> stale_playlists(store::Session& session, Int now_ms) {
  std::vector<StalePlaylist> stale;
  for (const auto& [name, text] : session.rows<std::string, std::string>(
           "SELECT name, query FROM library_playlist WHERE query <> '' ORDER BY id")) {
    const auto query = check_query(text, now_ms);
    if (!query) continue;  // of a later version of the language: it stays as it is
    auto wanted = query_ids(session, *query, most_playlist_entries);
    const auto held = playlist_entries(session, name);
    const bool same = std::ranges::equal(*held, wanted, {}, &PlaylistEntry::track);
    if (!same) stale.push_back({name, std::move(wanted)});
  }
  return stale;
}

void refresh_playlist(store::Session& session, const StalePlaylist& stale, Int now_ms, Changes& changes) {
  const auto list =
      session.value<Int>("SELECT id FROM library_playlist WHERE name = :name AND query <> ''", stale.name);
  if (!list) return;  // gone meanwhile
  fill(session, *list, stale.tracks);
  touch(session, *list, now_ms);
  changes.add(PlaylistChanged{stale.name, PlaylistAction::update});
}

}  // namespace longwave::library
