// SPDX-License-Identifier: Apache-2.0
#include "access/users.hpp"

#include "access/password_file.hpp"
#include "access/station_roles.hpp"
#include "base/log.hpp"
#include "store/store.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <map>
#include <unordered_map>

namespace longwave::access {
namespace {

constexpr std::size_t sessions_per_user = 50;
constexpr Duration cookie_lifetime = std::chrono::hours{24 * 30};
constexpr Duration key_lifetime = std::chrono::hours{24 * 365};
constexpr ThrottleRules user_rules{.attempts = 20, .longest_wait = std::chrono::minutes{1}};

Result<void> usable_name(const std::string& user) {
  const bool plain = std::all_of(user.begin(), user.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  });
  if (user.empty() || user.size() > 32 || !plain)
    return error(Errc::invalid, "a user's name is 1 to 32 of a-z, 0-9, dot, underscore and hyphen");
  return {};
}

Result<void> usable_password(std::string_view password) {
  if (password.size() < 8) return error(Errc::invalid, "a password has at least 8 characters");
  if (password.size() > 1024) return error(Errc::invalid, "a password has at most 1024 bytes");
  return {};
}

/// Somebody with an IPv6 network has 2^64 addresses: the network counts.
std::string throttle_key(const std::string& address) {
  in6_addr v6{};
  if (inet_pton(AF_INET6, address.c_str(), &v6) != 1) return address;
  return fmt::format("{:02x}", fmt::join(v6.s6_addr, v6.s6_addr + 8, ""));
}

}  // namespace

struct Users::Book {
  struct User {
    std::string password_hash;
    Role role = Role::anyone;
  };
  struct Session {
    std::string id;
    std::string user;
    std::int64_t created_ms = 0;
    std::int64_t expires_ms = 0;
  };
  std::map<std::string, User> users;
  std::unordered_map<std::string, Session> sessions;  ///< by the digest of the token

  /// Adds what stands in the tables under these keys; nullptr: under all.
  void read(store::Session& session, const std::vector<std::string>* names,
            const std::vector<std::string>* digests);
};

store::RoomMigrations migrations() {
  return {"access",
          {{1, R"(
CREATE TABLE access_user(
  name TEXT PRIMARY KEY,
  password TEXT NOT NULL,
  role TEXT NOT NULL,
  created_ms BIGINT NOT NULL
);
CREATE TABLE access_session(
  digest TEXT PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  user_name TEXT NOT NULL,
  created_ms BIGINT NOT NULL,
  expires_ms BIGINT NOT NULL
);
CREATE INDEX access_session_user ON access_session(user_name);
)"},
           station_role_table()}};
}

Users::Users(store::Store& store, const Clock& clock, PasswordCost cost)
    : store_(store), clock_(clock), cost_(cost), by_address_(clock), by_user_(clock, user_rules) {
  load();
  station_roles_ = std::make_unique<StationRoles>(store);
}

Users::~Users() = default;

void Users::Book::read(store::Session& session, const std::vector<std::string>* names,
                       const std::vector<std::string>* digests) {
  const auto user = [this](std::string name, std::string hash, const std::string& role) {
    users[std::move(name)] = {std::move(hash), parse_role(role).value_or(Role::anyone)};
  };
  const auto one = [this](std::string digest, std::string id, std::string name, std::int64_t created,
                          std::int64_t expires) {
    sessions[std::move(digest)] = {std::move(id), std::move(name), created, expires};
  };
  using Text = std::string;
  if (!names) {
    session.each<Text, Text, Text>("SELECT name, password, role FROM access_user", user);
  } else {
    for (const auto& name : *names)
      session.each<Text, Text, Text>("SELECT name, password, role FROM access_user WHERE name = :name", user,
                                     name);
  }
  if (!digests) {
    session.each<Text, Text, Text, std::int64_t, std::int64_t>(
        "SELECT digest, id, user_name, created_ms, expires_ms FROM access_session", one);
  } else {
    for (const auto& digest : *digests)
      session.each<Text, Text, Text, std::int64_t, std::int64_t>(
          "SELECT digest, id, user_name, created_ms, expires_ms FROM access_session WHERE digest = :digest",
          one, digest);
  }
}

