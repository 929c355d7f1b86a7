// SPDX-License-Identifier: Apache-2.0
#include "library/write_back.hpp"

#include "library/file_tags.hpp"
#include "library/known.hpp"
#include "library/layout.hpp"
#include "library/tag_writer.hpp"
#include "library/tags.hpp"
#include "library/xxh64.hpp"
#include "store/session.hpp"

#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>

namespace longwave::library {

namespace {

using Int = std::int64_t;

bool writable_key(std::string_view key) {
  return std::find(std::begin(known_keys), std::end(known_keys), key) != std::end(known_keys);
}

Error why(int code) {
  if (code == ENOSPC || code == EDQUOT) return error(Errc::full, "there is no room for a copy of the file");
  if (code == EACCES || code == EPERM || code == EROFS)
    return error(Errc::refused, "no permission to write there");
  return error(Errc::broken, "the copy can't be written");
}

/// An open file that goes away with its name unless it was kept.
class Copy {
 public:
  explicit Copy(std::string path) : path_(std::move(path)) {
    ::unlink(path_.c_str());  // of a try that was cut off
    fd_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  }
  ~Copy() {
    if (fd_ >= 0) ::close(fd_);
    if (!kept_ && fd_ >= 0) ::unlink(path_.c_str());
  }
  Copy(const Copy&) = delete;
  Copy& operator=(const Copy&) = delete;
  int fd() const { return fd_; }
  const std::string& path() const { return path_; }
  void keep() { kept_ = true; }

