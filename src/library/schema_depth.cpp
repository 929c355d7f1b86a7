// SPDX-License-Identifier: Apache-2.0
#include "library/schema_depth.hpp"

namespace longwave::library {

// What people say of the music, beside what the files say. A refused tag (approval -1) keeps what a file or a
// song says of it from coming back. Relations stand in both directions, so that reading is one range.
const char* const depth_tables = R"sql(
ALTER TABLE library_track ADD COLUMN tags_version INTEGER NOT NULL DEFAULT 0;
ALTER TABLE library_track ADD COLUMN likes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE library_track ADD COLUMN dislikes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE library_track ADD COLUMN favourite INTEGER NOT NULL DEFAULT 0;
ALTER TABLE library_track ADD COLUMN disabled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE library_track ADD COLUMN live INTEGER NOT NULL DEFAULT 0;
ALTER TABLE library_track ADD COLUMN bad_audio INTEGER NOT NULL DEFAULT 0;
ALTER TABLE library_track ADD COLUMN lyrics_state INTEGER NOT NULL DEFAULT 0;
ALTER TABLE library_album ADD COLUMN origin TEXT NOT NULL DEFAULT '';
ALTER TABLE library_album ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;
ALTER TABLE library_album ADD COLUMN added_ms INTEGER;
ALTER TABLE library_album ADD COLUMN background TEXT NOT NULL DEFAULT '';
ALTER TABLE library_album ADD COLUMN foreground TEXT NOT NULL DEFAULT '';
ALTER TABLE library_album ADD COLUMN highlight TEXT NOT NULL DEFAULT '';
CREATE TABLE library_root (
  position INTEGER PRIMARY KEY,
  path TEXT NOT NULL
);
CREATE TABLE library_gone (
  turn INTEGER NOT NULL
);
INSERT INTO library_gone(turn) VALUES (0);
CREATE TABLE library_property (
  track_id INTEGER NOT NULL,
  key TEXT NOT NULL,
  source TEXT NOT NULL,
  value TEXT NOT NULL,
  number INTEGER NOT NULL,
  turn INTEGER NOT NULL,
  PRIMARY KEY (track_id, key, source)
) WITHOUT ROWID;
CREATE TABLE library_tag (
  id INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  name TEXT NOT NULL,
  fold TEXT NOT NULL,
  parent_id INTEGER NOT NULL DEFAULT 0,
  icon_type INTEGER NOT NULL DEFAULT 1,
  icon TEXT NOT NULL DEFAULT '',
  colour TEXT NOT NULL DEFAULT '',
  x INTEGER NOT NULL DEFAULT 0,
  y INTEGER NOT NULL DEFAULT 0,
  UNIQUE (kind, parent_id, fold)
);
INSERT INTO library_tag(id, kind, name, fold) VALUES (1, 1, 'Other', 'other');
CREATE TABLE library_tagging (
  what INTEGER NOT NULL,
  target_id INTEGER NOT NULL,
  tag_id INTEGER NOT NULL,
  from_file INTEGER NOT NULL,
  confidence REAL NOT NULL,
  approval INTEGER NOT NULL,
  PRIMARY KEY (what, target_id, tag_id)
) WITHOUT ROWID;
CREATE INDEX library_tagging_tag ON library_tagging(tag_id, what, approval);
CREATE TRIGGER library_album_tags AFTER DELETE ON library_album BEGIN
  DELETE FROM library_tagging WHERE what = 1 AND target_id = old.id;
END;
CREATE TABLE library_lyrics (
  id INTEGER PRIMARY KEY,
  track_id INTEGER NOT NULL,
  source INTEGER NOT NULL,
  state INTEGER NOT NULL,
  text TEXT NOT NULL,
  size INTEGER NOT NULL DEFAULT 0,
  mtime INTEGER NOT NULL DEFAULT 0,
  UNIQUE (track_id, source)
);
CREATE TABLE library_relation (
  what INTEGER NOT NULL,
  a INTEGER NOT NULL,
  b INTEGER NOT NULL,
  weight INTEGER NOT NULL,
  PRIMARY KEY (what, a, b)
) WITHOUT ROWID;
CREATE TABLE library_art_colour (
  art TEXT PRIMARY KEY,
  background TEXT NOT NULL,
  foreground TEXT NOT NULL,
  highlight TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE library_video (
  id INTEGER PRIMARY KEY,
  folder_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  size INTEGER NOT NULL,
  mtime INTEGER NOT NULL,
  inode INTEGER NOT NULL,
  state INTEGER NOT NULL DEFAULT 0,
  title TEXT NOT NULL,
  artist_id INTEGER NOT NULL,
  song_id INTEGER NOT NULL DEFAULT 0,
  album_id INTEGER NOT NULL DEFAULT 0,
  year INTEGER NOT NULL DEFAULT 0,
  duration_ms INTEGER NOT NULL DEFAULT 0,
  codec TEXT NOT NULL DEFAULT '',
  width INTEGER NOT NULL DEFAULT 0,
  height INTEGER NOT NULL DEFAULT 0,
  origin TEXT NOT NULL DEFAULT '',
  likes INTEGER NOT NULL DEFAULT 0,
  dislikes INTEGER NOT NULL DEFAULT 0,
  favourite INTEGER NOT NULL DEFAULT 0,
  disabled INTEGER NOT NULL DEFAULT 0,
  live INTEGER NOT NULL DEFAULT 0,
  bad_audio INTEGER NOT NULL DEFAULT 0,
  lyrics_video INTEGER NOT NULL DEFAULT 0,
  added_ms INTEGER NOT NULL,
  last_played_ms INTEGER,
  background TEXT NOT NULL DEFAULT '',
  foreground TEXT NOT NULL DEFAULT '',
  highlight TEXT NOT NULL DEFAULT '',
  begin_ms INTEGER,
  end_ms INTEGER,
  UNIQUE (folder_id, name)
);
CREATE INDEX library_video_artist ON library_video(artist_id);
)sql";

}  // namespace longwave::library
