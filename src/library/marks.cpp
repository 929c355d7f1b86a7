// SPDX-License-Identifier: Apache-2.0
#include "library/marks.hpp"

#include "library/playlists.hpp"
#include "store/session.hpp"

namespace longwave::library {

namespace {

using Int = std::int64_t;

Result<void> there(store::Session& session, TrackId track) {
  if (session.value<int>("SELECT 1 FROM library_track WHERE id = :id AND state <> 3", track)) return {};
  return error(Errc::not_found, "there is no such track");
}

Int album_of(store::Session& session, TrackId track) {
  return session.value<Int>("SELECT album_id FROM library_track WHERE id = :id", track).value_or(0);
}

}  // namespace

Result<void> set_marks(store::Session& session, TrackId track, const Marks& marks, Changes& changes) {
  if (auto found = there(session, track); !found) return found;
  std::optional<int> favourite;
  if (marks.favourite) favourite = static_cast<int>(*marks.favourite);
  session.run(
      "UPDATE library_track SET favourite = COALESCE(:favourite, favourite), disabled = COALESCE(:disabled, "
      "disabled), live = COALESCE(:live, live), bad_audio = COALESCE(:bad, bad_audio) WHERE id = :id",
      favourite, marks.disabled, marks.live, marks.bad_audio, track);
  changes.track_changed(track, aspect_marks);
  return {};
}

Result<void> count_likes(store::Session& session, TrackId track, std::optional<int> add, Changes& changes) {
  if (auto found = there(session, track); !found) return found;
  session.run(
      "UPDATE library_track SET likes = CASE WHEN :reset = 1 THEN 0 ELSE MAX(0, likes + :add) END WHERE "
      "id = :id",
      !add, add.value_or(0), track);
  changes.track_changed(track, aspect_counts);
  return {};
}

Result<void> count_dislikes(store::Session& session, TrackId track, std::optional<int> add,
                            Changes& changes) {
  if (auto found = there(session, track); !found) return found;
  session.run(
      "UPDATE library_track SET dislikes = CASE WHEN :reset = 1 THEN 0 ELSE MAX(0, dislikes + :add) END "
      "WHERE id = :id",
      !add, add.value_or(0), track);
  changes.track_changed(track, aspect_counts);
  return {};
}

void count_play(store::Session& session, TrackId track, std::int64_t started_ms, Changes& changes) {
  if (session.run("UPDATE library_track SET plays = plays + 1, last_played_ms = :at WHERE id = :id",
                  started_ms, track) > 0)
    changes.track_changed(track, aspect_counts);
}

Result<void> set_last_played(store::Session& session, TrackId track, std::optional<std::int64_t> at_ms,
                             Changes& changes) {
  if (auto found = there(session, track); !found) return found;
  session.run("UPDATE library_track SET last_played_ms = :at WHERE id = :id", at_ms, track);
  changes.track_changed(track, aspect_counts);
  return {};
}

Result<void> remove_track(store::Session& session, TrackId track, Changes& changes) {
  if (auto found = there(session, track); !found) return found;
  session.run("UPDATE library_track SET state = 3 WHERE id = :id", track);
  forget_track(session, track, changes);
  changes.track_removed(track);
  changes.album_changed(album_of(session, track));
  return {};
}

Result<void> restore_track(store::Session& session, TrackId track, Changes& changes) {
  const auto taken = session.value<int>(
      "SELECT EXISTS (SELECT 1 FROM library_track o WHERE o.folder_id = t.folder_id AND o.name = t.name AND "
      "o.id <> t.id AND o.state NOT IN (1, 3)) FROM library_track t WHERE t.id = :id AND t.state = 3",
      track);
  if (!taken) return error(Errc::not_found, "no such track was removed");
  // Whether its file is still there, the next scan finds out.
  session.run(
      "UPDATE library_track SET state = CASE WHEN :taken = 1 THEN 1 WHEN problem = '' THEN 0 ELSE 2 END "
      "WHERE id = :id",
      *taken, track);
  changes.track_added(track);
  changes.album_changed(album_of(session, track));
  return {};
}

}  // namespace longwave::library
