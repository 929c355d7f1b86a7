// SPDX-License-Identifier: Apache-2.0
#include "library/reader.hpp"

#include "base/text.hpp"
#include "library/artwork.hpp"
#include "library/lyrics.hpp"
#include "library/picture_hash.hpp"
#include "library/xxh64.hpp"

#include <sys/stat.h>

#include <algorithm>
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

bool Reader::asked_for(std::string_view path) const {
  return std::ranges::any_of(again_, [&](std::string_view at) {
    return path.starts_with(at) && (at.ends_with('/') || path.size() == at.size() || path[at.size()] == '/');
  });
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
  // What somebody took out stays out: reading it would bring it back.
  const bool again = asked_for(path) && (!known || known->state != TrackState::removed);
  if (known && known->stamp == stamp && !again) {
    if (known->state == TrackState::missing) return result;
    if (known->state == TrackState::broken) {
      result.what = Broken{stamp, known->problem};
      return result;
    }
    if (known->state == TrackState::removed || known->tags_version >= tags_version) {
      ++unchanged_;
      auto lyrics = look_at_lyrics(*folder, name, result.known);
      if (!lyrics) return std::nullopt;
      result.what = std::move(*lyrics);
      return result;
    }
  }
  if (!known && !again && !known_.problems.empty()) {
    const auto problem = known_.problems.find(path);
    if (problem != known_.problems.end() && problem->second.stamp == stamp) {
      result.what = Broken{stamp, problem->second.reason};
      return result;
    }
  }
  auto tags = read(path);
  if (tags) {
    tags->lyrics = look_at_lyrics(*folder, name, unknown);
    result.what = std::move(*tags);
  } else {
    const bool lasting = tags.error().code == Errc::broken || tags.error().code == Errc::unsupported;
    result.what = Broken{lasting ? stamp : FileStamp{-1, 0, 0}, tags.error().message};
  }
  return result;
}

std::optional<LrcFile> Reader::look_at_lyrics(const Folder& folder, const std::string& name,
                                              std::uint32_t known) {
  const auto before = known == unknown ? known_.lyrics.end() : known_.lyrics.find(known);
  if (folder.lyrics.empty() && before == known_.lyrics.end()) return std::nullopt;
  const std::string stem = name.substr(0, name.rfind('.'));
  const auto found = std::find_if(folder.lyrics.begin(), folder.lyrics.end(), [&](const std::string& lrc) {
    return lrc.size() == stem.size() + 4 && lrc.starts_with(stem);
  });
  if (found == folder.lyrics.end()) {
    return before == known_.lyrics.end() ? std::nullopt : std::optional(LrcFile{});
  }
  auto file = MusicFile::open(join(folder.path, *found));
  if (!file) return std::nullopt;
  const FileStamp& stamp = (*file)->stamp();
  if (before != known_.lyrics.end() && before->second.size == stamp.size &&
      before->second.mtime == stamp.mtime)
    return std::nullopt;
  LrcFile lrc{text::to_utf8((*file)->read(0, max_lyrics_bytes)), stamp.size, stamp.mtime};
  std::erase(lrc.text, '\0');
  if (lrc.text.empty()) return std::nullopt;
  return lrc;
}

std::optional<VideoFound> Reader::look_at_video(const FolderPtr& folder, const std::string& name) {
  const std::string path = join(folder->path, name);
  struct ::stat s {};
  if (::stat(path.c_str(), &s) != 0 || !S_ISREG(s.st_mode)) return std::nullopt;
  const FileStamp stamp = stamp_of(s);
  const auto known = known_.videos.find(path);
  if (known != known_.videos.end() && known->second.stamp == stamp && !known->second.missing)
    return std::nullopt;
  return VideoFound{folder, name, stamp};
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
  if (known && known->art_name == name && known->art_size == stamp.size && known->art_mtime == stamp.mtime &&
      !asked_for(path))
    return std::nullopt;
  art.size = stamp.size;
  art.mtime = stamp.mtime;
  if (stamp.size <= static_cast<std::int64_t>(max_picture_bytes)) {
    if (auto file = MusicFile::open(path)) art.art = hash_((*file)->read(0, max_picture_bytes));
  }
  return art;
}

}  // namespace longwave::library
