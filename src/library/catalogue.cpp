// SPDX-License-Identifier: Apache-2.0
#include "library/catalogue.hpp"

#include "library/names.hpp"
#include "library/queries.hpp"
#include "library/xxh64.hpp"
#include "store/session.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

namespace longwave::library {

namespace {

using Int = std::int64_t;

/// Gives equal sets one number.
class Sets {
 public:
  explicit Sets(std::vector<TagIds>& sets) : sets_(sets) {}
  std::uint32_t operator()(TagIds ids) {
    if (ids.empty()) return 0;
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    const auto [found, fresh] = numbers_.try_emplace(ids, static_cast<std::uint32_t>(sets_.size()));
    if (fresh) sets_.push_back(std::move(ids));
    return found->second;
  }

 private:
  std::vector<TagIds>& sets_;
  std::map<TagIds, std::uint32_t> numbers_;
};

struct Tagging {
  Int track = 0, tag = 0;
  int approval = 0;
};

struct AlbumTags {
  TagIds tags, refused;
};

/// Genres and subgenres of songs, by song.
std::vector<Tagging> song_taggings(store::Session& session) {
  std::vector<Tagging> all;
  session.each<Int, Int, int>(
      "SELECT g.target_id, g.tag_id, g.approval FROM library_tagging g JOIN library_tag k ON k.id = g.tag_id "
      "AND "
      "k.kind <> 3 WHERE g.what = 0 AND g.approval >= 0 ORDER BY g.target_id",
      [&](Int track, Int tag, int approval) {
        all.push_back({track, tag, approval});
      });
  return all;
}

std::unordered_map<Int, AlbumTags> album_taggings(store::Session& session) {
  std::unordered_map<Int, AlbumTags> albums;
  session.each<Int, Int, int>(
      "SELECT g.target_id, g.tag_id, g.approval FROM library_tagging g JOIN library_tag k ON k.id = g.tag_id "
      "AND "
      "k.kind <> 3 WHERE g.what = 1",
      [&](Int album, Int tag, int approval) {
        auto& entry = albums[album];
        (approval < 0 ? entry.refused : entry.tags).push_back(tag);
      });
  return albums;
}

/// The same for titles that differ only in case, spaces and accents. A hash: two others that share one are
/// kept apart without need, once in four thousand million pairs.
std::uint32_t title_key(std::string_view title) {
  if (title.empty()) return 0;
  Xxh64 hash;
  hash.feed(plain_letters(title));
  return std::max(static_cast<std::uint32_t>(hash.digest()), 1U);
}

void add(AlbumTags& album, Int tag) {
  const auto has = [tag](const TagIds& ids) { return std::find(ids.begin(), ids.end(), tag) != ids.end(); };
  if (!has(album.tags) && !has(album.refused)) album.tags.push_back(tag);
}

}  // namespace

Catalogue load_catalogue(store::Session& session) {
  auto rows = std::make_shared<CatalogueRows>();
  Sets number(rows->tag_sets);
  session.each<Int, Int>("SELECT id, parent_id FROM library_tag WHERE kind = 2",
                         [&](Int tag, Int genre) { rows->parents[tag] = genre; });
  const auto taggings = song_taggings(session);
  auto albums = album_taggings(session);
  auto next = taggings.begin();
  session.each<TrackId, Int, double, Int, int, bool, Int, int, bool, bool, bool, bool, std::string>(
      "SELECT t.id, t.artist_id, t.weight, t.duration_ms, t.state, EXISTS (SELECT 1 FROM library_analysis a "
      "WHERE "
      "a.identity = t.identity), t.album_id, t.favourite, t.disabled, t.live, t.bad_audio, b.hidden, t.title "
      "FROM "
      "library_track t JOIN library_album b ON b.id = t.album_id WHERE t.state <> 3 ORDER BY t.id",
      [&](TrackId id, Int artist, double weight, Int duration, int state, bool analysed, Int album,
          int favourite, bool disabled, bool live, bool bad, bool hidden, const std::string& title) {
        const auto ms = static_cast<std::int32_t>(std::clamp<Int>(duration, 0, INT32_MAX));
        CatalogueRow row{id, artist, static_cast<float>(weight), ms, state == 0 && ms > 0, analysed};
        row.favourite = static_cast<std::int8_t>(favourite);
        row.disabled = disabled;
        row.live = live;
        row.bad_audio = bad;
        row.album_hidden = hidden;
        row.album = album;
        row.title = title_key(title);
        while (next != taggings.end() && next->track < id.value) ++next;
        TagIds approved;
        for (; next != taggings.end() && next->track == id.value; ++next) {
          if (next->approval >= 1) approved.push_back(next->tag);
          if (album != 0) add(albums[album], next->tag);
        }
        row.song_tags = number(std::move(approved));
        rows->push_back(row);
      });
  std::unordered_map<Int, std::uint32_t> album_sets;
  for (auto& [album, entry] : albums) album_sets[album] = number(std::move(entry.tags));
  for (auto& row : *rows) {
    if (const auto found = album_sets.find(row.album); found != album_sets.end())
      row.album_tags = found->second;
  }
  return rows;
}

}  // namespace longwave::library
