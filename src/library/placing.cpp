// SPDX-License-Identifier: Apache-2.0
#include "library/placing.hpp"

#include "library/names.hpp"
#include "store/session.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace longwave::library {

namespace {

/// Discs in folders of their own belong to one album: that of the folder above.
std::string album_folder(const std::string& path) {
  const std::filesystem::path folder(path);
  return is_disc_folder(folder.filename().string()) ? folder.parent_path().string() : path;
}

}  // namespace

void Placer::forget() {
  artists_.clear();
  albums_.clear();
  named_albums_.clear();
  folder_albums_.clear();
}

void Placer::look_around(store::Session& session) {
  const auto turn = session.value<std::int64_t>("SELECT turn FROM library_gone").value_or(0);
  if (std::exchange(turn_, turn) != turn) forget();
}

std::int64_t Placer::artist(store::Session& session, const std::string& name) {
  if (name.empty()) return 0;
  std::string key = fold(name);
  const auto found = artists_.find(key);
  if (found != artists_.end()) return found->second;
  const auto id = *session.value<std::int64_t>(
      "INSERT INTO library_artist(name, fold, sort) VALUES (:name, :fold, :sort) "
      "ON CONFLICT(fold) DO UPDATE SET fold = excluded.fold RETURNING id",
      name, key, sort_key(name));
  artists_.emplace(std::move(key), id);
  return id;
}

std::int64_t Placer::album(store::Session& session, const Folder& folder, const Tags& tags,
                           std::int64_t track_artist) {
  if (tags.album.empty()) return 0;
  const bool named = !tags.album_artist.empty() || tags.compilation;
  const std::string& name = tags.album_artist;
  const std::int64_t owner = !named ? track_artist : artist(session, name.empty() ? various_artists : name);
  const std::string title = fold(tags.album);
  const std::string place = album_folder(folder.path) + '\x1f' + title;
  if (!named) {
    if (const auto other = named_albums_.find(place); other != named_albums_.end()) return other->second;
  }
  const std::string key = named ? "a\x1f" + std::to_string(owner) + '\x1f' + title : "f\x1f" + place;
  auto found = albums_.find(key);
  if (found == albums_.end()) {
    if (const auto other = named ? 0 : named_album_here(session, folder, tags.album)) return other;
    const auto row = session.row<std::int64_t, std::int64_t>(
        "INSERT INTO library_album(key, title, sort, artist_id, by_folder) VALUES (:key, :title, :sort, "
        ":artist, :folder) "
        "ON CONFLICT(key) DO UPDATE SET key = excluded.key RETURNING id, artist_id",
        key, tags.album, sort_key(tags.album), owner, named ? 0 : 1);
    found = albums_.emplace(key, AlbumRow{std::get<0>(*row), std::get<1>(*row)}).first;
  }
  AlbumRow& row = found->second;
  if (named) {
    named_albums_.emplace(place, row.id);
    return row.id;
  }
  folder_albums_.emplace(row.id, place);
  if (row.artist != owner) {  // more than one artist in it
    const auto various = artist(session, various_artists);
    if (row.artist != various) set_album_artist(session, row.id, various);
    row.artist = various;
  }
  return row.id;
}

/// An album of that title in this folder from an earlier scan, whose artist is named.
std::int64_t Placer::named_album_here(store::Session& session, const Folder& folder,
                                      const std::string& title) {
  if (!folder.known) return 0;
  return session
      .value<std::int64_t>(
          "SELECT b.id FROM library_track t JOIN library_album b ON b.id = t.album_id WHERE "
          "t.folder_id = :folder AND t.state <> 1 AND b.by_folder = 0 AND b.sort = :sort AND b.id <> 0 LIMIT "
          "1",
          folder.known->id, sort_key(title))
      .value_or(0);
}

void Placer::set_album_artist(store::Session& session, std::int64_t album, std::int64_t artist) {
  session.run("UPDATE library_album SET artist_id = :artist WHERE id = :id", artist, album);
}

/// In a folder where the other tracks of an album name its artist, those that name none belong to them.
void Placer::join_albums(store::Session& session) {
  for (const auto& [album, place] : folder_albums_) {
    const auto named = named_albums_.find(place);
    if (named == named_albums_.end()) continue;
    session.run("UPDATE library_track SET album_id = :named WHERE album_id = :album", named->second, album);
  }
  folder_albums_.clear();
}

