// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace longwave::musicdb {

/// The API key: the first line of `file`. When the file isn't there it is made (mode 0600): 32 random bytes
/// in base64. Blocking; throws std::system_error. Never logged.
std::string load_key(const std::filesystem::path& file);

}  // namespace longwave::musicdb
