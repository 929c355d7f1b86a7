// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.hpp"
#include "base/result.hpp"
#include "library/track.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::store {
class Session;
}

/// Named lists of tracks, as they are stored. The list that is active on a station is its queue, and lives in
/// the programmer; what stands here under its name is how it was when it was last put away. api::Lists knows
/// both and is what a dialect uses.
///
/// All of these run inside a job of the store; those that change something inside Library::edit. Positions
/// count from 0. Names are as people type them, compared exactly after clean(); docs/lists.md.
namespace longwave::library {

class Changes;

constexpr std::size_t most_playlists = 10'000;
constexpr std::size_t most_playlist_entries = 100'000;
constexpr std::size_t longest_list_name = 200;  ///< bytes

struct PlaylistInfo {
  std::int64_t id = 0;
  std::string name;
  std::string query;  ///< of a smart list, which refreshes itself; empty: made by hand
  int position = -1;  ///< where its station was in it when it was put away; -1: nowhere
  std::int64_t entries = 0;
  std::int64_t duration_ms = 0;
  std::int64_t changed_ms = 0;  ///< wall clock
};

struct PlaylistEntry {
  std::int64_t id = 0;  ///< stays with the entry when it is moved; never given twice
  TrackId track;
};

/// The name as it is kept: trimmed, one line. Errors: invalid (empty, too long, begins with '_', which is
/// kept for aliases, or has a '/').
Result<std::string> list_name(std::string_view typed);

std::vector<PlaylistInfo> playlists(store::Session& session);                   ///< by name
Result<PlaylistInfo> playlist(store::Session& session, std::string_view name);  ///< not_found
/// In order. not_found.
Result<std::vector<PlaylistEntry>> playlist_entries(store::Session& session, std::string_view name);
/// Names of the lists that hold the track.
std::vector<std::string> playlists_with(store::Session& session, TrackId track);

/// All changing functions: not_found (no such list), conflict (the list is smart, or the name is taken), full
/// (too many lists or entries), invalid (a name or position that can't be).
Result<PlaylistInfo> create_playlist(store::Session& session, std::string_view name,
                                     std::span<const TrackId> tracks, std::int64_t now_ms, Changes& changes);
/// A list whose entries are what the query finds, now and whenever the library changes.
Result<PlaylistInfo> create_smart_playlist(store::Session& session, std::string_view name,
                                           std::string_view query, std::int64_t now_ms, Changes& changes);
/// Behind the last without `at`. Tracks that don't exist: not_found, nothing is added.
Result<PlaylistInfo> add_to_playlist(store::Session& session, std::string_view name,
                                     std::span<const TrackId> tracks, std::optional<std::size_t> at,
                                     std::int64_t now_ms, Changes& changes);
Result<PlaylistInfo> remove_from_playlist(store::Session& session, std::string_view name,
                                          std::size_t position, std::size_t count, std::int64_t now_ms,
                                          Changes& changes);
/// The entry at `from` stands at `to` afterwards.
Result<PlaylistInfo> move_in_playlist(store::Session& session, std::string_view name, std::size_t from,
                                      std::size_t to, std::int64_t now_ms, Changes& changes);
Result<PlaylistInfo> clear_playlist(store::Session& session, std::string_view name, std::int64_t now_ms,
                                    Changes& changes);
/// The list holds exactly this afterwards; made when there is none. Tracks that don't exist are left out.
Result<PlaylistInfo> put_playlist(store::Session& session, std::string_view name,
                                  std::span<const TrackId> tracks, int position, std::int64_t now_ms,
                                  Changes& changes);
Result<PlaylistInfo> rename_playlist(store::Session& session, std::string_view name, std::string_view to,
                                     std::int64_t now_ms, Changes& changes);
Result<void> delete_playlist(store::Session& session, std::string_view name, Changes& changes);

/// A track that is taken out of the library leaves all lists.
void forget_track(store::Session& session, TrackId track, Changes& changes);

/// Smart lists whose query finds other tracks now than they hold: what they should hold. Reads only.
struct StalePlaylist {
  std::string name;
  std::vector<TrackId> tracks;
};
std::vector<StalePlaylist> stale_playlists(store::Session& session, std::int64_t now_ms);
void refresh_playlist(store::Session& session, const StalePlaylist& stale, std::int64_t now_ms,
                      Changes& changes);

}  // namespace longwave::library
