// SPDX-License-Identifier: Apache-2.0
#include "dialects/musicdb/kept.hpp"

#include "store/session.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

namespace longwave::musicdb {
namespace {

namespace json = boost::json;

constexpr std::string_view tables = R"sql(
CREATE TABLE musicdb_value (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;
)sql";

constexpr std::size_t longest_name = 200;
constexpr std::size_t most_names = 10'000;

json::value read(store::Session& session, std::string_view name) {
  const auto text = session.value<std::string>("SELECT value FROM musicdb_value WHERE name = :name", name);
  if (!text) return nullptr;
  boost::system::error_code problem;
  auto value = json::parse(*text, problem);
  return problem ? json::value(nullptr) : value;
}

void write(store::Session& session, std::string_view name, const json::value& value) {
  session.run(
      "INSERT INTO musicdb_value(name, value) VALUES (:name, :value)"
      " ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE musicdb_value.value <> excluded.value",
      name, json::serialize(value));
}

void read_filters(const json::object& from, Kept& kept) {
  if (const auto* map = from.if_contains("subgenres"); map && map->is_object()) {
    for (const auto& [genre, set] : map->get_object()) {
      for (const auto& [name, on] : set.as_object())
        kept.subgenres[std::string(genre)][std::string(name)] = on.as_bool();
    }
  }
  if (const auto* mode = from.if_contains("uimode"); mode && mode->is_string())
    kept.ui_mode = json::value_to<std::string>(*mode);
}

json::object filters_json(const Kept& kept) {
  json::object subgenres;
  for (const auto& [genre, set] : kept.subgenres) {
    json::object names;
    for (const auto& [name, on] : set) names[name] = on;
    subgenres[genre] = std::move(names);
  }
  return {{"subgenres", std::move(subgenres)}, {"uimode", kept.ui_mode}};
}

void read_videos(const json::object& from, Kept& kept) {
  for (const auto& each : from.at("queue").as_array()) {
    kept.videos.push_back({each.at("id").to_number<std::int64_t>(),
                           each.at("video").to_number<std::int64_t>(), each.at("random").as_bool()});
  }
  for (const auto& each : from.at("blacklist").as_array())
    kept.video_blacklist.push_back(
        {each.at("id").to_number<std::int64_t>(), each.at("time").to_number<std::int64_t>()});
  kept.next_video_entry = from.at("next").to_number<std::int64_t>();
  kept.video_streaming = from.at("streaming").as_bool();
}

json::object videos_json(const Kept& kept) {
  json::array queue, blacklist;
  for (const auto& entry : kept.videos)
    queue.push_back({{"id", entry.id}, {"video", entry.video}, {"random", entry.random}});
  for (const auto& each : kept.video_blacklist) blacklist.push_back({{"id", each.id}, {"time", each.time}});
  return {{"queue", std::move(queue)},
          {"blacklist", std::move(blacklist)},
          {"next", kept.next_video_entry},
          {"streaming", kept.video_streaming}};
}

bool same_kind(const json::value& a, const json::value& b) {
  return (a.is_number() && b.is_number()) || a.kind() == b.kind();
}

}  // namespace

std::vector<store::Migration> migrations() {
  return {{1, tables}};
}

Kept read_kept(store::Session& session) {
  Kept kept;
  if (const auto filters = read(session, "filters"); filters.is_object())
    read_filters(filters.get_object(), kept);
  if (const auto videos = read(session, "videos"); videos.is_object()) read_videos(videos.get_object(), kept);
  kept.web_ui = default_web_ui();
  if (const auto stored = read(session, "webui"); stored.is_object()) {
    if (auto checked = check_configuration(stored, kept.web_ui)) kept.web_ui = std::move(*checked);
  }
  return kept;
}

void write_kept(store::Session& session, const Kept& kept) {
  write(session, "filters", filters_json(kept));
  write(session, "webui", kept.web_ui);
  write(session, "videos", videos_json(kept));
}

json::object default_web_ui() {
  return {{"meta", {{"version", 3}}},
          {"WebUI", {{"videomode", "disabled"}, {"lyrics", "enabled"}}},
          {"MainMenu", {{"showstreamplayer", false}, {"showsystemstatus", true}}},
          {"ArtistsView", {{"showrelease", true}}},
          {"GenreSelectionView", {{"showother", true}}},
          {"Stream", {{"url", "http://127.0.0.1:8000/listen/main.mp3"}, {"username", ""}, {"password", ""}}},
          {"debug", {{"blurartwork", false}}}};
}

Result<json::object> check_configuration(const json::value& given, const json::object& like) {
  if (!given.is_object()) return error(Errc::invalid, "the configuration is no object");
  const auto& object = given.get_object();
  for (const auto& [section, values] : like) {
    const auto* found = object.if_contains(section);
    if (!found || !found->is_object())
      return error(Errc::invalid, fmt::format("the section '{}' is missing", std::string(section)));
    for (const auto& [name, value] : values.as_object()) {
      const auto* one = found->get_object().if_contains(name);
      if (!one || !same_kind(*one, value))
        return error(Errc::invalid, fmt::format("'{}.{}' is missing or of a wrong kind", std::string(section),
                                                std::string(name)));
      if (one->is_string() && one->get_string().size() > 2000)
        return error(Errc::invalid,
                     fmt::format("'{}.{}' is too long", std::string(section), std::string(name)));
    }
    if (found->get_object().size() != values.as_object().size())
      return error(Errc::invalid, fmt::format("'{}' has keys that mean nothing", std::string(section)));
  }
  if (object.size() != like.size()) return error(Errc::invalid, "there are sections that mean nothing");
  return object;
}

Result<Kept> with_ui_mode(const Kept& kept, const json::value& value) {
  const auto* mode = value.if_string();
  if (!mode || (*mode != "audio" && *mode != "video"))
    return error(Errc::invalid, "uimode is audio or video");
  auto changed = kept;
  changed.ui_mode = std::string(*mode);
  return changed;
}

Result<Kept> with_subgenre(const Kept& kept, std::string_view genre, std::string_view name, bool on) {
  if (name.size() > longest_name || genre.size() > longest_name)
    return error(Errc::invalid, "the name is too long");
  auto changed = kept;
  auto& set = changed.subgenres[std::string(genre)];
  set[std::string(name)] = on;
  if (changed.subgenres.size() > most_names || set.size() > most_names)
    return error(Errc::full, "too many filters are set");
  return changed;
}

}  // namespace longwave::musicdb
