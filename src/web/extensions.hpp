// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace longwave::web {

class Headers;

/// One element of Sec-WebSocket-Extensions (RFC 6455 section 9.1).
struct Extension {
  struct Parameter {
    std::string name;
    std::optional<std::string> value;  ///< unquoted
  };
  std::string name;
  std::vector<Parameter> parameters;
};

/// All fields of that name as one list; nullopt if it breaks its grammar. Pure.
std::optional<std::vector<Extension>> parse_extensions(const Headers& headers);

}  // namespace longwave::web
