// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bitset>
#include <cstddef>
#include <optional>
#include <string_view>

/// The tags of the protocol. All names are understood; the library knows the values of some.
namespace longwave::mpd {

enum class Tag {
  artist,
  artist_sort,
  album,
  album_sort,
  album_artist,
  album_artist_sort,
  title,
  track,
  name,
  genre,
  mood,
  date,
  original_date,
  composer,
  composer_sort,
  performer,
  conductor,
  work,
  movement,
  movement_number,
  ensemble,
  location,
  grouping,
  comment,
  disc,
  label,
  musicbrainz_artist_id,
  musicbrainz_album_id,
  musicbrainz_album_artist_id,
  musicbrainz_track_id,
  musicbrainz_release_track_id,
  musicbrainz_work_id,
};
inline constexpr std::size_t tag_count = 32;
using TagMask = std::bitset<tag_count>;

inline std::size_t index(Tag tag) {
  return static_cast<std::size_t>(tag);
}
/// As it stands on the wire: "AlbumArtist".
std::string_view to_string(Tag tag);
/// In any case; nullopt: no such tag.
std::optional<Tag> tag_named(std::string_view name);
/// The tags that songs of this server may have.
const TagMask& known_tags();

}  // namespace longwave::mpd
