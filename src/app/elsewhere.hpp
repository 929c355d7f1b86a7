// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/signal.hpp"
#include "base/task.hpp"
#include "io/timer.hpp"

#include <cstdint>
#include <string>

namespace longwave::app {

class Ground;
class Stations;

/// Looks once a second what other programs on the same PostgreSQL have changed of stations, station roles,
/// users, logins and the library, and takes it in: the books of who may do what, what may be chosen, the
/// stations where none is played. So every node tells its people what happened at another one. On SQLite
/// there is no other program, and nothing is looked for.
///
/// Belongs to the station loop; outlives its run.
class Elsewhere {
 public:
  Elsewhere(Ground& ground, Stations& stations);

  /// Before the loops run, or on the loop.
  void start();

 private:
  void look();
  void take();
  void note_library();

  Ground& ground_;
  Stations& stations_;
  Post post_;
  io::Timer timer_;
  std::int64_t last_;  ///< number of the newest change that was taken in
  bool looking_ = false;
  const std::string program_;
  bool changed_here_ = false;  ///< something of the library, since the last note
  Subscription on_happened_, on_catalogue_;
};

}  // namespace longwave::app
