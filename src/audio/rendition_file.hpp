// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "audio/memory_rendition.hpp"
#include "base/result.hpp"

#include <filesystem>
#include <string>

namespace longwave::audio {

/// Writes a complete rendition under a temporary name beside `file`, then renames it. On failure (disk full,
/// folder gone) nothing is left behind: unavailable. Gives the size of the file.
Result<std::uint64_t> write_rendition_file(const MemoryRendition& rendition,
                                           const std::filesystem::path& file, const std::string& key);

}  // namespace longwave::audio
