// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "library/list_files.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace longwave::store {
class Store;
}
namespace longwave::library {
class Library;
}
namespace longwave::schedule {
class Keeper;
}

namespace longwave::api {

/// The named lists of a station, the same for the API and for every dialect: the list that is active on the
/// station is its queue, all other names live in the library. An empty name, and `_active`, mean the active
/// one. Belongs to the station loop: called there, and answers there (perhaps at once).
///
/// Who listens to the library's and the station's events is told everything that is done here; nothing here
/// tells anybody by itself. Every error is one of Errc with a sentence for the person who asked: not_found
/// (no such list, station or track), conflict (the name is taken, the list is smart, the list is active),
/// invalid (a name, a position), full, unavailable (the store).
///
/// Loading another list first puts the queue away under its name, on disk, and only then makes the queue the
/// other list: a crash in between loses nothing.
class Lists {
 public:
  struct Ports {
    store::Store& store;
    library::Library& library;
    schedule::Keeper& keeper;
    Post post;                                  ///< the station loop
    std::function<void(Duration, Task)> later;  ///< runs the task there after a while
    const Clock& clock;
  };
  /// Smart lists are kept up to date from then on.
  explicit Lists(Ports ports);
  ~Lists();  ///< answers that are still out are dropped
  Lists(const Lists&) = delete;
  Lists& operator=(const Lists&) = delete;

  template <class T>
  using Reply = std::function<void(Result<T>)>;

  struct Info {
    std::string name;
    bool active = false;
    bool stored = true;  ///< false: the active list was never put away
    std::string query;   ///< of a smart list
    std::int64_t entries = 0;
    std::int64_t duration_ms = 0;
    std::int64_t changed_ms = 0;  ///< 0: not known (active and never stored)
    int position = -1;
  };
  struct Entries {
    std::string name;
    bool active = false;
    int position = -1;
    std::vector<TrackId> tracks;
    std::vector<std::int64_t> ids;  ///< of the entries: of the queue, when the list is active
  };
  struct Changed {
    std::string name;  ///< as it is kept
    bool active = false;
    std::int64_t entries = 0;  ///< how many it has now
    bool same = false;         ///< load: it was the active one; nothing was done
  };
  struct Erased {  ///< enough to make it again
    std::string name;
    std::string query;
    std::vector<TrackId> tracks;
  };
  struct Imported {
    Changed list;
    std::int64_t found = 0;
    std::vector<std::string> missing;  ///< what isn't in the library, as the file names it
  };
  struct Exported {
    std::string name;
    std::string bytes;
    library::ListFormat format{};
  };

  /// Canonical name of the active list; not_found: no such station. At once.
  Result<std::string> active(StationId station) const;
  /// By name; the active one is always among them.
  void names(StationId station, Reply<std::vector<Info>> reply);
  void entries(StationId station, std::string name, Reply<Entries> reply);

  /// A new list in the library; `query` makes it smart (then `tracks` is ignored).
  struct New {
    std::string name;
    std::vector<TrackId> tracks;
    std::string query;
  };
  void create(StationId station, New list, Reply<Changed> reply);
  /// Makes it the active one. Loading the active one does nothing.
  void load(StationId station, std::string name, std::string by, Reply<Changed> reply);
  /// Puts what the station plays under a name; the station stays with its list.
  enum class Save { create, append, replace };
  void save(StationId station, std::string name, Save how, Reply<Changed> reply);

  /// Behind the last without `at`.
  void add(StationId station, std::string name, std::vector<TrackId> tracks, std::optional<std::size_t> at,
           std::string by, Reply<Changed> reply);
  void remove(StationId station, std::string name, std::size_t position, std::size_t count, std::string by,
              Reply<Changed> reply);
  void move(StationId station, std::string name, std::size_t from, std::size_t to, std::string by,
            Reply<Changed> reply);
  void clear(StationId station, std::string name, std::string by, Reply<Changed> reply);
  /// conflict: it is active on a station, or the new name is taken.
  void rename(StationId station, std::string name, std::string to, Reply<Changed> reply);
  /// conflict: it is active on a station.
  void erase(StationId station, std::string name, Reply<Erased> reply);

  /// Tracks are found by path, else by artist, title and length. `replace`: an existing list gets the
  /// contents of the file; otherwise its name is a conflict. `format` unset: by the first bytes.
  void import_list(StationId station, std::string name, std::string bytes,
                   std::optional<library::ListFormat> format, bool replace, Reply<Imported> reply);
  /// Paths are relative to the music folder they are in.
  void export_list(StationId station, std::string name, library::ListFormat format, Reply<Exported> reply);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace longwave::api
