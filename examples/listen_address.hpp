// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <iostream>
#include <string>

/// Where an example listens: `[HOST:PORT]` or `[--host HOST] [--port PORT]`; what isn't said is as `host` and
/// `port` say.
inline std::string listen_address(int count, char** words, std::string host, std::string port) {
  if (count == 2 && words[1][0] != '-') return words[1];
  for (int i = 1; i < count; i += 2) {
    const std::string option = words[i];
    if (i + 1 < count && option == "--host") {
      host = words[i + 1];
    } else if (i + 1 < count && option == "--port") {
      port = words[i + 1];
    } else {
      std::cerr << words[0] << " [HOST:PORT] | [--host HOST] [--port PORT]   (default: " << host << ':'
                << port << ")\n";
      std::exit(option == "--help" ? 0 : 2);
    }
  }
  if (host.find(':') != std::string::npos && host[0] != '[') host = '[' + host + ']';
  return host + ':' + port;
}
