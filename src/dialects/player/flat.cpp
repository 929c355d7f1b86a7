// SPDX-License-Identifier: Apache-2.0
#include "dialects/player/flat.hpp"

#include "library/properties.hpp"
#include "library/song.hpp"
#include "store/session.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <algorithm>
#include <map>
#include <utility>

namespace longwave::player {
namespace {

namespace json = boost::json;

constexpr std::int64_t at_once = 1000;
constexpr std::string_view client_prefix = "client/";

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value() : json::value(text);
}

std::string_view mime_of(std::string_view path) {
  constexpr std::pair<std::string_view, std::string_view> types[] = {
      {".mp3", "audio/mpeg"}, {".flac", "audio/flac"}, {".ogg", "audio/ogg"},  {".opus", "audio/ogg"},
      {".m4a", "audio/mp4"},  {".wav", "audio/wav"},   {".aiff", "audio/aiff"}};
  for (const auto& [ending, type] : types)
    if (path.size() >= ending.size() &&
        std::equal(ending.rbegin(), ending.rend(), path.rbegin(),
                   [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b + 32 : b); }))
      return type;
  return "application/octet-stream";
}

json::object flat(store::Session& session, const library::Song& song) {
  const auto& track = song.track;
  json::object out{{"id", track.id.value}, {"url", url_of(song.path)}, {"mime", mime_of(song.path)}};
  const auto text = [&](std::string_view key, const std::string& value) {
    if (!value.empty()) out[key] = value;
  };
  const auto number = [&](std::string_view key, std::int64_t value) {
    if (value != 0) out[key] = value;
  };
  text("title", track.title);
  text("artist", track.artist);
  text("album", track.album);
  text("album_artist", track.album_artist);
  text("genre", track.genre);
  text("picture_front", track.art);
  number("tracknr", track.track);
  number("partofset", track.disc);
  if (track.year != 0) out["date"] = std::to_string(track.year);
  number("duration", track.duration_ms);
  number("bitrate", std::int64_t{song.bitrate_kbps} * 1000);
  number("samplerate", song.sample_rate);
  number("channels", song.channels);
  number("size", song.size_bytes);
  out["added"] = song.added_ms / 1000;
  out["lmod"] = song.modified_ms / 1000;
  out["timesplayed"] = song.plays;
  if (song.last_played_ms) out["laststarted"] = *song.last_played_ms / 1000;
  out["status"] = 1;
  const auto properties = library::properties(session, track.id);
  if (!properties) return out;
  for (const auto& property : *properties) {  // of a key, the preferred one comes first
    if (!property.source.starts_with(client_prefix)) continue;
    const auto known =
        std::find(std::begin(library::known_keys), std::end(library::known_keys), property.key);
    if (known != std::end(library::known_keys) || out.contains(property.key)) continue;
    std::int64_t value = 0;
    if (property.number && fmt::format("{}", value = std::atoll(property.value.c_str())) == property.value)
      out[property.key] = value;
    else
      out[property.key] = property.value;
  }
  return out;
}

}  // namespace

Result<std::string> flat_song(store::Session& session, TrackId track) {
  const auto song = library::song(session, track);
  if (!song) return error(Errc::not_found, "no such entry");
  return json::serialize(flat(session, *song));
}

Result<std::string> flat_songs(store::Session& session, std::span<const TrackId> tracks) {
  std::map<TrackId, std::string> known;
  std::vector<TrackId> wanted(tracks.begin(), tracks.end());
  std::sort(wanted.begin(), wanted.end());
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  for (const auto& song : library::songs(session, wanted))
    known[song.track.id] = json::serialize(flat(session, song));
  std::string out = "[";
  for (const TrackId track : tracks) {
    if (out.size() > 1) out += ",";
    const auto found = known.find(track);
    out += found != known.end() ? found->second : fmt::format("{{\"id\":{}}}", track.value);
  }
  return out + "]";
}

Result<std::string> all_songs(store::Session& session) {
  std::string out = "[";
  TrackId after{};
  for (;;) {
    const auto part = library::songs_after(session, after, at_once);
    for (const auto& song : part) {
      if (out.size() > 1) out += ",";
      const auto& track = song.track;
      out += json::serialize(
          json::object{{"id", track.id.value},
                       {"title", text_or_null(track.title)},
                       {"artist", text_or_null(track.artist)},
                       {"album", text_or_null(track.album)},
                       {"duration", track.duration_ms > 0 ? json::value(track.duration_ms) : json::value()}});
    }
    if (part.size() < static_cast<std::size_t>(at_once)) return out + "]";
    after = part.back().track.id;
  }
}

}  // namespace longwave::player
