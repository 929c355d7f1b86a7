// SPDX-License-Identifier: Apache-2.0
#include "schedule/state_json.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <utility>

namespace longwave::schedule {

namespace {

namespace json = boost::json;

json::object parse(std::string_view text) {
  boost::system::error_code failed;
  auto value = json::parse(text, failed);
  return failed || !value.is_object() ? json::object{} : std::move(value.get_object());
}

void read(const json::object& from, std::string_view key, bool& to) {
  const auto* value = from.if_contains(key);
  if (value && value->is_bool()) to = value->get_bool();
}
template <class Number>
requires std::is_integral_v<Number>
void read(const json::object& from, std::string_view key, Number& to) {
  const auto* value = from.if_contains(key);
  if (value && value->is_int64()) to = static_cast<Number>(value->get_int64());
}
void read(const json::object& from, std::string_view key, std::string& to) {
  const auto* value = from.if_contains(key);
  if (value && value->is_string()) to = std::string(value->get_string());
}
void read(const json::object& from, std::string_view key, Switch& to) {
  int number = static_cast<int>(to);
  read(from, key, number);
  if (number >= 0 && number <= static_cast<int>(Switch::oneshot)) to = static_cast<Switch>(number);
}

json::array listed(const std::vector<Blacklists::Listed>& list) {
  json::array out;
  for (const auto& one : list) out.push_back(json::array{one.id, unix_ms(one.at)});
  return out;
}
std::vector<Blacklists::Listed> listed(const json::object& from, std::string_view key) {
  std::vector<Blacklists::Listed> out;
  const auto* value = from.if_contains(key);
  if (!value || !value->is_array()) return out;
  for (const auto& one : value->get_array()) {
    const auto* pair = one.if_array();
    if (!pair || pair->size() != 2 || !(*pair)[0].is_int64() || !(*pair)[1].is_int64()) continue;
    out.push_back({(*pair)[0].get_int64(), from_unix_ms((*pair)[1].get_int64())});
  }
  return out;
}

std::vector<GenreFilter> genres(const json::object& from) {
  std::vector<GenreFilter> out;
  const auto* value = from.if_contains("genres");
  if (!value || !value->is_array()) return out;
  for (const auto& one : value->get_array()) {
    if (!one.is_object()) continue;
    GenreFilter filter;
    read(one.get_object(), "genre", filter.genre);
    if (const auto* subs = one.get_object().if_contains("subgenres"); subs && subs->is_array()) {
      for (const auto& id : subs->get_array())
        if (id.is_int64()) filter.subgenres.push_back(id.get_int64());
    }
    if (filter.genre != 0) out.push_back(std::move(filter));
  }
  return out;
}

}  // namespace

std::string RandomRules::to_json() const {
  json::array filters;
  for (const auto& filter : genres) {
    filters.push_back(
        json::object{{"genre", filter.genre}, {"subgenres", json::value_from(filter.subgenres)}});
  }
  return json::serialize(json::object{{"selection", selection == Selection::albums ? "albums" : "rotation"},
                                      {"no_disabled", no_disabled},
                                      {"no_hated", no_hated},
                                      {"no_bad_audio", no_bad_audio},
                                      {"no_live", no_live},
                                      {"min_song_s", min_song_s},
                                      {"max_song_s", max_song_s},
                                      {"song_list", song_list},
                                      {"album_list", album_list},
                                      {"artist_list", artist_list},
                                      {"video_list", video_list},
                                      {"max_age_hours", max_age_hours},
                                      {"max_tries", max_tries},
                                      {"genres", std::move(filters)}});
}

RandomRules RandomRules::from_json(std::string_view text) {
  const auto from = parse(text);
  RandomRules rules;
  std::string selection;
  read(from, "selection", selection);
  rules.selection = selection == "albums" ? Selection::albums : Selection::rotation;
  read(from, "no_disabled", rules.no_disabled);
  read(from, "no_hated", rules.no_hated);
  read(from, "no_bad_audio", rules.no_bad_audio);
  read(from, "no_live", rules.no_live);
  read(from, "min_song_s", rules.min_song_s);
  read(from, "max_song_s", rules.max_song_s);
  read(from, "song_list", rules.song_list);
  read(from, "album_list", rules.album_list);
  read(from, "artist_list", rules.artist_list);
  read(from, "video_list", rules.video_list);
  read(from, "max_age_hours", rules.max_age_hours);
  read(from, "max_tries", rules.max_tries);
  rules.genres = schedule::genres(from);
  return rules;
}

std::string Blacklists::to_json() const {
  if (songs.empty() && albums.empty() && artists.empty()) return {};
  return json::serialize(
      json::object{{"songs", listed(songs)}, {"albums", listed(albums)}, {"artists", listed(artists)}});
}

Blacklists Blacklists::from_json(std::string_view text) {
  const auto from = parse(text);
  return {listed(from, "songs"), listed(from, "albums"), listed(from, "artists")};
}

namespace {

json::array ids(const std::vector<EntryId>& entries) {
  json::array out;
  out.reserve(entries.size());
  for (const auto id : entries) out.emplace_back(id.value);
  return out;
}
std::vector<EntryId> ids(const json::object& from, std::string_view key) {
  std::vector<EntryId> out;
  const auto* value = from.if_contains(key);
  if (!value || !value->is_array()) return out;
  for (const auto& id : value->get_array())
    if (id.is_int64()) out.push_back(EntryId{id.get_int64()});
  return out;
}

}  // namespace

std::string settings_json(const StationRow& row) {
  json::object volume;
  for (const auto& [channel, value] : row.volume) volume[channel] = value;
  const auto& modes = row.modes;
  return json::serialize(json::object{{"kind", to_text(row.kind)},
                                      {"repeat", modes.repeat},
                                      {"shuffled", modes.random},
                                      {"single", static_cast<int>(modes.single)},
                                      {"consume", static_cast<int>(modes.consume)},
                                      {"autodj", modes.autodj},
                                      {"crossfade_s", modes.crossfade_s},
                                      {"volume", std::move(volume)},
                                      {"list", row.list},
                                      {"coming", ids(row.round.coming)},
                                      {"played", ids(row.round.played)},
                                      {"random", json::parse(row.random.to_json())}});
}

void read_settings(StationRow& row, std::string_view text) {
  const auto from = parse(text);
  std::string kind;
  read(from, "kind", kind);
  row.kind = kind == "player" ? Kind::player : Kind::radio;
  row.modes = Modes::of(row.kind);
  read(from, "repeat", row.modes.repeat);
  read(from, "shuffled", row.modes.random);
  read(from, "single", row.modes.single);
  read(from, "consume", row.modes.consume);
  read(from, "autodj", row.modes.autodj);
  read(from, "crossfade_s", row.modes.crossfade_s);
  read(from, "list", row.list);
  row.round = {ids(from, "coming"), ids(from, "played")};
  if (const auto* volume = from.if_contains("volume"); volume && volume->is_object()) {
    row.volume.clear();
    for (const auto& [channel, value] : volume->get_object()) {
      if (value.is_int64())
        row.volume[std::string(channel)] =
            static_cast<int>(std::clamp<std::int64_t>(value.get_int64(), 0, 100));
    }
  }
  if (const auto* random = from.if_contains("random"))
    row.random = RandomRules::from_json(json::serialize(*random));
}

std::string entry_json(const Entry& entry) {
  return json::serialize(json::object{{"track", entry.track.value},
                                      {"artist", entry.artist},
                                      {"duration", entry.duration.count()},
                                      {"exact", entry.exact},
                                      {"added_by", entry.added_by},
                                      {"reason", json::parse(entry.reason.to_json())}});
}

EntryPtr entry_from_json(EntryId id, std::string_view text) {
  const auto from = parse(text);
  auto entry = std::make_shared<Entry>();
  entry->id = id;
  std::int64_t duration = 0;
  read(from, "track", entry->track.value);
  read(from, "artist", entry->artist);
  read(from, "duration", duration);
  entry->duration = Samples{duration};
  read(from, "exact", entry->exact);
  read(from, "added_by", entry->added_by);
  if (const auto* reason = from.if_contains("reason")) {
    if (auto known = Reason::from_json(json::serialize(*reason))) entry->reason = std::move(*known);
  }
  return entry;
}

}  // namespace longwave::schedule
