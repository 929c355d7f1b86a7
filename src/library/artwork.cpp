// SPDX-License-Identifier: Apache-2.0
#include "library/artwork.hpp"

#include "base/text.hpp"
#include "library/file.hpp"
#include "library/known.hpp"
#include "library/layout.hpp"
#include "library/picture_hash.hpp"
#include "library/tags.hpp"
#include "store/session.hpp"

#include <openssl/evp.h>

namespace longwave::library {

std::string_view picture_type(std::string_view bytes) {
  if (bytes.starts_with("\xff\xd8\xff")) return "image/jpeg";
  if (bytes.starts_with("\x89PNG\r\n\x1a\n")) return "image/png";
  if (bytes.starts_with("GIF87a") || bytes.starts_with("GIF89a")) return "image/gif";
  if (bytes.size() > 12 && bytes.starts_with("RIFF") && bytes.substr(8, 4) == "WEBP") return "image/webp";
  if (bytes.size() > 26 && bytes.starts_with("BM")) return "image/bmp";
  return {};
}

std::string picture_hash(std::string_view bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest, &length, EVP_sha256(), nullptr);
  return text::hex({reinterpret_cast<const char*>(digest), length});
}

std::vector<ArtworkSource> artwork_sources(store::Session& session, std::string_view hash) {
  std::vector<ArtworkSource> sources;
  session.each<std::string, std::string>(
      "SELECT path, art_name FROM library_folder WHERE art = :hash AND art_name <> '' LIMIT 4",
      [&](const std::string& folder, const std::string& name) {
        sources.push_back({join(folder, name), false});
      },
      hash);
  session.each<std::string, std::string>(
      "SELECT f.path, t.name FROM library_track t JOIN library_folder f ON f.id = t.folder_id "
      "WHERE t.art = :hash AND t.art <> '' AND t.art_embedded = 1 ORDER BY t.state = 1 LIMIT 4",
      [&](const std::string& folder, const std::string& name) {
        sources.push_back({join(folder, name), true});
      },
      hash);
  return sources;
}

Result<Artwork> read_artwork(const std::vector<ArtworkSource>& sources, std::string_view hash) {
  for (const auto& source : sources) {
    auto file = MusicFile::open(source.file.string());
    if (!file) continue;
    std::string bytes;
    if (!source.embedded) {
      bytes = (*file)->read(0, max_picture_bytes);
    } else if (auto layout = find_layout(**file)) {
      (void)read_tags(**file, *layout, [&](std::string_view picture) { bytes = picture; });
    }
    // A file that changed since the scan must not put another picture under this name.
    if (bytes.size() > max_picture_bytes || picture_type(bytes).empty() || picture_hash(bytes) != hash)
      continue;
    std::string type(picture_type(bytes));
    return Artwork{std::move(bytes), std::move(type)};
  }
  return error(Errc::not_found, "no file has this picture any more");
}

}  // namespace longwave::library