 private:
  std::string path_;
  int fd_ = -1;
  bool kept_ = false;
};

Result<void> copy_bytes(int from, int to, Int size) {
  for (Int left = size; left > 0;) {
    const auto moved = ::sendfile(to, from, nullptr, static_cast<std::size_t>(std::min<Int>(left, 1 << 24)));
    if (moved < 0) return why(errno);
    if (moved == 0) return error(Errc::conflict, "the file changed while it was copied");
    left -= moved;
  }
  return {};
}

bool sync_folder(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool synced = ::fsync(fd) == 0;
  ::close(fd);
  return synced;
}

/// What a key of the tags reads like.
std::string read_back(const Tags& tags, std::string_view key) {
  if (key == "title") return tags.title;
  if (key == "artist") return tags.artist;
  if (key == "album") return tags.album;
  if (key == "album_artist") return tags.album_artist;
  if (key == "genre") return tags.genre;
  if (key == "track") return std::to_string(tags.track);
  if (key == "disc") return std::to_string(tags.disc);
  return std::to_string(tags.year);
}

/// The copy must be a file of the same sound that says what was wanted.
Result<void> check(const std::string& path, const WritePlan& plan) {
  auto file = MusicFile::open(path);
  if (!file) return file.error();
  auto layout = find_layout(**file);
  if (!layout) return layout.error();
  if (identity_of(**file, *layout) != plan.identity)
    return error(Errc::unsupported, "the tags of this file can't be written without touching its sound");
  const auto tags = read_tags(**file, *layout, {});
  if (!tags) return tags.error();
  for (const auto& [key, value] : plan.values) {
    if (read_back(*tags, key) != value)
      return error(Errc::unsupported, "this kind of file can't hold \"" + key + "\" as it was set");
  }
  return {};
}

}  // namespace

Result<WritePlan> plan_write(store::Session& session, TrackId track) {
  WritePlan plan;
  plan.track = track;
  session.each<std::string, std::string, Int, Int, Int, Int>(
      "SELECT f.path, t.name, t.size, t.mtime, t.inode, t.identity FROM library_track t JOIN library_folder "
      "f ON f.id "
      "= t.folder_id WHERE t.id = :id AND t.state NOT IN (1, 3)",
      [&](const std::string& folder, const std::string& name, Int size, Int mtime, Int inode, Int identity) {
        plan.path = join(folder, name);
        plan.stamp = {size, mtime, inode};
        plan.identity = identity;
      },
      track);
  if (plan.path.empty()) return error(Errc::not_found, "there is no such track, or its file isn't there");
  std::vector<std::pair<std::string, std::string>> said;
  session.each<std::string, std::string>(
      "SELECT key, value FROM library_property WHERE track_id = :track AND source <> 'file' ORDER BY key, "
      "turn",
      [&](std::string key, std::string value) {
        if (!writable_key(key)) return;
        if (!said.empty() && said.back().first == key) said.pop_back();
        said.emplace_back(std::move(key), std::move(value));
      },
      track);
  if (said.empty()) return error(Errc::conflict, "nothing was set that the file doesn't say");
  plan.values = std::move(said);
  return plan;
}

Result<Written> write_tags(const WritePlan& plan) {
  const auto slash = plan.path.rfind('/');
  const std::string folder = plan.path.substr(0, slash), name = plan.path.substr(slash + 1);
  const int original = ::open(plan.path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (original < 0) {
    return errno == ELOOP ? error(Errc::unsupported, "it is a link; the file itself is elsewhere")
                          : why(errno);
  }
  struct Closer {
    int fd;
    ~Closer() { ::close(fd); }
  } const closer{original};
  struct ::stat s {};
  const auto same = [&] { return ::stat(plan.path.c_str(), &s) == 0 && stamp_of(s) == plan.stamp; };
  if (::fstat(original, &s) != 0 || stamp_of(s) != plan.stamp)
    return error(Errc::conflict, "the file changed since it was looked at");
  // The ending is kept: TagLib goes by it. The dot hides it from scans.
  const auto dot = name.rfind('.');
  Copy copy(folder + "/.longwave-new-" + std::to_string(plan.track.value) +
            (dot == std::string::npos ? std::string{} : name.substr(dot)));
  if (copy.fd() < 0) return why(errno);
  if (auto copied = copy_bytes(original, copy.fd(), s.st_size); !copied) return copied.error();
  if (auto written = put_tags(copy.path(), plan.values); !written) return written.error();
  if (auto good = check(copy.path(), plan); !good) return good.error();
  if (::fchmod(copy.fd(), s.st_mode & 07777) != 0) return why(errno);
  if (::fchown(copy.fd(), s.st_uid, s.st_gid) != 0 && errno != EPERM) return why(errno);
  if (::fsync(copy.fd()) != 0) return why(errno);
  if (!same()) return error(Errc::conflict, "the file changed meanwhile");
  if (::rename(copy.path().c_str(), plan.path.c_str()) != 0) return why(errno);
  copy.keep();
  sync_folder(folder);
  struct ::stat now {};
  if (::fstat(copy.fd(), &now) != 0) return why(errno);
  return Written{stamp_of(now)};
}

Result<void> keep_written(store::Session& session, const WritePlan& plan, const Written& written,
                          Changes& changes) {
  session.run("UPDATE library_track SET size = :size, mtime = :mtime, inode = :inode WHERE id = :id",
              written.stamp.size, written.stamp.mtime, written.stamp.inode, plan.track);
  for (const auto& [key, value] : plan.values) {
    session.run(
        "DELETE FROM library_property WHERE track_id = :track AND key = :key AND source <> 'file' AND value "
        "= :value",
        plan.track, key, value);
    const auto still = session.value<int>(
        "SELECT 1 FROM library_property WHERE track_id = :track AND key = :key AND source <> 'file' LIMIT 1",
        plan.track, key);
    if (still) {
      session.run(
          "UPDATE library_property SET value = :value WHERE track_id = :track AND key = :key AND source = "
          "'file'",
          value, plan.track, key);
    } else {
      session.run("DELETE FROM library_property WHERE track_id = :track AND key = :key AND source = 'file'",
                  plan.track, key);
    }
    if (key == "genre") {  // what it says is the file's own now
      FileTags tags;
      if (!still) tags.take(session, plan.track, split_genres(value), false, changes);
    }
  }
  changes.track_changed(plan.track, aspect_properties | aspect_file);
  return {};
}

}  // namespace longwave::library
