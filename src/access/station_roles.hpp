// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "base/task.hpp"
#include "store/migration.hpp"

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::store {
class Session;
class Store;
}  // namespace longwave::store

namespace longwave::access {

/// What somebody may do on one station. Each may do everything that the one before it may.
enum class StationRole {
  none,
  viewer,      ///< sees its programme, its preview and who has a role
  dj,          ///< steers its queue and its playback
  programmer,  ///< changes its programme
  owner,       ///< gives roles, renames and removes it
};

std::string_view to_string(StationRole role);
std::optional<StationRole> parse_station_role(std::string_view name);

store::Migration station_role_table();

/// Who may do what on which station, by the names of users and the stations' slugs. In memory (an immutable
/// book that is replaced as a whole) and on disk; a change counts when it is on disk. What the role of a user
/// for the whole server adds to it is the api's to say.
///
/// role(), people() may be called from any thread and touch no disk. Functions marked *blocks* wait for a
/// commit: worker threads only; they throw store::Failure when the database can't do it.
class StationRoles {
 public:
  struct Person {
    std::string user;
    StationRole role;
  };

  /// Reads the book. *Blocks.*
  explicit StationRoles(store::Store& store);
  ~StationRoles();

  StationRole role(const std::string& user, std::string_view station) const;
  /// By name.
  std::vector<Person> people(std::string_view station) const;

  /// *Blocks.* `none` takes the role away. `by`: an owner, who must still be one when it is written; empty:
  /// an administrator, who alone may leave a station without an owner. Errors: full (`most_people`), conflict
  /// (it would be left without an owner), refused.
  Result<void> grant(const std::string& station, const std::string& by, const std::string& user,
                     StationRole role);

  /// For the job of the store that makes a station: nobody has a role there but its owner (may be empty).
  /// full: the owner has `most` stations already. made() follows when it is on disk.
  static Result<void> make(store::Session& session, const std::string& station, const std::string& owner,
                           std::size_t most);
  void made(const std::string& station, const std::string& owner);
  /// For the job that removes one; removed() follows.
  static void remove(store::Session& session, const std::string& station);
  void removed(const std::string& station);

  /// Inside a job of the writing thread: what stands there of these stations by now, that other programs on
  /// the database may have changed; nullptr: of all. What it returns is called in the job's `done`.
  Task read_again(store::Session& session, const std::vector<std::string>* stations);

  static constexpr std::size_t most_people = 200;
  /// How many stations somebody who is no administrator may make; before the first connection.
  void set_most_owned(std::size_t most) { most_owned_ = most; }
  std::size_t most_owned() const { return most_owned_; }

 private:
  struct Book;
  std::shared_ptr<const Book> book() const;
  template <class Change>
  void change_book(Change change);

  store::Store& store_;
  std::size_t most_owned_ = 0;
  mutable std::mutex mutex_;  ///< held for a pointer copy, or while a book is copied and replaced
  std::shared_ptr<const Book> book_;
};

}  // namespace longwave::access
