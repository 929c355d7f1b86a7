// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hub/publication.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace longwave::hub {

/// Who is behind a connection. Connections with the same key are one person; without a key each is somebody
/// of its own.
struct Person {
  std::string key = {};
  std::string user = {};  ///< login name; empty without login
  std::string name = {};  ///< shown; empty if never told
};

struct PresenceRow {
  std::string key = {};
  std::string user = {};
  std::string name = {};
  std::size_t connections = 0;
  friend bool operator==(const PresenceRow&, const PresenceRow&) = default;
};

struct Presence {
  /// In the order of their names; at most so many as were asked for. Strangers (no login, no name) have no
  /// row: thousands of them may come back in one moment, and there is nothing to tell of one.
  std::vector<PresenceRow> users = {};
  std::size_t total = 0;        ///< people, strangers included
  std::size_t named = 0;        ///< of them with a row
  std::size_t connections = 0;  ///< of all of them
};

/// People whose first row came, or whose last row went (their `connections` say nothing).
struct PresenceMoves {
  std::vector<PresenceRow> came = {}, gone = {};
};

/// Those with a name first, in its order.
void sort_by_name(std::vector<PresenceRow>& rows);

/// The people of one channel: counted as they come and go, so that telling who is there doesn't cost a walk
/// over all connections. A person may have several connections; strangers (a null person) are only counted.
class PresenceCount {
 public:
  void add(const Person* person);
  /// One that was added.
  void remove(const Person* person);

  Presence result(std::size_t most_rows) const;
  /// result() as `presence.changed` tells it; made anew only after a change.
  const Payload& text(std::size_t most_rows) const;
  std::size_t strangers() const { return strangers_; }
  std::size_t total() const { return rows_.size() + strangers_; }
  /// Every row, and one row: connections 0 if there is none.
  std::vector<PresenceRow> rows() const;
  PresenceRow row(const std::string& key) const;

 private:
  struct Row {
    std::string user;
    /// The names its connections go by, in the order in which they came: the first that isn't empty is shown.
    std::vector<std::pair<std::string, std::size_t>> names;
    std::size_t connections = 0;
  };
  static PresenceRow shown(const std::string& key, const Row& row);

  std::map<std::string, Row> rows_;
  std::size_t strangers_ = 0;
  std::size_t connections_ = 0;
  mutable Payload text_;
};

/// `{"users":[{"user","name","connections"}],"total","connections"}`; user is null without login
std::string to_json(const Presence& presence);

}  // namespace longwave::hub