void Users::load() {
  auto book = std::make_shared<Book>();
  const std::int64_t now = unix_ms(clock_.wall());
  // Through the writer, so that no change that is under way is missed.
  store_.write_now([&](store::Session& session) {
    session.run("DELETE FROM access_session WHERE expires_ms <= :now", now);
    book->read(session, nullptr, nullptr);
  });
  const std::lock_guard lock(mutex_);
  book_ = std::move(book);
}

Task Users::read_again(store::Session& session, const std::vector<std::string>* names,
                       const std::vector<std::string>* digests) {
  auto read = std::make_shared<Book>();
  read->read(session, names, digests);
  const auto copy = [](const std::vector<std::string>* keys) {
    return keys ? std::optional(*keys) : std::nullopt;
  };
  return [this, read, of_users = copy(names), of_sessions = copy(digests)] {
    std::vector<std::string> ended;
    const auto before = book();
    change_book([&](Book& next) {
      if (!of_users) next.users.clear();
      for (const auto& name : of_users.value_or(std::vector<std::string>{})) next.users.erase(name);
      next.users.merge(read->users);
      if (!of_sessions) next.sessions.clear();
      for (const auto& digest : of_sessions.value_or(std::vector<std::string>{})) next.sessions.erase(digest);
      next.sessions.merge(read->sessions);
      for (const auto& [digest, session] : before->sessions)
        if (!next.sessions.contains(digest)) ended.push_back(session.id);
    });
    if (on_ended_ && !ended.empty()) on_ended_(ended);
  };
}

std::shared_ptr<const Users::Book> Users::book() const {
  const std::lock_guard lock(mutex_);
  return book_;
}

template <class Change>
void Users::change_book(Change change) {
  const std::lock_guard lock(mutex_);
  auto next = std::make_shared<Book>(*book_);
  change(*next);
  book_ = std::move(next);
}

std::optional<Identity> Users::find(std::string_view token) const {
  if (token.empty() || token.size() > 256) return std::nullopt;
  const auto now = book();
  const auto session = now->sessions.find(token_digest(token));
  if (session == now->sessions.end() || session->second.expires_ms <= unix_ms(clock_.wall()))
    return std::nullopt;
  const auto user = now->users.find(session->second.user);
  if (user == now->users.end()) return std::nullopt;
  return Identity{user->first, user->second.role, session->second.id};
}

std::vector<UserRow> Users::list() const {
  std::vector<UserRow> rows;
  for (const auto& [name, user] : book()->users) rows.push_back({name, user.role});
  return rows;
}

bool Users::knows(const std::string& user) const {
  return book()->users.contains(user);
}

std::optional<Duration> Users::too_many(const std::string& user, const std::string& address) {
  const std::lock_guard lock(throttle_mutex_);
  if (auto wait = by_address_.begin(throttle_key(address))) return wait;
  return by_user_.begin(user);
}

void Users::welcome(const std::string& user, const std::string& address) {
  const std::lock_guard lock(throttle_mutex_);
  by_address_.success(throttle_key(address));
  by_user_.success(user);
}

Result<Login> Users::login(const std::string& user, std::string_view password, const std::string& address,
                           TokenKind kind) {
  if (const auto wait = too_many(user, address)) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(*wait).count();
    return error(Errc::full, fmt::format("too many attempts; try again in {} s", seconds));
  }
  std::call_once(decoy_made_, [this] { decoy_ = hash_password(random_token(), cost_); });
  const auto now = book();
  const auto found = now->users.find(user);
  const bool known = found != now->users.end();
  const bool right = verify_password(known ? found->second.password_hash : decoy_, password);
  if (!known || !right) {
    log::info("login refused from {}", address);
    return error(Errc::refused, "wrong name or password");
  }
  welcome(user, address);
  return open_session(user, found->second.password_hash, kind);
}

