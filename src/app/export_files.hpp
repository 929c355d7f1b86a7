// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace longwave::app {

struct Config;

struct ExportOptions {
  std::string folder;
  bool low_quality = false;  ///< with a twin of 128 kbit/s beside every song, "_lq" before the extension
};

/// Where a streamer looks for a file: "123456789.mp3" is at 123/456/789.mp3. `suffix`: what follows the nine
/// digits.
std::filesystem::path exported_path(std::string_view file_id, std::string_view suffix);

/// `longwave export-files`: every song of the library under its 9-character id, for streamers that read a
/// shared folder. A song that is no MP3 is there as it is, and encoded. What is there and not older than the
/// song is left alone; nothing is removed. Works beside a running server. Returns the exit code.
int export_files(const Config& config, const ExportOptions& options);

}  // namespace longwave::app
