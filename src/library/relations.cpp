// SPDX-License-Identifier: Apache-2.0
#include "library/relations.hpp"

#include "store/session.hpp"

namespace longwave::library {

namespace {

using Int = std::int64_t;
constexpr int of_songs = 0, of_videos = 2;

void relate(store::Session& session, int what, Int a, Int b, int weight) {
  if (a == b || a == 0 || b == 0) return;
  for (int turn = 0; turn < 2; ++turn, std::swap(a, b)) {
    session.run(
        "INSERT INTO library_relation(what, a, b, weight) VALUES (:what, :a, :b, :weight) "
        "ON CONFLICT(what, a, b) DO UPDATE SET weight = library_relation.weight + excluded.weight",
        what, a, b, weight);
  }
}

Result<void> cut(store::Session& session, int what, Int a, Int b) {
  const auto gone = session.run(
      "DELETE FROM library_relation WHERE what = :what AND ((a = :a AND b = :b) OR (a = :b2 AND b = :a2))",
      what, a, b, b, a);
  if (gone == 0) return error(Errc::not_found, "the two have nothing to do with each other");
  return {};
}

}  // namespace

std::optional<std::pair<TrackId, TrackId>> Tracker::played(TrackId track, WallTime started, WallTime ended,
                                                           bool random) {
  if (random && !rules_.random_too) return std::nullopt;
  const TrackId before = std::exchange(last_, track);
  const WallTime then = std::exchange(last_ended_, ended);
  if (!before || before == track || started - then > rules_.cut) return std::nullopt;
  return std::pair{before, track};
}

std::vector<Related> related_songs(store::Session& session, TrackId track) {
  std::vector<Related> found;
  session.each<Int, int>(
      "SELECT r.b, r.weight FROM library_relation r JOIN library_track t ON t.id = r.b AND t.state <> 3 "
      "WHERE r.what = 0 AND r.a = :id ORDER BY r.weight DESC, r.b",
      [&](Int id, int weight) {
        found.push_back({id, weight});
      },
      track);
  return found;
}

std::vector<Related> related_videos(store::Session& session, std::int64_t video) {
  std::vector<Related> found;
  session.each<Int, int>(
      "SELECT r.b, r.weight FROM library_relation r JOIN library_video v ON v.id = r.b AND v.state = 0 "
      "WHERE r.what = 2 AND r.a = :id ORDER BY r.weight DESC, r.b",
      [&](Int id, int weight) {
        found.push_back({id, weight});
      },
      video);
  return found;
}

void relate_songs(store::Session& session, TrackId a, TrackId b, int weight) {
  relate(session, of_songs, a.value, b.value, weight);
}
void relate_videos(store::Session& session, std::int64_t a, std::int64_t b, int weight) {
  relate(session, of_videos, a, b, weight);
}
Result<void> cut_songs(store::Session& session, TrackId a, TrackId b) {
  return cut(session, of_songs, a.value, b.value);
}
Result<void> cut_videos(store::Session& session, std::int64_t a, std::int64_t b) {
  return cut(session, of_videos, a, b);
}

}  // namespace longwave::library
