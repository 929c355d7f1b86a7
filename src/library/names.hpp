// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

/// Names as people write them: what counts as the same, and in which order they stand. Pure functions on
/// UTF-8.
namespace longwave::library {

/// One line without control characters, trimmed, at most `max_bytes` (cut between characters). Always valid
/// UTF-8.
std::string clean(std::string_view s, std::size_t max_bytes = 512);

/// Equal for names that differ only in case (Latin, Greek, Cyrillic) and spaces.
std::string fold(std::string_view name);

/// Folded, and Latin letters without accents.
std::string plain_letters(std::string_view name);

/// For ordering: folded, Latin letters without accents, no leading article ("The Beatles" stands under b).
std::string sort_key(std::string_view name);

struct NameParts {
  std::string artist;  ///< empty if the name doesn't look like "Artist - Title"
  std::string title;
  int track = 0;
};
/// What the name of an untagged file says: "03 - Kraftwerk - Autobahn.mp3".
NameParts from_file_name(std::string_view file_name);

/// "CD 1", "Disc02", "disk 3": a folder that is a part of an album.
bool is_disc_folder(std::string_view folder_name);

}  // namespace longwave::library
