// SPDX-License-Identifier: Apache-2.0
#include "library/analyses.hpp"

#include "audio/stored_loudness.hpp"
#include "store/session.hpp"

#include <fmt/format.h>

namespace longwave::library {

std::optional<audio::Analysis> analysis_of(store::Session& session, TrackId track) {
  const auto blob = session.value<store::Blob>(
      "SELECT a.result FROM library_analysis a JOIN library_track t ON t.identity = a.identity WHERE t.id = "
      ":id",
      track);
  if (!blob) return std::nullopt;
  auto analysis = audio::parse_analysis(blob->bytes);
  if (!analysis) return std::nullopt;
  return std::move(*analysis);
}

void each_loudness(store::Session& session,
                   const std::function<void(TrackId, const audio::Analysis&)>& each) {
  session.each<TrackId, store::Blob>(
      fmt::format("SELECT t.id, substr(a.result, 1, {}) FROM library_track t JOIN library_analysis a ON "
                  "a.identity = t.identity WHERE t.state = 0 ORDER BY t.id",
                  audio::loudness_bytes),
      [&](TrackId track, const store::Blob& front) {
        if (const auto known = audio::loudness_of(front.bytes)) each(track, *known);
      });
}

void keep_analysis(store::Session& session, TrackId track, const audio::Analysis& analysis) {
  if (analysis.partial) return;
  const store::Blob blob{audio::to_blob(analysis)};
  session.run(
      "INSERT INTO library_analysis(identity, payload_hash, result) "
      "SELECT identity, :hash, :result FROM library_track WHERE id = :id "
      "ON CONFLICT(identity) DO UPDATE SET payload_hash = excluded.payload_hash, result = excluded.result",
      analysis.payload_hash, blob, track);
  session.run("UPDATE library_track SET duration_ms = :duration WHERE id = :id", to_ms(analysis.length),
              track);
  session.run("UPDATE library_track SET state = 0, problem = '' WHERE id = :id AND state = 2", track);
}

}  // namespace longwave::library
