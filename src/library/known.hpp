// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "library/file.hpp"
#include "library/track.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace longwave::store {
class Session;
}

namespace longwave::library {

/// A track as the last scan left it.
struct KnownFile {
  std::int64_t id = 0;
  FileStamp stamp;
  std::int64_t identity = 0;
  TrackState state = TrackState::ok;
  int tags_version = 0;  ///< of the program that read its tags
  std::uint32_t folder = 0;
  std::string name;
  std::string problem;  ///< why it is broken
};

struct KnownFolder {
  std::int64_t id = 0;
  std::string path, art, art_name;
  std::int64_t art_size = 0, art_mtime = 0;
  std::unordered_map<std::string, std::uint32_t> files;  ///< by name; present ones first
};

/// What this program reads of a file; one that read less is made good by reading again.
inline constexpr int tags_version = 2;

struct KnownVideo {
  std::int64_t id = 0;
  FileStamp stamp;
  bool missing = false;
};

struct KnownProblem {
  FileStamp stamp;
  std::string reason;
};

/// Everything a scan compares with, loaded once when it begins. Immutable afterwards: all threads of a scan
/// read it.
struct Known {
  std::vector<KnownFile> files;
  std::vector<KnownFolder> folders;
  std::unordered_map<std::string, std::uint32_t> folder_by_path;
  std::unordered_multimap<std::int64_t, std::uint32_t> by_identity;
  std::unordered_map<std::string, KnownProblem> problems;  ///< by path
  std::unordered_map<std::uint32_t, FileStamp> lyrics;     ///< of .lrc files, by track (index in `files`)
  std::unordered_map<std::string, KnownVideo> videos;      ///< by path

  const KnownFolder* folder(const std::string& path) const;
  std::string path_of(const KnownFile& file) const;
};

Known load_known(store::Session& session);

/// "music/" + "x.mp3"
std::string join(const std::string& folder, const std::string& name);

}  // namespace longwave::library
