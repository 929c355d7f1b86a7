// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hub/hub.hpp"

#include <map>
#include <string>

namespace longwave::hub {

/// Counts people by their keys; one person may have several connections.
class PresenceCount {
 public:
  void add(const Person& person);
  Presence result(std::size_t most_rows) const;

 private:
  std::map<std::string, PresenceRow> rows_;
};

/// `{"users":[{"user","name","connections"}],"total"}`; user is null without login
std::string to_json(const Presence& presence);

}  // namespace longwave::hub
