// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.hpp"
#include "store/migration.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace longwave::store {
class Session;
}

/// Small values that clients of this protocol keep beside songs ("sticker"). They belong to the track, so
/// they outlive a move of its file. All inside jobs of the store.
namespace longwave::mpd {

store::RoomMigrations migrations();

constexpr std::size_t longest_sticker = 4096;  ///< bytes of a name or value
constexpr std::int64_t most_stickers_of_a_song = 256;

using Stickers = std::vector<std::pair<std::string, std::string>>;

std::optional<std::string> sticker(store::Session& session, TrackId track, std::string_view name);
Stickers stickers(store::Session& session, TrackId track);  ///< by name
/// False: the song has too many.
bool set_sticker(store::Session& session, TrackId track, std::string_view name, std::string_view value);
/// Without a name: all of the song. How many there were.
std::int64_t remove_stickers(store::Session& session, TrackId track, std::optional<std::string_view> name);
/// Songs with a sticker of this name, and its value.
std::vector<std::pair<TrackId, std::string>> with_sticker(store::Session& session, std::string_view name);

}  // namespace longwave::mpd
