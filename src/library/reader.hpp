// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "library/file.hpp"
#include "library/known.hpp"
#include "library/tags.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

namespace longwave::library {

/// A folder of this scan; `known` is what the store has of it, or null.
struct Folder {
  std::string path;
  const KnownFolder* known = nullptr;
  std::vector<std::string> lyrics = {};  ///< names of .lrc files in it, in order
};
using FolderPtr = std::shared_ptr<const Folder>;

inline constexpr std::uint32_t unknown = UINT32_MAX;

/// The .lrc file beside a track.
struct LrcFile {
  std::string text;  ///< empty: there is none any more
  std::int64_t size = 0, mtime = 0;
};

/// What was found out about a file, to be written to the store.
struct Read {  ///< its tags
  FileStamp stamp;
  std::int64_t identity = 0;
  Tags tags;
  std::string art;                     ///< hash of its own picture, or empty
  std::optional<LrcFile> lyrics = {};  ///< only if there is one
};
struct Returned {};  ///< it was missing, and is there as it was
struct Broken {
  FileStamp stamp;  ///< size -1: look again next time, whatever the stamp says
  std::string reason;
};
struct FileResult {
  FolderPtr folder;
  std::string name;
  std::uint32_t known = unknown;                       ///< index in Known::files of the track with this path
  std::variant<Read, Returned, Broken, LrcFile> what;  ///< LrcFile: the track is as it was, its words changed
};

struct VideoFound {
  FolderPtr folder;
  std::string name;
  FileStamp stamp;
};

/// The picture beside the files of a folder changed.
struct FolderArt {
  FolderPtr folder;
  std::string name, art;  ///< empty: there is none any more
  std::int64_t size = 0, mtime = 0;
};

/// A Problem is one of a folder or a link: nothing was read.
using ScanResult = std::variant<FileResult, FolderArt, VideoFound, Problem>;

/// Hashes pictures. An album's tracks carry the same one, so what was just seen isn't hashed again. Any
/// thread.
class PictureHash {
 public:
  /// SHA-256 in hex; empty if the bytes are no picture that is served, or too many.
  std::string operator()(std::string_view bytes);

 private:
  std::mutex mutex_;
  std::unordered_map<std::uint64_t, std::string> seen_;
};

/// What the threads of a scan do with one name: look, and read only what isn't known. Any thread.
class Reader {
 public:
  /// `again`: as ScanOptions has it.
  explicit Reader(const Known& known, const std::vector<std::string>& again = {})
      : known_(known), again_(again), seen_(known.files.size()) {}

  /// Nothing if the file is as it was.
  std::optional<FileResult> look(const FolderPtr& folder, const std::string& name);
  std::optional<FolderArt> look_at_picture(const FolderPtr& folder, const std::string& name);

  /// Nothing if the video is as it was. Only its name and its place are looked at.
  std::optional<VideoFound> look_at_video(const FolderPtr& folder, const std::string& name);

  /// True when this scan has come across the track's path.
  bool seen(std::uint32_t known) const { return seen_[known].load(std::memory_order_relaxed); }
  std::int64_t unchanged() const { return unchanged_.load(); }

 private:
  Result<Read> read(const std::string& path);
  bool asked_for(std::string_view path) const;
  std::optional<LrcFile> look_at_lyrics(const Folder& folder, const std::string& name, std::uint32_t known);

  const Known& known_;
  const std::vector<std::string> again_;
  std::vector<std::atomic<bool>> seen_;
  std::atomic<std::int64_t> unchanged_{0};
  PictureHash hash_;
};

}  // namespace longwave::library