Result<Login> Users::open_session(const std::string& user, const std::string& password_hash, TokenKind kind) {
  const std::int64_t now = unix_ms(clock_.wall());
  Login login;
  login.lifetime = kind == TokenKind::key ? key_lifetime : cookie_lifetime;
  login.token = random_token();
  const std::string digest = token_digest(login.token);
  const Book::Session fresh{random_token(9), user, now, now + to_ms(login.lifetime)};

  std::vector<std::pair<std::int64_t, std::string>> old;
  for (const auto& [key, session] : book()->sessions)
    if (session.user == user) old.emplace_back(session.created_ms, key);
  std::sort(old.begin(), old.end());
  old.resize(old.size() >= sessions_per_user ? old.size() - sessions_per_user + 1 : 0);

  const bool kept = store_.write_now([&](store::Session& session) {
    for (const auto& [created, key] : old)
      session.run("DELETE FROM access_session WHERE digest = :digest", key);
    // Only while the password that was shown is still the password.
    return session.run(
               "INSERT INTO access_session(digest, id, user_name, created_ms, expires_ms) "
               "SELECT :digest, :id, name, :created, :expires FROM access_user "
               "WHERE name = :name AND password = :password",
               digest, fresh.id, fresh.created_ms, fresh.expires_ms, user, password_hash) == 1;
  });
  if (!kept) return error(Errc::refused, "wrong name or password");
  Role role = Role::anyone;
  change_book([&](Book& next) {
    for (const auto& [created, key] : old) next.sessions.erase(key);
    const auto still = next.users.find(user);
    if (still == next.users.end() || still->second.password_hash != password_hash) return;
    role = still->second.role;
    next.sessions[digest] = fresh;
  });
  login.identity = {user, role, fresh.id};
  return login;
}

void Users::logout(const std::string& session, UniqueFunction<void(Result<void>)> done) {
  store_.write([session](store::Session& s) { s.run("DELETE FROM access_session WHERE id = :id", session); },
               [this, session, done = std::move(done)](std::exception_ptr failure) mutable {
                 if (failure)
                   return done(error(Errc::unavailable, "the session could not be ended; try again"));
                 change_book([&](Book& next) {
                   std::erase_if(next.sessions,
                                 [&](const auto& entry) { return entry.second.id == session; });
                 });
                 done({});
                 if (on_ended_)
                   on_ended_({session});  // after `done`: who asked for it may have become a stranger
               });
}

void Users::end_expired() {
  const std::int64_t now = unix_ms(clock_.wall());
  std::vector<std::string> ended;
  for (const auto& [digest, session] : book()->sessions)
    if (session.expires_ms <= now) ended.push_back(session.id);
  if (ended.empty()) return;
  change_book([&](Book& next) {
    std::erase_if(next.sessions, [&](const auto& entry) { return entry.second.expires_ms <= now; });
  });
  if (on_ended_) on_ended_(ended);
}

Result<void> Users::add(const std::string& user, std::string_view password, Role role) {
  if (auto usable = usable_name(user); !usable) return usable;
  if (auto usable = usable_password(password); !usable) return usable;
  const std::string hash = hash_password(password, cost_);
  const bool added = store_.write_now([&](store::Session& session) {
    return session.run(
               "INSERT INTO access_user(name, password, role, created_ms) "
               "VALUES (:name, :password, :role, :created) ON CONFLICT DO NOTHING",
               user, hash, to_string(role), unix_ms(clock_.wall())) == 1;
  });
  if (!added) return error(Errc::conflict, "there is a user of that name");
  change_book([&](Book& next) { next.users[user] = {hash, role}; });
  return {};
}

Result<void> Users::set_password(const std::string& user, std::string_view password) {
  if (auto usable = usable_password(password); !usable) return usable;
  const std::string hash = hash_password(password, cost_);
  const bool changed = store_.write_now([&](store::Session& session) {
    session.run("DELETE FROM access_session WHERE user_name = :name", user);
    return session.run("UPDATE access_user SET password = :password WHERE name = :name", hash, user) == 1;
  });
  if (!changed) return error(Errc::not_found, "there is no user of that name");
  std::vector<std::string> ended;
  change_book([&](Book& next) {
    next.users[user].password_hash = hash;
    std::erase_if(next.sessions, [&](const auto& entry) {
      if (entry.second.user != user) return false;
      ended.push_back(entry.second.id);
      return true;
    });
  });
  if (on_ended_ && !ended.empty()) on_ended_(ended);
  return {};
}

std::optional<std::string> Users::ensure_first_admin(const std::filesystem::path& data) {
  if (!book()->users.empty()) return std::nullopt;
  std::string password = readable_password();
  write_secret(data / "admin-password", password + "\n");  // first: a user without a known password locks out
  const auto added = add("admin", password, Role::admin);
  if (!added) return std::nullopt;  // another process was quicker
  return password;
}

}  // namespace longwave::access
