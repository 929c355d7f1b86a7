// SPDX-License-Identifier: Apache-2.0
#include "dialects/musicdb/randy.hpp"

#include "dialects/musicdb/arguments.hpp"
#include "dialects/musicdb/kept.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

namespace longwave::musicdb {
namespace {

namespace json = boost::json;

/// A whole number from 0 to `most`.
Result<void> take(const json::object& section, const char* name, int most, int& into) {
  const auto number = id_of(section.at(name));
  if (!number || *number < 0 || *number > most)
    return error(Errc::invalid, fmt::format("{} is a number from 0 to {}", name, most));
  into = static_cast<int>(*number);
  return {};
}

}  // namespace

json::object randy_json(const schedule::RandomRules& rules) {
  return {{"meta", {{"version", 1}}},
          {"Constraints",
           {{"NoDisabled", rules.no_disabled},
            {"NoHated", rules.no_hated},
            {"NoBadFile", rules.no_bad_audio},
            {"NoLiveMusic", rules.no_live},
            {"MinSongLength", rules.min_song_s},
            {"MaxSongLength", rules.max_song_s}}},
          {"BlackLists",
           {{"SongListLength", rules.song_list},
            {"AlbumListLength", rules.album_list},
            {"ArtistListLength", rules.artist_list},
            {"VideoListLength", rules.video_list},
            {"MaxAge", rules.max_age_hours}}},
          {"Limits", {{"MaxTries", rules.max_tries}}}};
}

Result<schedule::RandomRules> read_randy(const json::value& given, schedule::RandomRules rules) {
  constexpr int day = 24 * 3600;
  constexpr int longest_list = 10'000;
  const auto checked = check_configuration(given, randy_json(rules));
  if (!checked) return checked.error();
  const auto& constraints = checked->at("Constraints").as_object();
  rules.no_disabled = constraints.at("NoDisabled").as_bool();
  rules.no_hated = constraints.at("NoHated").as_bool();
  rules.no_bad_audio = constraints.at("NoBadFile").as_bool();
  rules.no_live = constraints.at("NoLiveMusic").as_bool();
  const auto& lists = checked->at("BlackLists").as_object();
  const struct {
    const json::object& section;
    const char* name;
    int most;
    int& into;
  } numbers[] = {{constraints, "MinSongLength", day, rules.min_song_s},
                 {constraints, "MaxSongLength", day, rules.max_song_s},
                 {lists, "SongListLength", longest_list, rules.song_list},
                 {lists, "AlbumListLength", longest_list, rules.album_list},
                 {lists, "ArtistListLength", longest_list, rules.artist_list},
                 {lists, "VideoListLength", longest_list, rules.video_list},
                 {lists, "MaxAge", longest_list, rules.max_age_hours},
                 {checked->at("Limits").as_object(), "MaxTries", 1000, rules.max_tries}};
  for (const auto& each : numbers) {
    if (auto taken = take(each.section, each.name, each.most, each.into); !taken) return taken.error();
  }
  rules.selection = schedule::Selection::albums;
  return rules;
}

}  // namespace longwave::musicdb
