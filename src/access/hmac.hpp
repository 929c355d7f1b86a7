// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace longwave::access {

/// HMAC with SHA-256 (RFC 2104): 32 bytes. Any thread.
std::string hmac_sha256(std::string_view key, std::string_view text);

}  // namespace longwave::access
