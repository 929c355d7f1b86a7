// SPDX-License-Identifier: Apache-2.0
#include "library/apply.hpp"

#include "base/text.hpp"
#include "library/names.hpp"
#include "store/session.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

namespace longwave::library {

namespace {

constexpr const char* various_artists = "Various Artists";

/// Discs in folders of their own belong to one album: that of the folder above.
std::string album_folder(const std::string& path) {
  const std::filesystem::path folder(path);
  return is_disc_folder(folder.filename().string()) ? folder.parent_path().string() : path;
}

bool still_there(const std::string& path, const FileStamp& stamp) {
  struct ::stat s {};
  return ::stat(path.c_str(), &s) == 0 && stamp_of(s) == stamp;
}

/// Untagged files go by their names.
Tags completed(const Tags& from, const std::string& file_name) {
  Tags tags = from;
  if (!tags.title.empty()) return tags;
  NameParts parts = from_file_name(file_name);
  tags.title = std::move(parts.title);
  if (tags.artist.empty()) {
    tags.artist = std::move(parts.artist);
    tags.first_artist = tags.artist;
  }
  if (!tags.track) tags.track = parts.track;
  return tags;
}

}  // namespace

void Applier::forget() {
  words_.forget();
  folders_.clear();
  artists_.clear();
  albums_.clear();
  named_albums_.clear();
  folder_albums_.clear();
}

Applier::FolderRow& Applier::folder(store::Session& session, const Folder& folder) {
  const auto found = folders_.find(folder.path);
  if (found != folders_.end()) return found->second;
  FolderRow row;
  if (folder.known) {
    row = {folder.known->id, folder.known->art};
  } else {
    row.id = *session.value<std::int64_t>(
        "INSERT INTO library_folder(path) VALUES (:path) ON CONFLICT(path) DO UPDATE SET path = "
        "excluded.path RETURNING id",
        folder.path);
  }
  return folders_.emplace(folder.path, std::move(row)).first->second;
}

std::int64_t Applier::artist(store::Session& session, const std::string& name) {
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

std::int64_t Applier::album(store::Session& session, const Folder& folder, const Tags& tags,
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
std::int64_t Applier::named_album_here(store::Session& session, const Folder& folder,
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

void Applier::set_album_artist(store::Session& session, std::int64_t album, std::int64_t artist) {
  session.run("UPDATE library_album SET artist_id = :artist WHERE id = :id", artist, album);
}

void Applier::apply(store::Session& session, const std::vector<ScanResult>& results, ScanReport& report) {
  for (const auto& result : results) {
    if (const auto* art = std::get_if<FolderArt>(&result)) {
      picture(session, *art);
    } else if (const auto* p = std::get_if<Problem>(&result)) {
      problem(session, p->path, {{-1, 0, 0}, p->reason});
      ++report.broken;
    } else {
      file(session, std::get<FileResult>(result), report);
    }
  }
}

void Applier::file(store::Session& session, const FileResult& result, ScanReport& report) {
  if (const auto* found = std::get_if<Read>(&result.what)) {
    read(session, result, *found, report);
  } else if (const auto* bad = std::get_if<Broken>(&result.what)) {
    broken(session, result, *bad, report);
  } else if (!touched_[result.known]) {
    session.run("UPDATE library_track SET state = CASE WHEN problem = '' THEN 0 ELSE 2 END WHERE id = :id",
                known_.files[result.known].id);
    touched_[result.known] = 1;
    ++report.returned;
  }
}

/// A track of the same sound whose own file isn't where it was.
std::uint32_t Applier::moved_from(std::int64_t identity, std::uint32_t but_not) const {
  const auto [begin, end] = known_.by_identity.equal_range(identity);
  for (auto it = begin; it != end; ++it) {
    const std::uint32_t index = it->second;
    if (index == but_not || touched_[index]) continue;
    const KnownFile& candidate = known_.files[index];
    if (!still_there(known_.path_of(candidate), candidate.stamp)) return index;
  }
  return unknown;
}

/// Its path belongs to another track now.
void Applier::orphan(store::Session& session, std::uint32_t track, ScanReport& report) {
  session.run("UPDATE library_track SET state = 1 WHERE id = :id", known_.files[track].id);
  ++report.missing;
}

void Applier::read(store::Session& session, const FileResult& result, const Read& read, ScanReport& report) {
  std::uint32_t row = result.known;
  if (row != unknown && touched_[row]) row = unknown;  // it has moved elsewhere meanwhile
  const bool same_sound = row != unknown && known_.files[row].identity == read.identity;
  bool moved = false;
  if (!same_sound) {
    const auto from = moved_from(read.identity, row);
    if (from != unknown) {
      if (row != unknown) orphan(session, row, report);
      if (result.known != unknown && row == unknown) {
        session.run(
            "UPDATE library_track SET state = 1 WHERE folder_id = :folder AND name = :name AND state <> 1",
            folder(session, *result.folder).id, result.name);
      }
      row = from;
      moved = true;
    }
  }
  const Tags tags = completed(read.tags, result.name);
  for (const auto* text : {&tags.title, &tags.artist, &tags.album, &tags.album_artist}) {
    words_.learn(session, *text);
  }
  FolderRow& place = folder(session, *result.folder);
  const std::string art = read.art.empty() ? place.art : read.art;
  const std::int64_t artist_id = artist(session, tags.first_artist);
  const std::int64_t album_id = album(session, *result.folder, tags, artist_id);
  const std::string& album_artist =
      tags.compilation && tags.album_artist.empty() ? various_artists : tags.album_artist;
  const ReplayGain& gain = tags.gain;
  if (row == unknown) {
    session.run(
        "INSERT INTO library_track(folder_id, name, size, mtime, inode, identity, title, artist, artist_id, "
        "album_artist, "
        "album, album_id, track, disc, year, genre, duration_ms, format, sample_rate, channels, "
        "bitrate_kbps, track_gain, "
        "track_peak, album_gain, album_peak, art, art_embedded, added_ms) VALUES (:folder, :name, :size, "
        ":mtime, :inode, "
        ":identity, :title, :artist, :artist_id, :album_artist, :album, :album_id, :track, :disc, :year, "
        ":genre, :duration, "
        ":format, :rate, :channels, :bitrate, :tg, :tp, :ag, :ap, :art, :embedded, :added)",
        place.id, result.name, read.stamp.size, read.stamp.mtime, read.stamp.inode, read.identity, tags.title,
        tags.artist, artist_id, album_artist, tags.album, album_id, tags.track, tags.disc, tags.year,
        tags.genre, tags.duration_ms, tags.format, tags.sample_rate, tags.channels, tags.bitrate_kbps,
        gain.track_gain_db, gain.track_peak, gain.album_gain_db, gain.album_peak, art, !read.art.empty(),
        now_ms_);
    ++report.added;
    return;
  }
  const std::int64_t id = known_.files[row].id;
  const auto old_album = session.value<std::int64_t>("SELECT album_id FROM library_track WHERE id = :id", id);
  left_albums_.insert(old_album.value_or(0));
  session.run(
      "UPDATE library_track SET folder_id = :folder, name = :name, size = :size, mtime = :mtime, inode = "
      ":inode, "
      "identity = :identity, state = 0, problem = '', title = :title, artist = :artist, artist_id = "
      ":artist_id, "
      "album_artist = :album_artist, album = :album, album_id = :album_id, track = :track, disc = :disc, "
      "year = :year, "
      "genre = :genre, duration_ms = :duration, format = :format, sample_rate = :rate, channels = :channels, "
      "bitrate_kbps = :bitrate, track_gain = :tg, track_peak = :tp, album_gain = :ag, album_peak = :ap, art "
      "= :art, "
      "art_embedded = :embedded WHERE id = :id",
      place.id, result.name, read.stamp.size, read.stamp.mtime, read.stamp.inode, read.identity, tags.title,
      tags.artist, artist_id, album_artist, tags.album, album_id, tags.track, tags.disc, tags.year,
      tags.genre, tags.duration_ms, tags.format, tags.sample_rate, tags.channels, tags.bitrate_kbps,
      gain.track_gain_db, gain.track_peak, gain.album_gain_db, gain.album_peak, art, !read.art.empty(), id);
  touched_[row] = 1;
  ++(moved ? report.moved : report.changed);
}

void Applier::broken(store::Session& session, const FileResult& result, const Broken& bad,
                     ScanReport& report) {
  ++report.broken;
  if (result.known != unknown && !touched_[result.known]) {
    const KnownFile& known = known_.files[result.known];
    if (known.state == TrackState::broken && known.stamp == bad.stamp && known.problem == bad.reason) return;
    session.run(
        "UPDATE library_track SET state = 2, problem = :why, size = :size, mtime = :mtime, inode = :inode "
        "WHERE id = :id",
        bad.reason, bad.stamp.size, bad.stamp.mtime, bad.stamp.inode, known.id);
    touched_[result.known] = 1;
    return;
  }
  problem(session, join(result.folder->path, result.name), bad);
}

void Applier::problem(store::Session& session, const std::string& path, const Broken& bad) {
  problems_.insert(path);
  const auto before = known_.problems.find(path);
  if (before != known_.problems.end() && before->second.stamp == bad.stamp &&
      before->second.reason == bad.reason)
    return;
  session.run(
      "INSERT INTO library_problem(path, size, mtime, inode, reason) VALUES (:path, :size, :mtime, :inode, "
      ":why) "
      "ON CONFLICT(path) DO UPDATE SET size = excluded.size, mtime = excluded.mtime, inode = excluded.inode, "
      "reason = excluded.reason",
      path, bad.stamp.size, bad.stamp.mtime, bad.stamp.inode, bad.reason);
}

void Applier::forget_problems(store::Session& session) {
  for (const auto& [path, problem] : known_.problems) {
    if (!problems_.contains(path)) session.run("DELETE FROM library_problem WHERE path = :path", path);
  }
}

void Applier::picture(store::Session& session, const FolderArt& art) {
  FolderRow& row = folder(session, *art.folder);
  row.art = art.art;
  session.run(
      "UPDATE library_folder SET art = :art, art_name = :name, art_size = :size, art_mtime = :mtime WHERE id "
      "= :id",
      art.art, art.name, art.size, art.mtime, row.id);
  session.run("UPDATE library_track SET art = :art WHERE folder_id = :folder AND art_embedded = 0", art.art,
              row.id);
}

void Applier::mark_missing(store::Session& session, const std::vector<std::uint32_t>& tracks,
                           ScanReport& report) {
  for (const auto track : tracks) {
    if (touched_[track]) continue;
    session.run("UPDATE library_track SET state = 1 WHERE id = :id", known_.files[track].id);
    ++report.missing;
  }
}

/// In a folder where the other tracks of an album name its artist, those that name none belong to them.
void Applier::join_albums(store::Session& session) {
  for (const auto& [album, place] : folder_albums_) {
    const auto named = named_albums_.find(place);
    if (named == named_albums_.end()) continue;
    session.run("UPDATE library_track SET album_id = :named WHERE album_id = :album", named->second, album);
  }
  folder_albums_.clear();
}

bool Applier::untidy() const {
  return !left_albums_.empty() ||
         std::any_of(folder_albums_.begin(), folder_albums_.end(),
                     [&](const auto& album) { return named_albums_.contains(album.second); });
}

void Applier::tidy(store::Session& session) {
  join_albums(session);
  for (const auto album : left_albums_) {
    const auto found = session.row<std::int64_t, std::int64_t, std::int64_t>(
        "SELECT COUNT(DISTINCT t.artist_id), MIN(t.artist_id), a.artist_id FROM library_album a "
        "JOIN library_track t ON t.album_id = a.id WHERE a.id = :id AND a.by_folder = 1 GROUP BY a.id",
        album);
    if (!found) continue;
    const auto [count, only, now] = *found;
    const std::int64_t right = count == 1 ? only : artist(session, various_artists);
    if (right != now) set_album_artist(session, album, right);
  }
  left_albums_.clear();
  session.run(
      "DELETE FROM library_album WHERE id <> 0 AND NOT EXISTS "
      "(SELECT 1 FROM library_track t WHERE t.album_id = library_album.id)");
  session.run(
      "DELETE FROM library_artist WHERE id <> 0 AND NOT EXISTS "
      "(SELECT 1 FROM library_track t WHERE t.artist_id = library_artist.id) AND NOT EXISTS "
      "(SELECT 1 FROM library_album a WHERE a.artist_id = library_artist.id)");
  forget();
}

}  // namespace longwave::library
