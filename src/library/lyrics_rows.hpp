// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "library/lyrics.hpp"

namespace longwave::library {

/// The higher is preferred.
enum class LyricsSource { file = 0, lrc = 1, client = 2 };

/// Size and time: of the .lrc file, to see that it changed.
void keep_lyrics(store::Session& session, TrackId track, LyricsSource source, LyricsState state,
                 std::string_view text, std::int64_t size = 0, std::int64_t mtime = 0);
void forget_lyrics(store::Session& session, TrackId track, LyricsSource source);

}  // namespace longwave::library
