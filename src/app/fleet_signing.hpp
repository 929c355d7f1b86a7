// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.hpp"

#include <string>
#include <string_view>

namespace longwave::web {
struct Request;
}

namespace longwave::app {

/// How nodes of a fleet prove to each other that they belong to it: `?until=…&sig=…`, the HMAC (SHA-256) of
/// what is asked for, valid for 60 s, with the secret that all of them have. Empty without a secret.
std::string signed_query(std::string_view secret, std::string_view what, std::string_view name, WallTime now);
/// False without a secret.
bool is_signed(std::string_view secret, std::string_view what, std::string_view name,
               const web::Request& request, WallTime now);

}  // namespace longwave::app
