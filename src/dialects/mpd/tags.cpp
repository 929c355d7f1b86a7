// SPDX-License-Identifier: Apache-2.0
#include "dialects/mpd/tags.hpp"

#include "base/text.hpp"

#include <array>

namespace longwave::mpd {
namespace {

constexpr std::array<std::string_view, tag_count> names{"Artist",
                                                        "ArtistSort",
                                                        "Album",
                                                        "AlbumSort",
                                                        "AlbumArtist",
                                                        "AlbumArtistSort",
                                                        "Title",
                                                        "Track",
                                                        "Name",
                                                        "Genre",
                                                        "Mood",
                                                        "Date",
                                                        "OriginalDate",
                                                        "Composer",
                                                        "ComposerSort",
                                                        "Performer",
                                                        "Conductor",
                                                        "Work",
                                                        "Movement",
                                                        "MovementNumber",
                                                        "Ensemble",
                                                        "Location",
                                                        "Grouping",
                                                        "Comment",
                                                        "Disc",
                                                        "Label",
                                                        "MUSICBRAINZ_ARTISTID",
                                                        "MUSICBRAINZ_ALBUMID",
                                                        "MUSICBRAINZ_ALBUMARTISTID",
                                                        "MUSICBRAINZ_TRACKID",
                                                        "MUSICBRAINZ_RELEASETRACKID",
                                                        "MUSICBRAINZ_WORKID"};

}  // namespace

std::string_view to_string(Tag tag) {
  return names[index(tag)];
}

std::optional<Tag> tag_named(std::string_view name) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (text::ascii_iequals(names[i], name)) return static_cast<Tag>(i);
  }
  return std::nullopt;
}

const TagMask& known_tags() {
  static const TagMask mask = [] {
    TagMask known;
    for (const auto tag : {Tag::artist, Tag::album, Tag::album_artist, Tag::title, Tag::track, Tag::genre,
                           Tag::date, Tag::disc}) {
      known.set(index(tag));
    }
    return known;
  }();
  return mask;
}

}  // namespace longwave::mpd
