// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

/// What happened to the library, as typed values. Every change, whoever made it, is told by these after its
/// commit, in the order of the commits, on the library's loop (Library::happened).
namespace longwave::library {

/// What of a track is different; bits.
enum TrackAspect : unsigned {
  aspect_properties = 1,  ///< title, artist … of whatever source
  aspect_tags = 2,        ///< genres, subgenres, moods
  aspect_marks = 4,       ///< favourite, disabled, live recording, bad audio
  aspect_counts = 8,      ///< likes, dislikes, plays, last played
  aspect_lyrics = 16,
  aspect_file = 32,  ///< moved, missing, back, broken, other content, other picture
};

struct TracksAdded {
  std::vector<TrackId> tracks;
};
struct TracksChanged {
  std::vector<TrackId> tracks;
  unsigned what = 0;  ///< TrackAspect
};
/// No longer in the library. The file stays where it is.
struct TracksRemoved {
  std::vector<TrackId> tracks;
};
struct AlbumsChanged {
  std::vector<std::int64_t> albums;
};
struct VideosChanged {
  std::vector<std::int64_t> videos;
};
/// The tags themselves (a genre is new, a mood has another colour), not what they are assigned to.
struct TagsChanged {};

/// Numbers of the player protocol (docs/protocols/player.md, 4.3).
enum class PlaylistAction { add, insert, shuffle, remove, clear, move, sort, update, replace };
struct PlaylistChanged {
  std::string name;
  PlaylistAction action{};
  TrackId track{};        ///< add, insert, move
  int position = -1;      ///< add, insert, remove, move: where it is, or was
  int new_position = -1;  ///< move
};
/// A playlist or a collection as a named thing came, changed, got another name or went (same document, 4.2).
enum class CollectionAction { add, update, rename, remove };
enum class CollectionSpace { playlists, collections };
struct CollectionChanged {
  CollectionAction action{};
  CollectionSpace space{};
  std::string name;
  std::string new_name = {};  ///< rename
};
/// An upload or an import is in the library now.
struct ContentImported {
  std::vector<TrackId> tracks;
};

using Event = std::variant<TracksAdded, TracksChanged, TracksRemoved, AlbumsChanged, VideosChanged,
                           TagsChanged, PlaylistChanged, CollectionChanged, ContentImported>;

struct Changed {
  Event event;
};

/// Collects what a write job does, for Library::edit to tell after the commit. Ids of one kind that follow
/// each other are told together.
class Changes {
 public:
  void add(Event event) { events_.push_back(std::move(event)); }
  void track_added(TrackId track);
  void track_changed(TrackId track, unsigned what);
  void track_removed(TrackId track);
  void album_changed(std::int64_t album);  ///< 0 is no album and not told
  void video_changed(std::int64_t video);
  void tags_changed();

  /// The list a programmer chooses from has to be loaded again.
  bool catalogue() const;
  bool empty() const { return events_.empty(); }
  std::vector<Event> take() { return std::exchange(events_, {}); }

 private:
  template <class E>
  E& last();
  std::vector<Event> events_;
};

}  // namespace longwave::library
