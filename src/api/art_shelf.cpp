// SPDX-License-Identifier: Apache-2.0
#include "api/art_shelf.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <vector>

namespace longwave::api {
namespace {

constexpr std::size_t accent_bytes = 7;
constexpr std::string_view jpeg_begin = "\xff\xd8", jpeg_end = "\xff\xd9";

struct File {
  std::filesystem::path path;
  std::filesystem::file_time_type made;
  std::int64_t bytes;
};

std::vector<File> all_files(const std::filesystem::path& folder) {
  std::vector<File> files;
  std::error_code bad;
  for (std::filesystem::recursive_directory_iterator at(folder, bad), end; at != end && !bad;
       at.increment(bad)) {
    std::error_code gone;
    if (!at->is_regular_file(gone) || gone) continue;
    files.push_back({at->path(), at->last_write_time(gone), static_cast<std::int64_t>(at->file_size(gone))});
  }
  return files;
}

}  // namespace

std::filesystem::path ArtShelf::path_of(const std::string& hash, int size) const {
  return folder_ / hash.substr(0, 2) / fmt::format("{}-{}.jpg", hash, size);
}

std::optional<ArtShelf::Kept> ArtShelf::read(const std::string& hash, int size) const {
  if (folder_.empty()) return std::nullopt;
  std::ifstream file(path_of(hash, size), std::ios::binary);
  if (!file) return std::nullopt;
  std::string bytes{std::istreambuf_iterator<char>(file), {}};
  const auto jpeg = std::string_view(bytes).substr(std::min(accent_bytes, bytes.size()));
  if (!bytes.starts_with('#') || !jpeg.starts_with(jpeg_begin) || !jpeg.ends_with(jpeg_end))
    return std::nullopt;
  Kept kept{std::string(jpeg), bytes.substr(0, accent_bytes)};
  return kept;
}

void ArtShelf::write(const std::string& hash, int size, const Kept& picture) {
  if (folder_.empty() || picture.accent.size() != accent_bytes) return;
  const std::lock_guard lock(mutex_);
  const auto path = path_of(hash, size);
  const auto part = folder_ / fmt::format("part-{}", ++number_);
  std::error_code bad;
  std::filesystem::create_directories(path.parent_path(), bad);
  {
    std::ofstream file(part, std::ios::binary | std::ios::trunc);
    file << picture.accent << picture.jpeg;
    if (!file.flush()) {
      file.close();
      std::filesystem::remove(part, bad);
      return;
    }
  }
  std::filesystem::rename(part, path, bad);
  if (bytes_ >= 0) bytes_ += static_cast<std::int64_t>(accent_bytes + picture.jpeg.size());
  make_room();
}

void ArtShelf::make_room() {
  if (bytes_ >= 0 && bytes_ <= most_bytes_) return;
  auto files = all_files(folder_);
  bytes_ = 0;
  for (const auto& file : files) bytes_ += file.bytes;
  if (bytes_ <= most_bytes_) return;
  std::sort(files.begin(), files.end(), [](const File& a, const File& b) { return a.made < b.made; });
  std::error_code bad;
  for (const auto& file : files) {
    if (bytes_ <= most_bytes_ / 10 * 9) break;
    if (std::filesystem::remove(file.path, bad)) bytes_ -= file.bytes;
  }
}

}  // namespace longwave::api
