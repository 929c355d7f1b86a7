// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.hpp"
#include "fleet/ports.hpp"
#include "fleet/scheduler.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace longwave::simulate {

/// What the web application has been told of listening, kept as a book: every session that begins ends once,
/// by itself or with its radio, and its seconds are those between.
class Ledger {
 public:
  /// Who still listens to a radio, as far as the scheduler knows.
  using Listening = std::function<std::set<std::int64_t>(const std::string& radio)>;

  /// Something that doesn't add up.
  std::optional<std::string> enter(const fleet::Report& report, WallTime now, const Listening& listening);
  /// The scheduler was replaced: what it hadn't stored is forgotten, and what it hadn't stored as over goes
  /// on.
  void restart(const fleet::SavedFleet& stored);

  std::uint64_t sessions() const { return sessions_; }
  std::uint64_t seconds() const { return seconds_; }
  std::size_t open() const { return open_.size(); }

 private:
  struct Session {
    std::string radio;
    WallTime since{};
  };
  std::optional<std::string> stopped(const fleet::Stopped& report, WallTime now, const Listening& listening);

  std::map<std::int64_t, Session> open_;  ///< by user; each session of the model is another user
  std::uint64_t sessions_ = 0;
  std::uint64_t seconds_ = 0;
};

}  // namespace longwave::simulate
