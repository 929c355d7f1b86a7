// SPDX-License-Identifier: Apache-2.0
#include "dialects/musicdb/statistic.hpp"

#include "dialects/musicdb/arguments.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <algorithm>

namespace longwave::musicdb {
namespace {

using What = Statistic::What;

std::optional<What> what_of(std::string_view name) {
  constexpr std::pair<std::string_view, What> names[] = {
      {"likes", What::likes},        {"dislikes", What::dislikes},        {"favorite", What::favourite},
      {"disable", What::disabled},   {"disabled", What::disabled},        {"liverecording", What::live},
      {"badaudio", What::bad_audio}, {"lyricsvideo", What::lyrics_video}, {"lastplayed", What::last_played},
  };
  for (const auto& [each, what] : names) {
    if (each == name) return what;
  }
  return std::nullopt;
}

bool read_modifier(Statistic& statistic, std::string_view word) {
  using library::Favourite;
  switch (statistic.what) {
    case What::likes:
    case What::dislikes:
      if (word == "inc") statistic.add = 1;
      if (word == "dec") statistic.add = -1;
      return word == "inc" || word == "dec" || word == "reset";
    case What::favourite:
      statistic.favourite = word == "love"   ? Favourite::loved
                            : word == "hate" ? Favourite::hated
                                             : Favourite::neutral;
      return word == "love" || word == "hate" || word == "none" || word == "reset";
    case What::last_played:
      return false;
    default:
      statistic.yes = word == "yes";
      return word == "yes" || word == "no";
  }
}

}  // namespace

Result<Statistic> read_statistic(std::string_view name, const boost::json::value& modifier) {
  const auto what = what_of(name);
  if (!what) return error(Errc::invalid, fmt::format("there is no statistic '{}'", name));
  Statistic statistic{.what = *what};
  if (*what == What::last_played) {
    const auto time = id_of(modifier);
    if (!time || *time < 0 || *time > (1ll << 40)) return error(Errc::invalid, "lastplayed takes a time");
    statistic.time = *time;
    return statistic;
  }
  const auto* word = modifier.if_string();
  if (!word || !read_modifier(statistic, *word))
    return error(Errc::invalid, fmt::format("'{}' doesn't know this modifier", name));
  return statistic;
}

bool is_colour(std::string_view text) {
  return text.size() == 7 && text.front() == '#' && std::all_of(text.begin() + 1, text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
         });
}

}  // namespace longwave::musicdb
