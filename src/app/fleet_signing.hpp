// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.hpp"
#include "fleet/ports.hpp"

#include <optional>
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

/// Who listens, for the streamer that a request is sent on to: it doesn't ask again (a token is good for one
/// time). Empty without a secret.
std::string passport(std::string_view secret, const std::string& radio, const fleet::User& user,
                     WallTime now);
std::optional<fleet::User> read_passport(std::string_view secret, const std::string& radio,
                                         const web::Request& request, WallTime now);

}  // namespace longwave::app
