// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "library/events.hpp"
#include "library/track.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace longwave::store {
class Session;
}

/// What is said of a track, by source: "server" (what this program knows), "file" (what the tags say),
/// "client/<name>" (what a client of that name said). A client's value is preferred to the file's; of several
/// clients the one that was set last. The columns that everything else reads (titles, search, sorting,
/// albums) hold the preferred values. Setting never touches the file.
namespace longwave::library {

/// Keys that make a track: title, artist, album, album_artist, genre (several by "; "), track, disc, year.
/// Any other key that a client sets is kept and given back, and means nothing to this program.
inline constexpr std::string_view known_keys[] = {"title", "artist", "album", "album_artist",
                                                  "genre", "track",  "disc",  "year"};

struct Property {
  std::string source, key, value;
  bool number = false;  ///< a whole number, not a text
};
/// Of all sources; by key, the preferred one of a key first.
Result<std::vector<Property>> properties(store::Session& session, TrackId track);  ///< not_found

using Values = std::vector<std::pair<std::string, std::string>>;
/// `client` without "client/". invalid: a number that is none, a text over 4096 bytes, more than 64 keys of
/// its own. Texts are cleaned like those of files; an empty one hides the file's.
Result<void> set_properties(store::Session& session, TrackId track, std::string_view client,
                            const Values& values, Changes& changes);
/// What isn't set is passed over. An empty `client`: of all clients.
Result<void> unset_properties(store::Session& session, TrackId track, std::string_view client,
                              const std::vector<std::string>& keys, Changes& changes);

}  // namespace longwave::library
