// SPDX-License-Identifier: Apache-2.0
#include "library/schema_lists.hpp"

namespace longwave::library {

// An entry's key orders its list; an entry keeps its id when it is moved. Words are those of the full-text
// index from four letters on, without their counts: what is in it and no longer in any text does no harm. The
// indices of artists and albums grow so that counting what can be played looks at no row.
const std::string_view list_tables = R"sql(
CREATE TABLE library_playlist (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  query TEXT NOT NULL DEFAULT '',
  position INTEGER NOT NULL DEFAULT -1,
  changed_ms INTEGER NOT NULL
);
CREATE TABLE library_playlist_entry (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  playlist_id INTEGER NOT NULL,
  key INTEGER NOT NULL,
  track_id INTEGER NOT NULL
);
CREATE UNIQUE INDEX library_playlist_entry_order ON library_playlist_entry(playlist_id, key);
CREATE INDEX library_playlist_entry_track ON library_playlist_entry(track_id);
CREATE TABLE library_collection (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  query TEXT NOT NULL,
  changed_ms INTEGER NOT NULL
);
CREATE TABLE library_word (word TEXT PRIMARY KEY) WITHOUT ROWID;
DROP INDEX library_track_artist;
CREATE INDEX library_track_artist ON library_track(artist_id, state);
DROP INDEX library_track_album;
CREATE INDEX library_track_album ON library_track(album_id, disc, track, state, artist_id);
CREATE INDEX library_track_year ON library_track(year, state, album_id);
CREATE INDEX library_track_added ON library_track(added_ms, state);
)sql";

// Of the tracks that were there before; no PostgreSQL had any.
const std::string_view first_words = R"sql(
CREATE VIRTUAL TABLE library_track_vocabulary USING fts5vocab('library_track_text', 'row');
INSERT INTO library_word(word) SELECT term FROM library_track_vocabulary WHERE length(term) >= 4;
DROP TABLE library_track_vocabulary;
)sql";

}  // namespace longwave::library
