// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>

namespace longwave::access {

/// Writes a file that only its owner can read (mode 0600 from its first moment), on disk when this returns. A
/// file that was there is replaced; a symbolic link is not followed. Throws std::system_error.
void write_secret(const std::filesystem::path& file, std::string_view content);

}  // namespace longwave::access
