// SPDX-License-Identifier: Apache-2.0
#include "library/apply.hpp"

#include "base/text.hpp"
#include "library/effective.hpp"
#include "library/lyrics_rows.hpp"
#include "library/names.hpp"
#include "library/tag_fields.hpp"
#include "store/session.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <tuple>

namespace longwave::library {

namespace {

const std::string& said_album_artist(const Tags& tags) {
  static const std::string various = various_artists;
  return tags.compilation && tags.album_artist.empty() ? various : tags.album_artist;
}

void lyrics(store::Session& session, TrackId track, const LrcFile& lrc) {
  if (lrc.text.empty()) return forget_lyrics(session, track, LyricsSource::lrc);
  keep_lyrics(session, track, LyricsSource::lrc, LyricsState::from_file, lrc.text, lrc.size, lrc.mtime);
}

/// What somebody took out of the library and only moved stays out; a changed file is asked about anew.
bool same_file(const FileStamp& a, const FileStamp& b) {
  return a.size == b.size && a.mtime == b.mtime;
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
  folders_.clear();
  placer_.forget();
  tags_.forget();
  words_.forget();
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

void Applier::apply(store::Session& session, const std::vector<ScanResult>& results, ScanReport& report,
                    Changes& changes) {
  Job job{session, report, changes};
  placer_.look_around(session);
  for (const auto& result : results) {
    if (const auto* art = std::get_if<FolderArt>(&result)) {
      picture(session, *art);
    } else if (const auto* found = std::get_if<VideoFound>(&result)) {
      video(job, *found);
    } else if (const auto* p = std::get_if<Problem>(&result)) {
      problem(session, p->path, {{-1, 0, 0}, p->reason});
      ++report.broken;
    } else {
      file(job, std::get<FileResult>(result));
    }
  }
}

void Applier::file(Job& job, const FileResult& result) {
  if (const auto* found = std::get_if<Read>(&result.what)) {
    read(job, result, *found);
  } else if (const auto* bad = std::get_if<Broken>(&result.what)) {
    broken(job, result, *bad);
  } else if (touched_[result.known]) {
    return;
  } else if (const TrackId id{known_.files[result.known].id};
             const auto* words = std::get_if<LrcFile>(&result.what)) {
    lyrics(job.session, id, *words);
    job.changes.track_changed(id, aspect_lyrics);
  } else {
    job.session.run(
        "UPDATE library_track SET state = CASE WHEN problem = '' THEN 0 ELSE 2 END WHERE id = :id AND state "
        "= 1",
        id);
    touched_[result.known] = 1;
    ++job.report.returned;
    job.changes.track_changed(id, aspect_file);
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
void Applier::orphan(Job& job, std::uint32_t track) {
  const TrackId id{known_.files[track].id};
  job.session.run("UPDATE library_track SET state = 1 WHERE id = :id", id);
  job.changes.track_changed(id, aspect_file);
  ++job.report.missing;
}

void Applier::read(Job& job, const FileResult& result, const Read& read) {
  std::uint32_t row = result.known;
  if (row != unknown && touched_[row]) row = unknown;  // it has moved elsewhere meanwhile
  const bool same_sound = row != unknown && known_.files[row].identity == read.identity;
  bool moved = false;
  if (!same_sound) {
    const auto from = moved_from(read.identity, row);
    if (from != unknown) {
      if (row != unknown) orphan(job, row);
      if (result.known != unknown && row == unknown) {
        job.session.run(
            "UPDATE library_track SET state = 1 WHERE folder_id = :folder AND name = :name AND state <> 1",
            folder(job.session, *result.folder).id, result.name);
      }
      row = from;
      moved = true;
    }
  }
  if (row != unknown) return update(job, result, read, row, moved);
  const TrackId id{insert(job, result, read)};
  extras(job, id, read, true);
  job.changes.track_added(id);
  ++job.report.added;
}

/// For searches that forgive typos.
void Applier::learn(store::Session& session, const Tags& tags) {
  for (const auto* text : {&tags.title, &tags.artist, &tags.album, &tags.album_artist}) {
    words_.learn(session, *text);
  }
}

std::int64_t Applier::insert(Job& job, const FileResult& result, const Read& read) {
  const Tags tags = completed(read.tags, result.name);
  learn(job.session, tags);
  FolderRow& place = folder(job.session, *result.folder);
  const std::string art = read.art.empty() ? place.art : read.art;
  const std::int64_t artist_id = placer_.artist(job.session, tags.first_artist);
  const std::int64_t album_id = placer_.album(job.session, *result.folder, tags, artist_id);
  const ReplayGain& gain = tags.gain;
  job.changes.album_changed(album_id);
  return *job.session.value<std::int64_t>(
      "INSERT INTO library_track(folder_id, name, size, mtime, inode, identity, title, artist, artist_id, "
      "album_artist, album, album_id, track, disc, year, genre, duration_ms, format, sample_rate, channels, "
      "bitrate_kbps, track_gain, track_peak, album_gain, album_peak, art, art_embedded, added_ms, "
      "tags_version) "
      "VALUES (:folder, :name, :size, :mtime, :inode, :identity, :title, :artist, :artist_id, :album_artist, "
      ":album, :album_id, :track, :disc, :year, :genre, :duration, :format, :rate, :channels, :bitrate, :tg, "
      ":tp, :ag, :ap, :art, :embedded, :added, :version) RETURNING id",
      place.id, result.name, read.stamp.size, read.stamp.mtime, read.stamp.inode, read.identity, tags.title,
      tags.artist, artist_id, said_album_artist(tags), tags.album, album_id, tags.track, tags.disc, tags.year,
      tags.genre, tags.duration_ms, tags.format, tags.sample_rate, tags.channels, tags.bitrate_kbps,
      gain.track_gain_db, gain.track_peak, gain.album_gain_db, gain.album_peak, art, !read.art.empty(),
      now_ms_, tags_version);
}

void Applier::update(Job& job, const FileResult& result, const Read& read, std::uint32_t row, bool moved) {
  const KnownFile& known = known_.files[row];
  const TrackId id{known.id};
  const Tags tags = completed(read.tags, result.name);
  learn(job.session, tags);
  FolderRow& place = folder(job.session, *result.folder);
  const std::string art = read.art.empty() ? place.art : read.art;
  const std::int64_t artist_id = placer_.artist(job.session, tags.first_artist);
  const std::int64_t album_id = placer_.album(job.session, *result.folder, tags, artist_id);
  const ReplayGain& gain = tags.gain;
  const auto before =
      job.session.row<std::int64_t, int>("SELECT album_id, state FROM library_track WHERE id = :id", id);
  const auto [old_album, old_state] = before.value_or(std::tuple{std::int64_t{0}, 0});
  const bool removed = old_state == static_cast<int>(TrackState::removed);
  const bool stays_out = removed && moved && same_file(known.stamp, read.stamp);
  placer_.left(old_album, album_id);
  job.session.run(
      "UPDATE library_track SET folder_id = :folder, name = :name, size = :size, mtime = :mtime, inode = "
      ":inode, "
      "identity = :identity, state = :state, problem = '', title = :title, artist = :artist, artist_id = "
      ":artist_id, album_artist = :album_artist, album = :album, album_id = :album_id, track = :track, disc "
      "= "
      ":disc, year = :year, genre = :genre, duration_ms = :duration, format = :format, sample_rate = :rate, "
      "channels = :channels, bitrate_kbps = :bitrate, track_gain = :tg, track_peak = :tp, album_gain = :ag, "
      "album_peak = :ap, art = :art, art_embedded = :embedded, tags_version = :version WHERE id = :id",
      place.id, result.name, read.stamp.size, read.stamp.mtime, read.stamp.inode, read.identity,
      stays_out ? static_cast<int>(TrackState::removed) : 0, tags.title, tags.artist, artist_id,
      said_album_artist(tags), tags.album, album_id, tags.track, tags.disc, tags.year, tags.genre,
      tags.duration_ms, tags.format, tags.sample_rate, tags.channels, tags.bitrate_kbps, gain.track_gain_db,
      gain.track_peak, gain.album_gain_db, gain.album_peak, art, !read.art.empty(), tags_version, id);
  touched_[row] = 1;
  extras(job, id, read, false);
  if (known_.lyrics.contains(row) && !read.lyrics) lyrics(job.session, id, {});
  prefer_clients(job.session, placer_, tags_, id, {result.folder->path, place.id}, job.changes);
  ++(moved ? job.report.moved : job.report.changed);
  job.changes.album_changed(old_album);
  job.changes.album_changed(album_id);
  if (removed && !stays_out) job.changes.track_added(id);
  if (!removed) job.changes.track_changed(id, aspect_file | aspect_properties | aspect_tags | aspect_lyrics);
}

void Applier::extras(Job& job, TrackId track, const Read& read, bool fresh) {
  tags_.take(job.session, track, read.tags.genres, fresh, job.changes);
  if (!read.tags.lyrics.empty()) {
    keep_lyrics(job.session, track, LyricsSource::file, LyricsState::from_file, read.tags.lyrics);
  } else if (!fresh) {
    forget_lyrics(job.session, track, LyricsSource::file);
  }
  if (read.lyrics) lyrics(job.session, track, *read.lyrics);
}

void Applier::broken(Job& job, const FileResult& result, const Broken& bad) {
  ++job.report.broken;
  if (result.known != unknown && !touched_[result.known]) {
    const KnownFile& known = known_.files[result.known];
    if (known.state == TrackState::broken && known.stamp == bad.stamp && known.problem == bad.reason) return;
    job.session.run(
        "UPDATE library_track SET state = 2, problem = :why, size = :size, mtime = :mtime, inode = :inode "
        "WHERE id = :id",
        bad.reason, bad.stamp.size, bad.stamp.mtime, bad.stamp.inode, known.id);
    job.changes.track_changed(TrackId{known.id}, aspect_file);
    touched_[result.known] = 1;
    return;
  }
  problem(job.session, join(result.folder->path, result.name), bad);
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

void Applier::forget_problems(store::Session& session,
                              const std::function<bool(const std::string& path)>& met) {
  for (const auto& [path, problem] : known_.problems) {
    if (!problems_.contains(path) && met(path))
      session.run("DELETE FROM library_problem WHERE path = :path", path);
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
                           ScanReport& report, Changes& changes) {
  for (const auto track : tracks) {
    if (touched_[track]) continue;
    const TrackId id{known_.files[track].id};
    // What was removed stays removed, whatever becomes of its file.
    if (session.run("UPDATE library_track SET state = 1 WHERE id = :id AND state <> 3", id) == 0) continue;
    changes.track_changed(id, aspect_file);
    ++report.missing;
  }
}

/// "Artist/2003 - Title.mkv" or "Artist - Title (2003).mkv", as far as the name says it.
void Applier::video(Job& job, const VideoFound& found) {
  FolderRow& place = folder(job.session, *found.folder);
  NameParts parts = from_file_name(found.name);
  const std::string parent = found.folder->path.substr(found.folder->path.rfind('/') + 1);
  const int year = year_of(found.name);
  if (parts.artist.empty() || number_of(parts.artist) == year) parts.artist = parent;
  const std::int64_t artist_id = placer_.artist(job.session, clean(parts.artist));
  const auto id = job.session.value<std::int64_t>(
      "INSERT INTO library_video(folder_id, name, size, mtime, inode, title, artist_id, year, added_ms) "
      "VALUES "
      "(:folder, :name, :size, :mtime, :inode, :title, :artist, :year, :added) ON CONFLICT(folder_id, name) "
      "DO "
      "UPDATE SET size = excluded.size, mtime = excluded.mtime, inode = excluded.inode, state = 0 RETURNING "
      "id",
      place.id, found.name, found.stamp.size, found.stamp.mtime, found.stamp.inode, parts.title, artist_id,
      year, now_ms_);
  job.changes.video_changed(*id);
}

void Applier::mark_videos_missing(store::Session& session, const std::vector<std::int64_t>& videos,
                                  Changes& changes) {
  for (const auto id : videos) {
    session.run("UPDATE library_video SET state = 1 WHERE id = :id", id);
    changes.video_changed(id);
  }
}

}  // namespace longwave::library
