// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace longwave::app {

/// How this process was started, and how the next one is.
struct Invocation {
  std::string program;                 ///< the absolute path of the executable, read at start
  std::vector<std::string> arguments;  ///< without the program's name

  static Invocation of(int argc, const char* const* argv);
};

/// Starts the executable that is there now, to see whether it runs and takes our configuration: `PROGRAM
/// version`, and `PROGRAM config` with our arguments. Waits for it: not on a loop. `invalid` with what it
/// said.
Result<void> try_successor(const Invocation& invocation);

/// Replaces this process, keeping its id: the listening sockets become descriptors 3, 4 … and LISTEN_FDS
/// tells so. Only when everything else has ended. Returns when it fails.
Error become_successor(const Invocation& invocation, std::vector<int> sockets);

/// Tells the service manager (NOTIFY_SOCKET, sd_notify(3)): "READY=1", "STOPPING=1", "RELOADING=1" (with the
/// time that belongs to it). Without one, nothing.
void tell_supervisor(std::string_view state);

}  // namespace longwave::app
