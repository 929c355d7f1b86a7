// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.hpp"
#include "base/result.hpp"

#include <span>
#include <string>
#include <string_view>

namespace longwave::store {
class Session;
}

/// Songs as this protocol shows them: one object per song, one value per key, what a client set before what
/// the file says. Runs inside a job of the store; JSON text.
namespace longwave::player {

/// Of one song, with every key; not_found.
Result<std::string> flat_song(store::Session& session, TrackId track);
/// An array in the order of the ids; songs that are gone are only an id.
Result<std::string> flat_songs(store::Session& session, std::span<const TrackId> tracks);
/// An array of all songs as {id, title, artist, album, duration}; what isn't known is null.
Result<std::string> all_songs(store::Session& session);

/// The library's name for a key of this protocol ("tracknr" is "track"), else the key itself.
std::string_view library_key(std::string_view key);

/// "file:///" and the path below the music folder, percent-encoded.
std::string url_of(std::string_view relative_path);

}  // namespace longwave::player
