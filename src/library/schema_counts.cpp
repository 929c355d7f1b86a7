// SPDX-License-Identifier: Apache-2.0
#include "library/schema_counts.hpp"

namespace longwave::library {

// How much of each tag can be played, kept by triggers: counting a million tracks takes a second. Changes of
// tagging and of tracks reach library_tag_album, its changes reach library_tag_count; a row at 0 goes.
const char* const count_tables = R"sql(
CREATE TABLE library_tag_album (
  tag_id INTEGER NOT NULL,
  album_id INTEGER NOT NULL,
  tracks INTEGER NOT NULL,
  PRIMARY KEY (tag_id, album_id)
) WITHOUT ROWID;
CREATE TABLE library_tag_count (
  tag_id INTEGER PRIMARY KEY,
  tracks INTEGER NOT NULL,
  albums INTEGER NOT NULL
);
CREATE TRIGGER library_tag_album_insert AFTER INSERT ON library_tag_album BEGIN
  INSERT INTO library_tag_count(tag_id, tracks, albums) VALUES (new.tag_id, new.tracks, CASE WHEN new.album_id <> 0 THEN 1 ELSE 0 END)
    ON CONFLICT(tag_id) DO UPDATE SET tracks = library_tag_count.tracks + excluded.tracks,
      albums = library_tag_count.albums + excluded.albums;
END;
CREATE TRIGGER library_tag_album_update AFTER UPDATE OF tracks ON library_tag_album BEGIN
  UPDATE library_tag_count SET tracks = tracks + new.tracks - old.tracks WHERE tag_id = new.tag_id;
  DELETE FROM library_tag_album WHERE tag_id = new.tag_id AND album_id = new.album_id AND tracks = 0;
END;
CREATE TRIGGER library_tag_album_delete AFTER DELETE ON library_tag_album BEGIN
  UPDATE library_tag_count SET tracks = tracks - old.tracks, albums = albums - CASE WHEN old.album_id <> 0 THEN 1 ELSE 0 END
    WHERE tag_id = old.tag_id;
END;
CREATE TRIGGER library_tagging_insert AFTER INSERT ON library_tagging
WHEN new.what = 0 AND new.approval >= 0 BEGIN
  INSERT INTO library_tag_album(tag_id, album_id, tracks)
    SELECT new.tag_id, album_id, 1 FROM library_track WHERE id = new.target_id AND state = 0
    ON CONFLICT(tag_id, album_id) DO UPDATE SET tracks = library_tag_album.tracks + 1;
END;
CREATE TRIGGER library_tagging_delete AFTER DELETE ON library_tagging
WHEN old.what = 0 AND old.approval >= 0 BEGIN
  UPDATE library_tag_album SET tracks = tracks - 1 WHERE tag_id = old.tag_id
    AND album_id = (SELECT album_id FROM library_track WHERE id = old.target_id AND state = 0);
END;
CREATE TRIGGER library_tagging_update AFTER UPDATE OF approval ON library_tagging
WHEN new.what = 0 AND (old.approval >= 0) <> (new.approval >= 0) BEGIN
  UPDATE library_tag_album SET tracks = tracks - 1 WHERE new.approval < 0 AND tag_id = new.tag_id
    AND album_id = (SELECT album_id FROM library_track WHERE id = new.target_id AND state = 0);
  INSERT INTO library_tag_album(tag_id, album_id, tracks)
    SELECT new.tag_id, album_id, 1 FROM library_track
    WHERE new.approval >= 0 AND id = new.target_id AND state = 0
    ON CONFLICT(tag_id, album_id) DO UPDATE SET tracks = library_tag_album.tracks + 1;
END;
CREATE TRIGGER library_track_tags AFTER UPDATE OF state, album_id ON library_track
WHEN (old.state = 0) <> (new.state = 0) OR old.album_id <> new.album_id BEGIN
  UPDATE library_tag_album SET tracks = tracks - 1 WHERE old.state = 0 AND album_id = old.album_id AND tag_id IN
    (SELECT tag_id FROM library_tagging WHERE what = 0 AND target_id = new.id AND approval >= 0);
  INSERT INTO library_tag_album(tag_id, album_id, tracks)
    SELECT tag_id, new.album_id, 1 FROM library_tagging
    WHERE new.state = 0 AND what = 0 AND target_id = new.id AND approval >= 0
    ON CONFLICT(tag_id, album_id) DO UPDATE SET tracks = library_tag_album.tracks + 1;
END;
INSERT INTO library_tag_album(tag_id, album_id, tracks)
  SELECT g.tag_id, t.album_id, COUNT(*) FROM library_tagging g CROSS JOIN library_track t ON t.id = g.target_id
  WHERE g.what = 0 AND g.approval >= 0 AND t.state = 0 GROUP BY g.tag_id, t.album_id;
)sql";

}  // namespace longwave::library
