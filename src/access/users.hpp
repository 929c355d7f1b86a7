// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/password.hpp"
#include "access/throttle.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/role.hpp"
#include "base/task.hpp"
#include "store/migration.hpp"

#include <filesystem>
#include <functional>
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

store::RoomMigrations migrations();

/// Who a token belongs to.
struct Identity {
  std::string user;
  Role role = Role::anyone;
  std::string session;  ///< names the session, for logout; not the secret
};

/// What a login gives. The token is shown once and stored only as a digest.
struct Login {
  Identity identity;
  std::string token;  ///< for the cookie, or the bearer key
  Duration lifetime{};
};

enum class TokenKind { cookie, key };

struct UserRow {
  std::string name;
  Role role;
};

class StationRoles;

/// The people who may log in, and their sessions. Everything is in memory (an immutable book that is replaced
/// as a whole) and on disk; a change counts when it is on disk.
///
/// find() and list() may be called from any thread and touch no disk. Functions marked *blocks* hash a
/// password or wait for a commit: worker threads, start-up and the command line only. They throw
/// store::Failure when the database can't do it; nothing is changed then.
class Users {
 public:
  /// Reads the book. *Blocks.*
  Users(store::Store& store, const Clock& clock, PasswordCost cost = PasswordCost::interactive());
  ~Users();

  /// The session of a cookie's value or a bearer key, if it is one and hasn't ended.
  std::optional<Identity> find(std::string_view token) const;
  std::vector<UserRow> list() const;
  bool knows(const std::string& user) const;
  StationRoles& station_roles() { return *station_roles_; }

  /// *Blocks.* refused: wrong name or password (which of the two isn't told, nor by the time it takes); full:
  /// too many attempts from this address or for this user, the message says how long to wait.
  Result<Login> login(const std::string& user, std::string_view password, const std::string& address,
                      TokenKind kind);

  /// Ends a session; `done` runs on the writing thread of the store when it is on disk. Any thread.
  void logout(const std::string& session, UniqueFunction<void(Result<void>)> done);

  /// *Blocks.* invalid: a name that isn't 1–32 of a–z 0–9 . _ -, a password under 8 characters; conflict:
  /// exists.
  Result<void> add(const std::string& user, std::string_view password, Role role);
  /// *Blocks.* Ends the user's sessions too. not_found, invalid.
  Result<void> set_password(const std::string& user, std::string_view password);

  /// *Blocks.* With no user yet: makes `admin` with a password of its own, written to DATA/admin-password
  /// (mode 0600) before it counts, and returned for a terminal. nullopt: there are users already. Throws
  /// std::system_error.
  std::optional<std::string> ensure_first_admin(const std::filesystem::path& data);

  /// Ends the sessions whose time is over: call it now and then. Any thread; in memory only (they leave the
  /// disk with the next start).
  void end_expired();

  /// Inside a job of the writing thread: what stands there by now of these users and sessions (by the digests
  /// of their tokens), that other programs on the database may have changed; nullptr: of all. What it returns
  /// is called in the job's `done`.
  Task read_again(store::Session& session, const std::vector<std::string>* users,
                  const std::vector<std::string>* digests);

  /// Told the names of sessions that have ended (logout, new password, end_expired(), read_again()), on the
  /// thread on which that happened. Set before the first connection.
  void on_ended(std::function<void(const std::vector<std::string>& sessions)> hook) {
    on_ended_ = std::move(hook);
  }

 private:
  void load();
  struct Book;
  std::shared_ptr<const Book> book() const;
  template <class Change>
  void change_book(Change change);
  Result<Login> open_session(const std::string& user, const std::string& password_hash, TokenKind kind);
  std::optional<Duration> too_many(const std::string& user, const std::string& address);
  void welcome(const std::string& user, const std::string& address);

  store::Store& store_;
  const Clock& clock_;
  PasswordCost cost_;
  std::once_flag decoy_made_;
  std::string decoy_;         ///< a hash that is checked when the user doesn't exist
  mutable std::mutex mutex_;  ///< held for a pointer copy, or while a book is copied and replaced
  std::shared_ptr<const Book> book_;
  std::function<void(const std::vector<std::string>&)> on_ended_;
  std::unique_ptr<StationRoles> station_roles_;
  std::mutex throttle_mutex_;
  Throttle by_address_;
  Throttle by_user_;
};

/// `Set-Cookie` for a session, and for its end.
std::string session_cookie(std::string_view token, Duration lifetime, bool secure);
std::string ended_cookie(bool secure);
/// The token that a request brings: from `Authorization: Bearer …`, else from the `Cookie` field; empty:
/// none.
std::string_view token_of(std::string_view authorization, std::string_view cookie);

}  // namespace longwave::access
