// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "library/events.hpp"
#include "library/song.hpp"

#include <optional>

namespace longwave::store {
class Session;
}

/// What people think of a track, and what is known of its being played. Inside Library::edit.
namespace longwave::library {

struct Marks {  ///< only what is given is set
  std::optional<Favourite> favourite = {};
  std::optional<bool> disabled = {}, live = {}, bad_audio = {};
};
Result<void> set_marks(store::Session& session, TrackId track, const Marks& marks, Changes& changes);

/// Never below 0. Without a number: back to 0.
Result<void> count_likes(store::Session& session, TrackId track, std::optional<int> add, Changes& changes);
Result<void> count_dislikes(store::Session& session, TrackId track, std::optional<int> add, Changes& changes);

/// One play more. An unknown track is passed over.
void count_play(store::Session& session, TrackId track, std::int64_t started_ms, Changes& changes);
Result<void> set_last_played(store::Session& session, TrackId track, std::optional<std::int64_t> at_ms,
                             Changes& changes);

/// Takes the entry out of the library; the file stays. A rescan brings it back only when the file's content
/// or tags changed. Everything known of it is kept and is there again after restore_track().
Result<void> remove_track(store::Session& session, TrackId track, Changes& changes);
Result<void> restore_track(store::Session& session, TrackId track, Changes& changes);

}  // namespace longwave::library
