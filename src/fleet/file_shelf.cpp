// SPDX-License-Identifier: Apache-2.0
#include "fleet/file_shelf.hpp"

#include "base/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

namespace longwave::fleet {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t id_characters = 9;
constexpr std::size_t longest_ending = 8;

bool plain(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
}

Error missing(const std::string& file) {
  return error(Errc::not_found, file + " is not there");
}

}  // namespace

fs::path shelf_path(std::string_view file) {
  const auto dot = file.rfind('.');
  if (dot != file.npos && (dot < id_characters || file.size() - dot > longest_ending)) return {};
  const auto id = file.substr(0, dot);
  const auto ending = dot == file.npos ? std::string_view{} : file.substr(dot + 1);
  if (id.size() < id_characters || id.size() > id_characters + 3) return {};  // and "_lq"
  if (!std::all_of(id.begin(), id.end(), plain) || !std::all_of(ending.begin(), ending.end(), plain))
    return {};
  return fs::path(id.substr(0, 3)) / id.substr(3, 3) / file.substr(6);
}

FileShelf::FileShelf(Parts parts) : parts_(std::move(parts)) {
  std::error_code ignored;  // said when something can't be stored
  if (parts_.fetch) fs::create_directories(parts_.fetched, ignored);
}

TrackId FileShelf::track(const std::string& file, const std::string& url) {
  const auto [place, added] = numbers_.emplace(file, TrackId{static_cast<std::int64_t>(numbers_.size()) + 1});
  auto& row = rows_[place->second];
  if (added) row.file = file;
  if (!url.empty()) row.url = url;
  return place->second;
}

void FileShelf::find(TrackId track, UniqueFunction<void(Result<station::TrackFile>)> done) {
  const auto place = rows_.find(track);
  if (place == rows_.end()) return done(error(Errc::not_found, "There is no such file."));
  auto& row = place->second;
  row.asked.push_back(std::move(done));
  if (row.asked.size() > 1) return;
  parts_.blocking([this, alive = std::weak_ptr(alive_), post = parts_.post, track, file = row.file] {
    auto result = std::make_shared<Result<station::TrackFile>>(look(file));
    post([this, alive, track, result] {
      if (alive.expired()) return;
      auto& present = rows_.at(track);
      if (*result || !parts_.fetch) return found(track, std::move(*result));
      fetch(track, present);
    });
  });
}

Result<station::TrackFile> FileShelf::look(const std::string& file) const {
  const auto path = shelf_path(file);
  if (path.empty()) return error(Errc::not_found, "a name of a file that can't be");
  std::error_code ignored;
  for (const auto& at : {parts_.folder.empty() ? fs::path() : parts_.folder / path, parts_.fetched / file}) {
    if (at.empty() || !fs::is_regular_file(at, ignored)) continue;
    if (at == parts_.fetched / file) fs::last_write_time(at, fs::file_time_type::clock::now(), ignored);
    auto [artist, title] = parts_.tags(at);
    station::TrackFile found;
    found.path = at;
    found.artist = std::move(artist);
    found.title = std::move(title);
    return found;
  }
  return missing(file);
}

void FileShelf::fetch(TrackId track, Row& row) {
  parts_.fetch(row.file, row.url,
               [this, alive = std::weak_ptr(alive_), track, file = row.file](Result<std::string> bytes) {
                 if (alive.expired()) return;
                 auto shared = std::make_shared<Result<std::string>>(std::move(bytes));
                 parts_.blocking([this, alive, post = parts_.post, track, file, shared] {
                   auto result = std::make_shared<Result<station::TrackFile>>(
                       *shared ? store(file, **shared)
                               : Result<station::TrackFile>(error(Errc::not_found, shared->error().message)));
                   post([this, alive, track, result] {
                     if (!alive.expired()) found(track, std::move(*result));
                   });
                 });
               });
}

Result<station::TrackFile> FileShelf::store(const std::string& file, const std::string& bytes) const {
  if (shelf_path(file).empty()) return missing(file);
  make_room(bytes.size());
  const auto at = parts_.fetched / file;
  const auto beside = parts_.fetched / (file + ".part");
  std::ofstream out(beside, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  std::error_code failed;
  if (out) fs::rename(beside, at, failed);
  if (!out || failed) return error(Errc::unavailable, "what was fetched can't be stored");
  return look(file);
}

void FileShelf::make_room(std::uint64_t coming) const {
  struct File {
    fs::file_time_type used;
    std::uint64_t bytes;
    fs::path path;
  };
  std::vector<File> files;
  std::uint64_t total = 0;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(parts_.fetched, ignored)) {
    if (!entry.is_regular_file(ignored)) continue;
    files.push_back({entry.last_write_time(ignored), entry.file_size(ignored), entry.path()});
    total += files.back().bytes;
  }
  std::sort(files.begin(), files.end(), [](const File& a, const File& b) { return a.used < b.used; });
  for (auto file = files.begin(); total + coming > parts_.most_bytes && file != files.end(); ++file) {
    fs::remove(file->path, ignored);  // who plays it has it open
    total -= file->bytes;
  }
}

void FileShelf::found(TrackId track, Result<station::TrackFile> file) {
  auto& row = rows_.at(track);
  if (file && row.analysis) file->analysis = *row.analysis;
  for (auto& done : std::exchange(row.asked, {})) done(file);
}

void FileShelf::keep(TrackId track, std::shared_ptr<const audio::Analysis> analysis) {
  if (const auto place = rows_.find(track); place != rows_.end())
    place->second.analysis = std::move(analysis);
}

void FileShelf::broken(TrackId track, const std::string& reason) {
  if (const auto place = rows_.find(track); place != rows_.end())
    log::warn("{} can't be played: {}", place->second.file, reason);
}

}  // namespace longwave::fleet
