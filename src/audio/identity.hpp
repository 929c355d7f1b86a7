// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <filesystem>
#include <string>

namespace longwave::audio {

/// Recognises a file after a move or a new tag: hash (hex) over the first and last 64 KiB of its audio
/// payload and the payload's length. Tags are left out: ID3v1/v2, APE, FLAC metadata blocks, Ogg header
/// packets and page headers, MP4 boxes other than mdat, RIFF/AIFF chunks other than the sound. Reads at most
/// a few hundred KiB of a regular file; decodes nothing. Any thread. Errors: not_found, refused, unsupported
/// (not a regular file), broken (no payload).
Result<std::string> payload_identity(const std::filesystem::path& path);

}  // namespace longwave::audio
