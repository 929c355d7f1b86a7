// SPDX-License-Identifier: Apache-2.0
#include "station/library_tracks.hpp"

#include "library/analyses.hpp"
#include "library/library.hpp"
#include "library/queries.hpp"
#include "store/store.hpp"

#include <exception>
#include <utility>

namespace longwave::station {
namespace {

Result<TrackFile> read(store::Session& session, TrackId track) {
  const auto found = library::track_details(session, track);
  if (!found) return found.error();
  const auto& details = found.value();
  if (details.track.state == library::TrackState::missing)
    return error(Errc::not_found, "The file is not there.");
  if (details.track.state == library::TrackState::broken) return error(Errc::broken, details.problem);
  return TrackFile{.path = details.path,
                   .artist = details.track.artist,
                   .title = details.track.title,
                   .duration_ms = details.track.duration_ms,
                   .gain_db = details.gain.track_gain_db,
                   .peak = details.gain.track_peak,
                   .analysis = library::analysis_of(session, track)};
}

}  // namespace

void LibraryTracks::find(TrackId track, UniqueFunction<void(Result<TrackFile>)> done) {
  auto result =
      std::make_shared<Result<TrackFile>>(error(Errc::unavailable, "The library can't be read now."));
  store_.read([result, track](store::Session& session) { *result = read(session, track); },
              [result, done = std::move(done)](std::exception_ptr failure) mutable {
                if (failure) *result = error(Errc::unavailable, "The library can't be read now.");
                done(std::move(*result));
              });
}

void LibraryTracks::keep(TrackId track, std::shared_ptr<const audio::Analysis> analysis) {
  store_.write(
      [track, analysis](store::Session& session) { library::keep_analysis(session, track, *analysis); });
}

void LibraryTracks::broken(TrackId track, const std::string& reason) {
  library_.mark_broken(track, reason);
}

}  // namespace longwave::station
