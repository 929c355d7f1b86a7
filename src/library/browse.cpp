// SPDX-License-Identifier: Apache-2.0
#include "library/browse.hpp"

#include "store/session.hpp"

namespace longwave::library {

namespace {

using Int = std::int64_t;

std::vector<BrowseRow> tagged(store::Session& session, Int first_kind, Int last_kind) {
  std::vector<BrowseRow> rows;
  session.each<Int, std::string, Int, Int, Int, std::string>(
      "SELECT g.id, g.name, g.parent_id, n.tracks, n.albums, "
      "(SELECT t.art FROM library_tagging a JOIN library_track t ON t.id = a.target_id WHERE a.tag_id = g.id "
      "AND "
      "a.what = 0 AND a.approval >= 0 AND t.art <> '' AND t.state = 0 LIMIT 1) "
      "FROM library_tag g JOIN library_tag_count n ON n.tag_id = g.id WHERE g.kind BETWEEN :first AND :last "
      "AND n.tracks > 0 ORDER BY g.fold, g.id",
      [&](Int id, std::string name, Int parent, Int tracks, Int albums, std::string art) {
        rows.push_back({id, std::move(name), parent, tracks, albums, std::move(art)});
      },
      first_kind, last_kind);
  return rows;
}

}  // namespace

std::vector<BrowseRow> genres(store::Session& session) {
  return tagged(session, 1, 2);
}

std::vector<BrowseRow> moods(store::Session& session) {
  return tagged(session, 3, 3);
}

std::vector<BrowseRow> years(store::Session& session) {
  std::vector<BrowseRow> rows;
  session.each<Int, Int, Int, std::string>(
      "SELECT n.year, n.tracks, n.albums, (SELECT t.art FROM library_track t WHERE t.year = n.year AND "
      "t.state = 0 AND "
      "t.art <> '' LIMIT 1) FROM (SELECT year, COUNT(*) AS tracks, COUNT(DISTINCT NULLIF(album_id, 0)) AS "
      "albums FROM "
      "library_track WHERE year > 0 AND state = 0 GROUP BY year) n ORDER BY n.year DESC",
      [&](Int year, Int tracks, Int albums, std::string art) {
        rows.push_back({year, std::to_string(year), 0, tracks, albums, std::move(art)});
      });
  return rows;
}

}  // namespace longwave::library
