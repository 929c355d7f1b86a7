// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "library/events.hpp"
#include "library/song.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::store {
class Session;
}

/// Words of a song: from its tags, from an .lrc file beside it, or from a user, who is preferred to both; the
/// .lrc file is preferred to the tags. Lines with times are kept with their times.
namespace longwave::library {

inline constexpr std::size_t max_lyrics_bytes = 256u << 10;

struct LyricsLine {
  std::int64_t at_ms = 0;
  std::string text;
  friend bool operator==(const LyricsLine&, const LyricsLine&) = default;
};
/// A text in LRC's form: "[mm:ss.xx]words", several times before one line, "[offset:±ms]" and other headers,
/// "<mm:ss.xx>" inside lines left out. Pure.
struct LyricsText {
  std::string plain;              ///< without times and headers; a text without any is given back as it is
  std::vector<LyricsLine> lines;  ///< by time; empty if the text has no times
};
LyricsText parse_lyrics(std::string_view text);

struct Lyrics {
  LyricsState state = LyricsState::empty;
  std::string source;  ///< "file", "lrc", "client", or empty
  std::string text;    ///< as it was written, with its times
};
Result<Lyrics> lyrics(store::Session& session, TrackId track);  ///< not_found

/// State `empty` takes the user's word back, so that the file's lyrics show again. invalid: too long.
Result<void> set_lyrics(store::Session& session, TrackId track, LyricsState state, std::string_view text,
                        Changes& changes);

}  // namespace longwave::library
