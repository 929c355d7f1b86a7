// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "library/events.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace longwave::store {
class Session;
}

/// What is said of an album by a person, or found in its picture. Inside Library::edit; not_found.
namespace longwave::library {

Result<void> hide_album(store::Session& session, std::int64_t album, bool hidden, Changes& changes);
Result<void> set_album_origin(store::Session& session, std::int64_t album, std::string_view origin,
                              Changes& changes);
/// Nothing: as the scan knows it.
Result<void> set_album_added(store::Session& session, std::int64_t album, std::optional<std::int64_t> at_ms,
                             Changes& changes);

enum class AlbumColour { background, foreground, highlight };
/// "#RRGGBB"; empty: the picture's again. invalid.
Result<void> set_album_colour(store::Session& session, std::int64_t album, AlbumColour which,
                              std::string_view colour, Changes& changes);

}  // namespace longwave::library
