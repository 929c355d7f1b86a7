// SPDX-License-Identifier: Apache-2.0
#include "library/reader.hpp"

#include "library/artwork.hpp"
#include "library/picture_hash.hpp"
#include "library/xxh64.hpp"

#include <sys/stat.h>

#include <cerrno>

namespace longwave::library {

std::string PictureHash::operator()(std::string_view bytes) {
  if (bytes.size() > max_picture_bytes || picture_type(bytes).empty()) return {};
  Xxh64 quick(bytes.size());
  quick.feed(bytes);
  const std::uint64_t key = quick.digest();
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = seen_.find(key); found != seen_.end()) return found->second;
  }
  std::string hash = picture_hash(bytes);
  const std::lock_guard lock(mutex_);
  if (seen_.size() > 4096) seen_.clear();
  return seen_.emplace(key, std::move(hash)).first->second;
}

Result<Read> Reader::read(const std::string& path) {
  auto file = MusicFile::open(path);
  if (!file) return file.error();
  auto layout = find_layout(**file);
  if (!layout) return layout.error();
  Read read;
  auto tags = read_tags(**file, *layout, [&](std::string_view picture) { read.art = hash_(picture); });
  if (!tags) return tags.error();
  read.tags = std::move(*tags);
  read.stamp = (*file)->stamp();
  read.identity = identity_of(**file, *layout);
  return read;
}

std::optional<FileResult> Reader::look(const FolderPtr& folder, const std::string& name) {
  const std::string path = join(folder->path, name);
  FileResult result{folder, name, unknown, Returned{}};
  const KnownFile* known = nullptr;
  if (folder->known) {
    if (const auto found = folder->known->files.find(name); found != folder->known->files.end()) {
      result.known = found->second;
      known = &known_.files[found->second];
    }
  }
  struct ::stat s {};
  if (::stat(path.c_str(), &s) != 0) {
    if (errno == ENOENT) return std::nullopt;  // it went away between the listing and now
    result.what = Broken{{-1, 0, 0},
                         errno == ELOOP ? "a symbolic link that leads in a circle" : "it can't be looked at"};
    return result;
  }
  if (known) seen_[result.known].store(true, std::memory_order_relaxed);
  if (!S_ISREG(s.st_mode)) {
    result.what =
        Broken{{-1, 0, 0}, std::string("it is ") + kind_of_file(s.st_mode) + ", not a file of music"};
    return result;
  }
  const FileStamp stamp = stamp_of(s);
  if (known && known->stamp == stamp) {
    if (known->state == TrackState::missing) return result;
    if (known->state == TrackState::broken) {
      result.what = Broken{stamp, known->problem};
      return result;
    }
    ++unchanged_;
    return std::nullopt;
  }
  if (!known && !known_.problems.empty()) {
    const auto problem = known_.problems.find(path);
    if (problem != known_.problems.end() && problem->second.stamp == stamp) {
      result.what = Broken{stamp, problem->second.reason};
      return result;
    }
  }
  auto tags = read(path);
  if (tags) {
    result.what = std::move(*tags);
  } else {
    const bool lasting = tags.error().code == Errc::broken || tags.error().code == Errc::unsupported;
    result.what = Broken{lasting ? stamp : FileStamp{-1, 0, 0}, tags.error().message};
  }
  return result;
}

std::optional<FolderArt> Reader::look_at_picture(const FolderPtr& folder, const std::string& name) {
  FolderArt art{folder, name, {}, 0, 0};
  const KnownFolder* known = folder->known;
  if (name.empty()) {
    if (!known || known->art_name.empty()) return std::nullopt;
    return art;
  }
  const std::string path = join(folder->path, name);
  struct ::stat s {};
  if (::stat(path.c_str(), &s) != 0 || !S_ISREG(s.st_mode)) return std::nullopt;
  const FileStamp stamp = stamp_of(s);
  if (known && known->art_name == name && known->art_size == stamp.size && known->art_mtime == stamp.mtime)
    return std::nullopt;
  art.size = stamp.size;
  art.mtime = stamp.mtime;
  if (stamp.size <= static_cast<std::int64_t>(max_picture_bytes)) {
    if (auto file = MusicFile::open(path)) art.art = hash_((*file)->read(0, max_picture_bytes));
  }
  return art;
}

}  // namespace longwave::library
