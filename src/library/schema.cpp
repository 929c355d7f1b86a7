// SPDX-License-Identifier: Apache-2.0
#include "library/library.hpp"
#include "library/schema_counts.hpp"
#include "library/schema_depth.hpp"
#include "library/schema_files.hpp"
#include "library/schema_lists.hpp"
#include "library/text_index.hpp"

namespace longwave::library {

namespace {

// Rows with id 0 stand for "none", so that every listing is made of plain joins.
// A path may hold bytes that are no UTF-8; SQLite keeps them as they are.
constexpr std::string_view tables = R"sql(
CREATE TABLE library_folder (
  id INTEGER PRIMARY KEY,
  path TEXT NOT NULL UNIQUE,
  art TEXT NOT NULL DEFAULT '',
  art_name TEXT NOT NULL DEFAULT '',
  art_size INTEGER NOT NULL DEFAULT 0,
  art_mtime INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE library_artist (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  fold TEXT NOT NULL UNIQUE,
  sort TEXT NOT NULL
);
INSERT INTO library_artist(id, name, fold, sort) VALUES (0, '', '', char(1114109));
CREATE INDEX library_artist_sort ON library_artist(sort);
CREATE TABLE library_album (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  sort TEXT NOT NULL,
  artist_id INTEGER NOT NULL,
  by_folder INTEGER NOT NULL
);
INSERT INTO library_album(id, key, title, sort, artist_id, by_folder) VALUES (0, '', '', char(1114109), 0, 0);
CREATE INDEX library_album_sort ON library_album(sort);
CREATE INDEX library_album_artist ON library_album(artist_id);
CREATE TABLE library_track (
  id INTEGER PRIMARY KEY,
  folder_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  size INTEGER NOT NULL,
  mtime INTEGER NOT NULL,
  inode INTEGER NOT NULL,
  identity INTEGER NOT NULL,
  state INTEGER NOT NULL DEFAULT 0,
  problem TEXT NOT NULL DEFAULT '',
  title TEXT NOT NULL,
  artist TEXT NOT NULL,
  artist_id INTEGER NOT NULL,
  album_artist TEXT NOT NULL,
  album TEXT NOT NULL,
  album_id INTEGER NOT NULL,
  track INTEGER NOT NULL,
  disc INTEGER NOT NULL,
  year INTEGER NOT NULL,
  genre TEXT NOT NULL,
  duration_ms INTEGER NOT NULL,
  format TEXT NOT NULL,
  sample_rate INTEGER NOT NULL,
  channels INTEGER NOT NULL,
  bitrate_kbps INTEGER NOT NULL,
  track_gain REAL, track_peak REAL, album_gain REAL, album_peak REAL,
  art TEXT NOT NULL,
  art_embedded INTEGER NOT NULL,
  weight REAL NOT NULL DEFAULT 1,
  plays INTEGER NOT NULL DEFAULT 0,
  last_played_ms INTEGER,
  added_ms INTEGER NOT NULL
);
CREATE UNIQUE INDEX library_track_file ON library_track(folder_id, name) WHERE state <> 1;
CREATE INDEX library_track_identity ON library_track(identity);
CREATE INDEX library_track_album ON library_track(album_id, disc, track);
CREATE INDEX library_track_artist ON library_track(artist_id);
CREATE INDEX library_track_art ON library_track(art) WHERE art <> '';
CREATE INDEX library_track_absent ON library_track(state) WHERE state <> 0;
CREATE TABLE library_problem (
  path TEXT PRIMARY KEY,
  size INTEGER NOT NULL,
  mtime INTEGER NOT NULL,
  inode INTEGER NOT NULL,
  reason TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE library_analysis (
  identity INTEGER PRIMARY KEY,
  payload_hash TEXT NOT NULL,
  result BLOB NOT NULL
);
)sql";

}  // namespace

std::vector<store::Migration> migrations() {
  return {{1, tables, sqlite_text_index, postgresql_text_index},
          {2, depth_tables},
          {3, list_tables, first_words},
          {4, file_tables},
          {5, count_tables}};
}

}  // namespace longwave::library
