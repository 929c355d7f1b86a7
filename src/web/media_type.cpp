// SPDX-License-Identifier: Apache-2.0
#include "web/media_type.hpp"

#include "base/text.hpp"

#include <utility>

namespace longwave::web {

std::string_view media_type(std::string_view path) {
  constexpr std::pair<std::string_view, std::string_view> types[] = {
      {"html", "text/html; charset=utf-8"},
      {"js", "text/javascript; charset=utf-8"},
      {"css", "text/css; charset=utf-8"},
      {"json", "application/json"},
      {"webmanifest", "application/manifest+json"},
      {"svg", "image/svg+xml"},
      {"png", "image/png"},
      {"jpg", "image/jpeg"},
      {"jpeg", "image/jpeg"},
      {"gif", "image/gif"},
      {"webp", "image/webp"},
      {"ico", "image/x-icon"},
      {"woff", "font/woff"},
      {"woff2", "font/woff2"},
      {"ttf", "font/ttf"},
      {"mp3", "audio/mpeg"},
      {"flac", "audio/flac"},
      {"ogg", "audio/ogg"},
      {"oga", "audio/ogg"},
      {"opus", "audio/ogg"},
      {"m4a", "audio/mp4"},
      {"aac", "audio/aac"},
      {"wav", "audio/wav"},
      {"m4v", "video/mp4"},
      {"mp4", "video/mp4"},
      {"webm", "video/webm"},
  };
  const auto name = path.substr(path.find_last_of('/') + 1);
  const auto dot = name.find_last_of('.');
  if (dot != std::string_view::npos) {
    const auto ending = text::ascii_lower(name.substr(dot + 1));
    for (const auto& [each, type] : types)
      if (each == ending) return type;
  }
  return "application/octet-stream";
}

}  // namespace longwave::web
