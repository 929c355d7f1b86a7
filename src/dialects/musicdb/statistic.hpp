// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "library/song.hpp"

#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace longwave::musicdb {

/// What UpdateSongStatistic and UpdateVideoStatistic say. Pure.
struct Statistic {
  enum class What { likes, dislikes, favourite, disabled, live, bad_audio, lyrics_video, last_played };
  What what = What::likes;
  std::optional<int> add = {};  ///< likes, dislikes; nothing: back to 0
  library::Favourite favourite = library::Favourite::neutral;
  bool yes = false;
  std::int64_t time = 0;  ///< last_played, Unix seconds
};
/// `modifier` is a word, or for lastplayed a number. Errors: invalid.
Result<Statistic> read_statistic(std::string_view name, const boost::json::value& modifier);

/// "#RRGGBB"
bool is_colour(std::string_view text);

}  // namespace longwave::musicdb
