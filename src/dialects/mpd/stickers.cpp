// SPDX-License-Identifier: Apache-2.0
#include "dialects/mpd/stickers.hpp"

#include "store/session.hpp"

namespace longwave::mpd {
namespace {

constexpr std::string_view tables = R"sql(
CREATE TABLE mpd_sticker (
  track_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (track_id, name)
) WITHOUT ROWID;
CREATE INDEX mpd_sticker_name ON mpd_sticker(name);
)sql";

}  // namespace

store::RoomMigrations migrations() {
  return {"mpd", {{1, tables}}};
}

std::optional<std::string> sticker(store::Session& session, TrackId track, std::string_view name) {
  return session.value<std::string>("SELECT value FROM mpd_sticker WHERE track_id = :track AND name = :name",
                                    track.value, name);
}

Stickers stickers(store::Session& session, TrackId track) {
  Stickers found;
  session.each<std::string, std::string>(
      "SELECT name, value FROM mpd_sticker WHERE track_id = :track ORDER BY name",
      [&](std::string name, std::string value) { found.emplace_back(std::move(name), std::move(value)); },
      track.value);
  return found;
}

bool set_sticker(store::Session& session, TrackId track, std::string_view name, std::string_view value) {
  const auto changed =
      session.run("UPDATE mpd_sticker SET value = :value WHERE track_id = :track AND name = :name", value,
                  track.value, name);
  if (changed > 0) return true;
  const auto count =
      session.value<std::int64_t>("SELECT count(*) FROM mpd_sticker WHERE track_id = :track", track.value);
  if (count.value_or(0) >= most_stickers_of_a_song) return false;
  session.run("INSERT INTO mpd_sticker(track_id, name, value) VALUES (:track, :name, :value)", track.value,
              name, value);
  return true;
}

std::int64_t remove_stickers(store::Session& session, TrackId track, std::optional<std::string_view> name) {
  if (!name) return session.run("DELETE FROM mpd_sticker WHERE track_id = :track", track.value);
  return session.run("DELETE FROM mpd_sticker WHERE track_id = :track AND name = :name", track.value, *name);
}

std::vector<std::pair<TrackId, std::string>> with_sticker(store::Session& session, std::string_view name) {
  std::vector<std::pair<TrackId, std::string>> found;
  session.each<std::int64_t, std::string>(
      "SELECT track_id, value FROM mpd_sticker WHERE name = :name ORDER BY track_id",
      [&](std::int64_t track, std::string value) { found.emplace_back(TrackId{track}, std::move(value)); },
      name);
  return found;
}

}  // namespace longwave::mpd
