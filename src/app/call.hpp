// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace longwave::app {

/// `longwave call METHOD [JSON]`: one JSON-RPC call to a running server over HTTP, every answer printed as a
/// line.
struct CallOptions {
  std::string address;  ///< HOST:PORT
  std::string key;      ///< bearer key, or empty
  std::string method;
  std::string params;  ///< JSON: an object, an array, or empty
};

/// Prints results to standard output and errors to standard error; returns the exit code (0, 1 if the call
/// failed, 2 if the server can't be reached).
int call(const CallOptions& options);

}  // namespace longwave::app