bool Placer::untidy() const {
  return !left_.empty() || std::any_of(folder_albums_.begin(), folder_albums_.end(), [&](const auto& album) {
    return named_albums_.contains(album.second);
  });
}

/// One whose artist no tag names is its one artist's, or everybody's.
void Placer::right_artist(store::Session& session, std::int64_t album) {
  const auto found = session.row<std::int64_t, std::int64_t, std::int64_t>(
      "SELECT COUNT(DISTINCT t.artist_id), MIN(t.artist_id), a.artist_id FROM library_album a "
      "JOIN library_track t ON t.album_id = a.id WHERE a.id = :id AND a.by_folder = 1 GROUP BY a.id",
      album);
  if (!found) return;
  const auto [count, only, now] = *found;
  const std::int64_t right = count == 1 ? only : artist(session, various_artists);
  if (right != now) set_album_artist(session, album, right);
}

/// An album got another name or artist, track by track: what people said of it stays with its tracks.
void Placer::inherit(store::Session& session, std::int64_t from, std::int64_t to) {
  if (from == 0 || to == 0 || from == to) return;
  if (session.value<int>("SELECT 1 FROM library_track WHERE album_id = :id LIMIT 1", from)) return;
  session.run(
      "UPDATE library_album SET (origin, hidden, added_ms, background, foreground, highlight) = "
      "(SELECT o.origin, o.hidden, o.added_ms, o.background, o.foreground, o.highlight FROM library_album o "
      "WHERE o.id = :from) WHERE id = :to AND origin = '' AND hidden = 0 AND added_ms IS NULL AND background "
      "= "
      "'' AND foreground = '' AND highlight = '' AND EXISTS (SELECT 1 FROM library_album o WHERE o.id = "
      ":from2)",
      from, to, from);
  session.run(
      "UPDATE library_tagging SET target_id = :to WHERE what = 1 AND target_id = :from AND NOT EXISTS "
      "(SELECT 1 FROM library_tagging o WHERE o.what = 1 AND o.target_id = :heir AND o.tag_id = "
      "library_tagging.tag_id)",
      to, from, to);
}

void Placer::tidy(store::Session& session) {
  join_albums(session);
  for (const auto& [album, heir] : left_) {
    right_artist(session, album);
    inherit(session, album, heir);
  }
  left_.clear();
  session.run(
      "DELETE FROM library_album WHERE id <> 0 AND NOT EXISTS "
      "(SELECT 1 FROM library_track t WHERE t.album_id = library_album.id)");
  session.run(
      "DELETE FROM library_artist WHERE id <> 0 AND NOT EXISTS "
      "(SELECT 1 FROM library_track t WHERE t.artist_id = library_artist.id) AND NOT EXISTS "
      "(SELECT 1 FROM library_album a WHERE a.artist_id = library_artist.id) AND NOT EXISTS "
      "(SELECT 1 FROM library_video v WHERE v.artist_id = library_artist.id)");
  forget();
}

void Placer::settle(store::Session& session, std::int64_t artist) {
  join_albums(session);
  for (const auto& [album, heir] : left_) {
    right_artist(session, heir);
    right_artist(session, album);
    inherit(session, album, heir);
    const auto owner =
        session.value<std::int64_t>("SELECT artist_id FROM library_album WHERE id = :id", album);
    session.run(
        "DELETE FROM library_album WHERE id = :id AND id <> 0 AND NOT EXISTS "
        "(SELECT 1 FROM library_track t WHERE t.album_id = library_album.id)",
        album);
    for (const auto gone : {owner.value_or(0), artist}) {
      session.run(
          "DELETE FROM library_artist WHERE id = :id AND id <> 0 AND NOT EXISTS "
          "(SELECT 1 FROM library_track t WHERE t.artist_id = library_artist.id) AND NOT EXISTS "
          "(SELECT 1 FROM library_album a WHERE a.artist_id = library_artist.id) AND NOT EXISTS "
          "(SELECT 1 FROM library_video v WHERE v.artist_id = library_artist.id)",
          gone);
    }
  }
  left_.clear();
  session.run("UPDATE library_gone SET turn = turn + 1");
  forget();
}

}  // namespace longwave::library
