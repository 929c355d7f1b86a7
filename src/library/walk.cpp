// SPDX-License-Identifier: Apache-2.0
#include "library/walk.hpp"

#include "base/text.hpp"
#include "library/file.hpp"
#include "library/known.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <set>

namespace longwave::library {

namespace {

constexpr int deepest = 64;

/// The lower the better; -1 is no cover.
int cover_rank(std::string_view name) {
  static constexpr std::array<std::string_view, 6> stems = {"cover", "folder",   "front",
                                                            "album", "albumart", "albumartlarge"};
  static constexpr std::array<std::string_view, 5> endings = {".jpg", ".jpeg", ".png", ".webp", ".gif"};
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos || dot > 16) return -1;
  const std::string lower = text::ascii_lower(name);
  for (std::size_t e = 0; e < endings.size(); ++e) {
    if (std::string_view(lower).substr(dot) != endings[e]) continue;
    for (std::size_t s = 0; s < stems.size(); ++s) {
      if (std::string_view(lower).substr(0, dot) == stems[s]) return static_cast<int>(s * endings.size() + e);
    }
  }
  return -1;
}

bool has_ending(std::string_view name, std::string_view ending) {
  return name.size() > ending.size() && name[name.size() - ending.size() - 1] == '.' &&
         text::ascii_lower(name.substr(name.size() - ending.size())) == ending;
}

std::string why(int code) {
  switch (code) {
    case EACCES:
    case EPERM:
      return "no permission to look into this folder";
    case ENOENT:
      return "the folder is not there";
    case ENOTDIR:
      return "it is not a folder";
    case ELOOP:
      return "a symbolic link that leads in a circle";
    default:
      return std::string("the folder can't be read: ") + std::strerror(code);
  }
}

class Walker {
 public:
  Walker(std::stop_token stop, const WalkSink& sink) : stop_(std::move(stop)), sink_(sink) {}

  void run(const std::vector<std::filesystem::path>& roots) {
    for (const auto& root : roots) {
      std::string path = root.lexically_normal().string();
      if (path.size() > 1 && path.ends_with('/')) path.pop_back();
      pending_.push_back({std::move(path), 0});
    }
    std::reverse(pending_.begin(), pending_.end());
    drain();
    while (!linked_folders_.empty() && !stop_.stop_requested()) {
      pending_.push_back(std::move(linked_folders_.back()));
      linked_folders_.pop_back();
      drain();
    }
    for (auto& [folder, names] : linked_files_) {
      Listed listed;
      listed.path = folder;
      for (auto& [name, key] : names) {
        if (files_.insert(key).second) listed.music.push_back(std::move(name));
      }
      if (!listed.music.empty() && !stop_.stop_requested()) sink_.folder(std::move(listed));
    }
  }

  void run_only(const std::vector<std::string>& folders,
                const std::function<void(const std::string&)>& gone) {
    for (const auto& folder : folders) {
      if (stop_.stop_requested()) return;
      struct ::stat s {};
      if (::lstat(folder.c_str(), &s) != 0 && (errno == ENOENT || errno == ENOTDIR)) {
        gone(folder);
      } else {
        list({folder, 0});
      }
      pending_.clear();
      linked_folders_.clear();
    }
  }

 private:
  using Key = std::pair<std::uint64_t, std::uint64_t>;  // device and inode
  struct Pending {
    std::string path;
    int depth;
  };

  void drain() {
    while (!pending_.empty() && !stop_.stop_requested()) {
      const Pending next = std::move(pending_.back());
      pending_.pop_back();
      list(next);
    }
  }

  void list(const Pending& folder) {
    const int fd = ::open(folder.path.c_str(), O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC);
    DIR* directory = fd < 0 ? nullptr : ::fdopendir(fd);
    if (!directory) {
      const int code = errno;
      if (fd >= 0) ::close(fd);
      sink_.problem({folder.path, why(code)});
      return;
    }
    struct ::stat s {};
    if (::fstat(fd, &s) == 0 && folders_.insert({s.st_dev, s.st_ino}).second) {
      device_ = s.st_dev;
      read(directory, fd, folder);
    }
    ::closedir(directory);
  }

