// SPDX-License-Identifier: Apache-2.0
#include "library/lyrics.hpp"

#include "base/text.hpp"
#include "library/lyrics_rows.hpp"
#include "store/session.hpp"

namespace longwave::library {

namespace {

constexpr const char* source_names[] = {"file", "lrc", "client"};

/// The best source decides what the track says of its lyrics.
void refresh_state(store::Session& session, TrackId track) {
  session.run(
      "UPDATE library_track SET lyrics_state = COALESCE((SELECT state FROM library_lyrics WHERE track_id = "
      ":track "
      "ORDER BY source DESC LIMIT 1), 0) WHERE id = :id",
      track, track);
}

}  // namespace

Result<Lyrics> lyrics(store::Session& session, TrackId track) {
  if (!session.value<int>("SELECT 1 FROM library_track WHERE id = :id AND state <> 3", track))
    return error(Errc::not_found, "there is no such track");
  Lyrics found;
  session.each<int, int, std::string>(
      "SELECT source, state, text FROM library_lyrics WHERE track_id = :track ORDER BY source DESC LIMIT 1",
      [&](int source, int state, std::string text) {
        found = {static_cast<LyricsState>(state), source_names[source], std::move(text)};
      },
      track);
  return found;
}

void keep_lyrics(store::Session& session, TrackId track, LyricsSource source, LyricsState state,
                 std::string_view text, std::int64_t size, std::int64_t mtime) {
  session.run(
      "INSERT INTO library_lyrics(track_id, source, state, text, size, mtime) VALUES (:track, :source, "
      ":state, "
      ":text, :size, :mtime) ON CONFLICT(track_id, source) DO UPDATE SET state = excluded.state, text = "
      "excluded.text, size = excluded.size, mtime = excluded.mtime",
      track, source, state, text, size, mtime);
  refresh_state(session, track);
}

void forget_lyrics(store::Session& session, TrackId track, LyricsSource source) {
  const auto gone =
      session.run("DELETE FROM library_lyrics WHERE track_id = :track AND source = :source", track, source);
  if (gone > 0) refresh_state(session, track);
}

Result<void> set_lyrics(store::Session& session, TrackId track, LyricsState state, std::string_view text,
                        Changes& changes) {
  if (auto found = lyrics(session, track); !found) return found.error();
  if (text.size() > max_lyrics_bytes) return error(Errc::invalid, "lyrics hold at most 256 KiB");
  if (state == LyricsState::empty) {
    forget_lyrics(session, track, LyricsSource::client);
  } else {
    keep_lyrics(session, track, LyricsSource::client, state, text::to_utf8(text), 0, 0);
  }
  changes.track_changed(track, aspect_lyrics);
  return {};
}

}  // namespace longwave::library
