// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "library/roots.hpp"

#include <boost/json/array.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What this dialect does with files of the music folders. Everything blocks: blocking pool. A path of a
/// client is relative to the music folder; it never leaves it, not by dots and not by symbolic links, and
/// every new name is one that library/upload_name.hpp takes.
namespace longwave::musicdb {

/// A file or folder that is there, below a music folder. Errors: invalid, not_found.
Result<std::filesystem::path> existing(const library::Roots& roots, std::string_view relative);

/// Renames within one folder. Errors: invalid (another folder, a bad name), not_found, conflict (there is
/// something of the new name), unavailable (the disk refuses).
Result<void> rename_within(const library::Roots& roots, std::string_view from, std::string_view to,
                           bool folder);

/// Moves an album's folder into another artist's folder, which is made if it isn't there.
Result<void> move_album(const library::Roots& roots, std::string_view album, std::string_view artist);

/// Music files of one folder, by name, relative.
std::vector<std::string> music_in(const library::Roots& roots, std::string_view folder);

/// What lies two folders deep and looks like an album, and what lies in an artist's folder and looks like a
/// video: relative paths, at most `most` of each.
struct Content {
  struct Album {
    std::string path;
    std::vector<std::string> songs;  ///< some of its files, relative
  };
  std::vector<Album> albums;
  std::vector<std::string> videos;
};
Content look_for_content(const library::Roots& roots, std::size_t most);

/// "2021 - Album" → {2021, "Album"}; without a year 0 and the whole name.
struct ReleaseName {
  int release = 0;
  std::string name;
};
ReleaseName release_name(std::string_view folder);

/// "2-01 Song.flac" → {2, 1, "Song"}; nothing when it isn't of that form.
struct SongName {
  int cd = 0;
  int number = 0;
  std::string name;
};
std::optional<SongName> song_name(std::string_view file);

}  // namespace longwave::musicdb