  void read(DIR* directory, int fd, const Pending& folder) {
    Listed listed;
    listed.path = folder.path;
    std::vector<std::string> inner;
    int best = -1;
    while (const dirent* entry = (errno = 0, ::readdir(directory))) {
      const std::string_view name = entry->d_name;
      if (name.starts_with('.')) continue;
      unsigned type = entry->d_type;
      if (type == DT_UNKNOWN) type = ask(fd, entry->d_name);
      if (type == DT_DIR) {
        inner.emplace_back(name);
      } else if (type == DT_LNK) {
        link(fd, folder, entry->d_name);
      } else if (is_music_name(name)) {
        // Pipes and devices that are named like music are handed on too: they are reported, never opened.
        files_.insert({device_, entry->d_ino});
        listed.music.emplace_back(name);
      } else if (type == DT_REG && has_ending(name, "lrc")) {
        listed.lyrics.emplace_back(name);
      } else if (type == DT_REG && is_video_name(name)) {
        listed.videos.emplace_back(name);
      } else if (const int rank = cover_rank(name);
                 type == DT_REG && rank >= 0 && (best < 0 || rank < best)) {
        best = rank;
        listed.picture = name;
      }
    }
    if (errno != 0) sink_.problem({folder.path, why(errno)});
    if (folder.depth >= deepest && !inner.empty()) {
      sink_.problem({folder.path, "folders are nested too deep below this one"});
      inner.clear();
    }
    std::sort(listed.music.begin(), listed.music.end());
    std::sort(listed.lyrics.begin(), listed.lyrics.end());
    std::sort(listed.videos.begin(), listed.videos.end());
    std::sort(inner.rbegin(), inner.rend());
    for (const auto& name : inner) pending_.push_back({join(folder.path, name), folder.depth + 1});
    if (!listed.music.empty() || !listed.videos.empty()) sink_.folder(std::move(listed));
  }

  static unsigned ask(int fd, const char* name) {
    struct ::stat s {};
    if (::fstatat(fd, name, &s, AT_SYMLINK_NOFOLLOW) != 0) return DT_UNKNOWN;
    return S_ISDIR(s.st_mode)   ? DT_DIR
           : S_ISLNK(s.st_mode) ? DT_LNK
           : S_ISREG(s.st_mode) ? DT_REG
                                : DT_UNKNOWN;
  }

  void link(int fd, const Pending& folder, const char* name) {
    struct ::stat s {};
    if (::fstatat(fd, name, &s, 0) != 0) {
      if (errno == ELOOP || is_music_name(name)) {
        sink_.problem({join(folder.path, name), errno == ELOOP ? "a symbolic link that leads in a circle"
                                                               : "a symbolic link to nothing"});
      }
    } else if (S_ISDIR(s.st_mode)) {
      if (folder.depth < deepest) linked_folders_.push_back({join(folder.path, name), folder.depth + 1});
    } else if (is_music_name(name) && !S_ISREG(s.st_mode)) {
      sink_.problem({join(folder.path, name),
                     std::string("it is ") + kind_of_file(s.st_mode) + ", not a file of music"});
    } else if (is_music_name(name)) {
      if (linked_files_.empty() || linked_files_.back().first != folder.path)
        linked_files_.push_back({folder.path, {}});
      linked_files_.back().second.push_back({name, Key{s.st_dev, s.st_ino}});
    }
  }

  std::stop_token stop_;
  const WalkSink& sink_;
  std::uint64_t device_ = 0;
  std::vector<Pending> pending_;
  std::vector<Pending> linked_folders_;
  std::vector<std::pair<std::string, std::vector<std::pair<std::string, Key>>>> linked_files_;
  std::set<Key> folders_, files_;
};

}  // namespace

bool is_music_name(std::string_view name) {
  static constexpr std::array<std::string_view, 14> endings = {
      "mp3", "flac", "ogg", "oga", "opus", "m4a", "m4b", "mp4", "aac", "wav", "wave", "aif", "aiff", "aifc"};
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos || name.size() - dot > 5) return false;
  const std::string ending = text::ascii_lower(name.substr(dot + 1));
  return std::find(endings.begin(), endings.end(), ending) != endings.end();
}

bool is_video_name(std::string_view name) {
  static constexpr std::array<std::string_view, 9> endings = {"m4v", "mkv",  "webm", "avi", "mov",
                                                              "mpg", "mpeg", "ogv",  "wmv"};
  return std::any_of(endings.begin(), endings.end(), [&](auto ending) { return has_ending(name, ending); });
}

void walk_only(const std::vector<std::string>& folders, std::stop_token stop, const WalkSink& sink,
               const std::function<void(const std::string&)>& gone) {
  Walker(std::move(stop), sink).run_only(folders, gone);
}

void walk(const std::vector<std::filesystem::path>& roots, std::stop_token stop, const WalkSink& sink) {
  Walker(std::move(stop), sink).run(roots);
}

}  // namespace longwave::library
