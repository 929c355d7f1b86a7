// SPDX-License-Identifier: Apache-2.0
#include "dialects/musicdb/disk.hpp"

#include "base/text.hpp"
#include "library/upload_name.hpp"
#include "library/walk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace longwave::musicdb {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t looked_at = 20;  // files of an album, to find one that is known

bool below(const fs::path& path, const std::string& folder) {
  const auto text = path.native();
  return text.size() > folder.size() && text.starts_with(folder) && text[folder.size()] == '/';
}

Result<void> rename_exclusively(const fs::path& from, const fs::path& to) {
  // Never over something that is there.
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return {};
  if (errno == EEXIST || errno == ENOTEMPTY) return error(Errc::conflict, "there is something of that name");
  return error(Errc::unavailable, std::error_code(errno, std::generic_category()).message());
}

bool video_name(std::string_view name) {
  constexpr std::array<std::string_view, 5> endings = {".m4v", ".mp4", ".webm", ".mkv", ".mov"};
  const auto lower = text::ascii_lower(name);
  return std::any_of(endings.begin(), endings.end(), [&](auto ending) { return lower.ends_with(ending); });
}

/// Visible entries, by name; symbolic links aren't followed.
std::vector<fs::directory_entry> entries(const fs::path& folder) {
  std::vector<fs::directory_entry> out;
  std::error_code problem;
  for (fs::directory_iterator at(folder, problem), end; !problem && at != end; at.increment(problem)) {
    std::error_code ignored;
    if (!at->path().filename().native().starts_with('.') && !at->is_symlink(ignored)) out.push_back(*at);
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.path() < b.path(); });
  return out;
}

bool is_folder(const fs::directory_entry& entry) {
  std::error_code problem;
  return entry.is_directory(problem);
}

int digits(std::string_view text, std::size_t most, std::size_t& used) {
  int number = 0;
  for (used = 0; used < text.size() && used < most && std::isdigit(static_cast<unsigned char>(text[used]));
       ++used)
    number = number * 10 + (text[used] - '0');
  return number;
}

std::vector<std::string> some_music(const library::Roots& roots, const fs::path& folder) {
  std::vector<std::string> out;
  for (const auto& file : entries(folder)) {
    if (out.size() < looked_at && library::is_music_name(file.path().filename().native()) && !is_folder(file))
      out.push_back(roots.relative(file.path().native()));
  }
  return out;
}

}  // namespace

Result<fs::path> existing(const library::Roots& roots, std::string_view relative) {
  const auto absolute = roots.absolute(relative);
  if (!absolute) return error(Errc::invalid, "the path isn't below the music folder");
  std::error_code problem;
  const auto real = fs::canonical(*absolute, problem);
  if (problem) return error(Errc::not_found, "there is nothing of that name");
  const bool inside = std::any_of(roots.folders().begin(), roots.folders().end(), [&](const auto& folder) {
    std::error_code ignored;
    return below(real, fs::canonical(folder, ignored).native());
  });
  if (!inside) return error(Errc::invalid, "the path leaves the music folder");
  return real;
}

Result<void> rename_within(const library::Roots& roots, std::string_view from, std::string_view to,
                           bool folder) {
  const auto source = existing(roots, from);
  if (!source) return source.error();
  std::error_code problem;
  if (folder ? !fs::is_directory(*source, problem) : !fs::is_regular_file(*source, problem))
    return error(Errc::invalid, folder ? "it is no folder" : "it is no file");
  const fs::path target{std::string(to)};
  if (target.parent_path() != fs::path{std::string(from)}.parent_path())
    return error(Errc::invalid, "the folder around it must stay the same");
  const auto name = library::safe_name(target.filename().native());
  if (!name) return name.error();
  return rename_exclusively(*source, source->parent_path() / *name);
}

Result<void> move_album(const library::Roots& roots, std::string_view album, std::string_view artist) {
  const auto source = existing(roots, album);
  if (!source) return source.error();
  std::error_code problem;
  if (!fs::is_directory(*source, problem)) return error(Errc::invalid, "it is no folder");
  const auto name = library::safe_name(artist);
  if (!name) return name.error();
  const auto absolute = roots.absolute(*name);
  if (!absolute) return error(Errc::invalid, "the path isn't below the music folder");
  fs::create_directory(*absolute, problem);
  const auto target = existing(roots, *name);
  if (!target) return target.error();
  return rename_exclusively(*source, *target / source->filename());
}

std::vector<std::string> music_in(const library::Roots& roots, std::string_view folder) {
  std::vector<std::string> out;
  const auto path = existing(roots, folder);
  if (!path) return out;
  for (const auto& file : entries(*path)) {
    if (library::is_music_name(file.path().filename().native()) && !is_folder(file))
      out.push_back(roots.relative(file.path().native()));
  }
  return out;
}

Content look_for_content(const library::Roots& roots, std::size_t most) {
  Content out;
  for (const auto& root : roots.folders()) {
    for (const auto& artist : entries(root)) {
      if (!is_folder(artist)) continue;
      for (const auto& entry : entries(artist.path())) {
        if (!is_folder(entry)) {
          if (video_name(entry.path().native()) && out.videos.size() < most)
            out.videos.push_back(roots.relative(entry.path().native()));
          continue;
        }
        auto songs = some_music(roots, entry.path());
        if (!songs.empty() && out.albums.size() < most)
          out.albums.push_back({roots.relative(entry.path().native()), std::move(songs)});
      }
    }
  }
  return out;
}

ReleaseName release_name(std::string_view folder) {
  std::size_t used = 0;
  const int year = digits(folder, 4, used);
  const auto rest = folder.substr(used);
  if (used == 4 && rest.starts_with(" - ") && rest.size() > 3) return {year, std::string(rest.substr(3))};
  return {0, std::string(folder)};
}

std::optional<SongName> song_name(std::string_view file) {
  const auto dot = file.rfind('.');
  auto name = file.substr(0, dot == std::string_view::npos ? file.size() : dot);
  std::size_t used = 0;
  SongName out;
  out.number = digits(name, 3, used);
  if (used == 0) return std::nullopt;
  name.remove_prefix(used);
  if (name.starts_with('-')) {
    name.remove_prefix(1);
    out.cd = out.number;
    out.number = digits(name, 3, used);
    if (used == 0) return std::nullopt;
    name.remove_prefix(used);
  }
  if (!name.starts_with(' ')) return std::nullopt;
  out.name = std::string(text::trim(name));
  if (out.name.empty()) return std::nullopt;
  return out;
}

}  // namespace longwave::musicdb
