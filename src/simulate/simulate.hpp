// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// The whole platform in virtual time: the programmer of radios (schedule/radios), the fleet's scheduler
/// (fleet), and around them a model of everything else: streamers, listeners, a web application that edits
/// programmes, a Redis and a database that fail. The same seed gives the same days.
namespace longwave::simulate {

struct Options {
  std::size_t radios = 1000;
  int days = 7;
  std::uint64_t seed = 1;
  std::size_t streamers = 5;
  std::size_t listeners = 100;  ///< at the same time, about
  bool faults = true;
  /// When it begins. nullopt: by the seed, three days before Europe's clocks change, to or from summer time.
  std::optional<WallTime> from;
  std::string trace;  ///< of this radio, `say` gets every message and fault
  /// Called once per simulated hour with a line of progress.
  std::function<void(const std::string&)> say;
};

struct Report {
  WallTime from{}, to{};
  std::map<std::string, std::uint64_t> counts;  ///< what happened, for people
  std::uint64_t violations = 0;
  std::vector<std::string> examples;  ///< the first violations

  std::string text() const;
};

/// Blocks; a week of 1,000 radios takes some seconds.
Report run(const Options& options);

}  // namespace longwave::simulate
