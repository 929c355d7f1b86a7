// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "base/signal.hpp"
#include "base/task.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace longwave::player {

/// Where a playlist stands: -1 is nowhere.
struct Place {
  std::int64_t position = -1;
  std::string name;
  friend bool operator==(const Place&, const Place&) = default;
};

/// Channel of the output -> 0..100.
using Volumes = std::map<std::string, int>;

/// What a new socket is told.
struct State {
  int status = 0;
  Volumes volume;
  Place place;
};

// What happens at the player, docs/protocols/player.md "Broadcasts". Names are canonical, never `_active`.
struct StatusChanged {
  int status = 0;  ///< 0 stopped, 1 playing, 2 paused
};
struct CurrentId {
  std::int64_t id = 0;
};
struct VolumeChanged {
  Volumes channels;
};
struct PositionChanged {
  Place place;
};
struct PlaylistChanged {
  enum Type { add = 0, insert, shuffle, remove, clear, move, sort, update, replace };
  int type = update;
  std::string name;
  std::optional<std::int64_t> id = {}, position = {}, new_position = {};
};
struct PlaylistLoaded {
  std::string name;
};
struct CollectionChanged {
  enum Type { add = 0, update, rename, remove };
  int type = update;
  std::string name;
  std::string name_space;  ///< "Playlists" or "Collections"
  std::optional<std::string> new_name = {};
};
struct EntryAdded {
  std::int64_t id = 0;
};
struct EntryChanged {
  std::int64_t id = 0;
};
struct EntryRemoved {
  std::int64_t id = 0;
};
struct ReaderStatus {
  int running = 0;
};
struct ConfigChanged {
  std::string key, value;
};
using Event =
    std::variant<StatusChanged, CurrentId, VolumeChanged, PositionChanged, PlaylistChanged, PlaylistLoaded,
                 CollectionChanged, EntryAdded, EntryChanged, EntryRemoved, ReaderStatus, ConfigChanged>;

/// One song of a package.
struct PackedSong {
  int done = 0;
  int total = 0;
  std::int64_t id = 0;
  std::string title;
  std::string problem;  ///< why it isn't in it; empty: it is
};
struct Packed {
  std::string url;
  std::int64_t bytes = 0;
};
struct PackObserver {
  std::function<void(const PackedSong&)> item;
  std::function<bool()> paused;
  std::function<void(Task)> when_ready;
};

/// The player behind the protocol: our own station, or another daemon. All of it belongs to one loop
/// (`home`): called there, answers there (perhaps at once), tells there. A playlist's name may be empty or
/// `_active`: the active one.
///
/// Errors carry a sentence for the person who asked: not_found, invalid (an argument), conflict, full,
/// unavailable (the player can't be reached), unsupported. What fails has changed nothing and tells nothing.
class Backend {
 public:
  template <class T>
  using Reply = UniqueFunction<void(Result<T>)>;
  using Done = Reply<void>;
  using Json = std::string;  ///< JSON text

  virtual ~Backend() = default;

  /// Every change, whoever made it. What an operation of ours causes is told after its reply has returned.
  Signal<Event> happened;

  /// The present state; nullopt: not known (the player can't be reached).
  virtual std::optional<State> state() const = 0;

  virtual void start(Done done) = 0;
  virtual void stop(Done done) = 0;
  virtual void pause(Done done) = 0;
  virtual void current_id(Reply<std::int64_t> done) = 0;
  /// Answers with the position. Stopped: only marks it.
  virtual void jump(std::int64_t position, Reply<std::int64_t> done) = 0;
  virtual void next(Reply<Place> done) = 0;
  virtual void previous(Reply<Place> done) = 0;

  /// With `_active`.
  virtual void list_playlists(Reply<std::vector<std::string>> done) = 0;
  /// An array of the flattened entries of the active one.
  virtual void current_playlist(Reply<Json> done) = 0;
  virtual void create_playlist(std::string name, Done done) = 0;
  virtual void load_playlist(std::string name, Done done) = 0;
  virtual void add_to_playlist(std::int64_t id, std::string name, Done done) = 0;
  virtual void remove_from_playlist(std::int64_t position, std::string name, Done done) = 0;
  virtual void clear_playlist(std::string name, Done done) = 0;
  virtual void list_collections(Reply<std::vector<std::string>> done) = 0;

  /// An array of {id, title, artist, album, duration}, all five always.
  virtual void all_media(Reply<Json> done) = 0;
  /// A flattened entry.
  virtual void media_info(std::int64_t id, Reply<Json> done) = 0;
  /// `value` nullopt: removes what we set, and the file's own shows again.
  virtual void set_property(std::int64_t id, std::string key,
                            std::optional<std::variant<std::string, std::int64_t>> value, Done done) = 0;
  /// Reads the tags of all files again.
  virtual void rehash(Done done) = 0;
  /// Takes in files of the music folders that aren't known.
  virtual void refresh(Done done) = 0;
  /// Out of the library and all playlists; the file stays.
  virtual void remove_media(std::int64_t id, Done done) = 0;

  virtual void volume(Reply<Volumes> done) = 0;
  virtual void set_volume(std::string channel, int value, Done done) = 0;

  /// An item per song, then the end. Gives back a number for cancel_package(); `done` then gets `cancelled`.
  virtual std::uint64_t package(std::string name, std::string by, PackObserver observer,
                                Reply<Packed> done) = 0;
  virtual void cancel_package(std::uint64_t number) = 0;
};

}  // namespace longwave::player
