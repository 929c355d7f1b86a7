// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hub/hub.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace longwave::hub {

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

 private:
  struct Row {
    std::string user;
    /// The names its connections go by, in the order in which they came: the first that isn't empty is shown.
    std::vector<std::pair<std::string, std::size_t>> names;
    std::size_t connections = 0;
  };
  std::map<std::string, Row> rows_;
  std::size_t strangers_ = 0;
  mutable Payload text_;
};

/// `{"users":[{"user","name","connections"}],"total"}`; user is null without login
std::string to_json(const Presence& presence);

}  // namespace longwave::hub
