// SPDX-License-Identifier: Apache-2.0
#include "library/watch.hpp"

#include "base/log.hpp"
#include "library/known.hpp"
#include "library/walk.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <set>
#include <thread>
#include <unordered_map>
#include <utility>

namespace longwave::library {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int deepest = 64;  // as a walk
constexpr std::uint32_t wanted = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |
                                 IN_DELETE_SELF | IN_MOVE_SELF | IN_ATTRIB | IN_ONLYDIR | IN_DONT_FOLLOW |
                                 IN_EXCL_UNLINK;

/// File systems on which others write without this kernel seeing it (statfs(2)).
bool is_remote(const std::string& path) {
  struct ::statfs s {};
  if (::statfs(path.c_str(), &s) != 0) return true;  // not there: looked for again and again
  static constexpr std::array<unsigned long, 9> types = {
      0x6969, 0xff534d42, 0xfe534d42, 0x517b, 0x65735546, 0x01021997, 0x00c36400, 0x5346414f, 0x564c};
  return std::find(types.begin(), types.end(), static_cast<unsigned long>(s.f_type)) != types.end();
}

}  // namespace

class Watch::Impl {
 public:
  Impl(WatchOptions options, Changed changed)
      : options_(std::move(options)),
        changed_(std::move(changed)),
        inotify_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)),
        end_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    if (inotify_ < 0)
      log::warn("library: folders can't be watched ({}); they are looked at now and then",
                std::strerror(errno));
    thread_ = std::thread([this] { run(); });
  }

  ~Impl() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto told = ::write(end_, &one, sizeof one);
    thread_.join();
    if (inotify_ >= 0) ::close(inotify_);
    ::close(end_);
  }

 private:
  void run() {
    for (const auto& music : options_.music) {
      std::string root = music.lexically_normal().string();
      if (root.size() > 1 && root.ends_with('/')) root.pop_back();
      if (is_remote(root)) unwatched_ = true;
      watch(root, 0, false);
    }
    auto next_rescan = Clock::now() + options_.rescan;
    while (true) {
      std::array<::pollfd, 2> waiting = {{{end_, POLLIN, 0}, {inotify_, POLLIN, 0}}};
      ::poll(waiting.data(), inotify_ < 0 ? 1 : 2, timeout(next_rescan));
      if (waiting[0].revents != 0) return;
      if (inotify_ >= 0 && waiting[1].revents != 0) read();
      const auto now = Clock::now();
      if (first_ && (now - last_ >= options_.settle || now - *first_ >= options_.at_last)) tell();
      if (options_.rescan > Duration::zero() && now >= next_rescan) {
        next_rescan = now + options_.rescan;
        if (unwatched_ || inotify_ < 0) rescan();
      }
    }
  }

  int timeout(Clock::time_point next_rescan) const {
    auto until = Clock::time_point::max();
    if (options_.rescan > Duration::zero()) until = next_rescan;
    if (first_) until = std::min({until, last_ + options_.settle, *first_ + options_.at_last});
    if (until == Clock::time_point::max()) return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
    return static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000));
  }

  /// A folder and what is below it. Those that appear while we watch may hold files already: they are told.
  void watch(const std::string& path, int depth, bool appeared) {
    if (inotify_ < 0 || depth > deepest) return;
    const int number =
        ::inotify_add_watch(inotify_, path.c_str(), depth == 0 ? wanted & ~IN_DONT_FOLLOW : wanted);
    if (number < 0) {
      if (errno == ENOSPC && !std::exchange(unwatched_, true))
        log::warn(
            "library: the system allows no more watched folders (fs.inotify.max_user_watches); the rest is "
            "looked at now and then");
      unwatched_ = unwatched_ || errno == ENOENT;
      return;
    }
    folders_[number] = path;
    if (appeared) note(path);
    DIR* directory = ::opendir(path.c_str());
    if (!directory) return;
    std::vector<std::string> inner;
    while (const dirent* entry = ::readdir(directory)) {
      if (entry->d_name[0] == '.') continue;
      if (entry->d_type == DT_DIR || (entry->d_type == DT_UNKNOWN && is_folder(join(path, entry->d_name))))
        inner.push_back(join(path, entry->d_name));
      if (entry->d_type == DT_LNK && is_linked_folder(join(path, entry->d_name))) unwatched_ = true;
    }
    ::closedir(directory);
    for (const auto& each : inner) watch(each, depth + 1, appeared);
  }

  static bool is_folder(const std::string& path) {
    struct ::stat s {};
    return ::lstat(path.c_str(), &s) == 0 && S_ISDIR(s.st_mode);
  }
  static bool is_linked_folder(const std::string& path) {
    struct ::stat s {};
    return ::stat(path.c_str(), &s) == 0 && S_ISDIR(s.st_mode);
  }

  void read() {
    alignas(inotify_event) std::array<char, 64 << 10> bytes;
    while (true) {
      const auto got = ::read(inotify_, bytes.data(), bytes.size());
      if (got <= 0) return;
      for (std::ptrdiff_t at = 0; at < got;) {
        const auto* event = reinterpret_cast<const inotify_event*>(bytes.data() + at);
        at += static_cast<std::ptrdiff_t>(sizeof(inotify_event) + event->len);
        take(*event);
      }
    }
  }

  void take(const inotify_event& event) {
    if (event.mask & IN_Q_OVERFLOW) return lose_track();
    const auto found = folders_.find(event.wd);
    if (found == folders_.end()) return;
    const std::string folder = found->second;
    if (event.mask & (IN_IGNORED | IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT)) {
      if (event.mask & IN_IGNORED) folders_.erase(found);
      if (is_root(folder)) unwatched_ = true;  // it may come back
      return event.mask & IN_UNMOUNT ? note_everything() : note(folder);
    }
    const std::string_view name = event.len > 0 ? event.name : "";
    if (name.empty() || name.starts_with('.')) return;
    if (event.mask & IN_ISDIR) return take_folder(event.mask, join(folder, std::string(name)));
    // A new file is told when its writer has closed it; a link has no writer.
    if (event.mask & IN_CREATE) {
      struct ::stat s {};
      const auto path = join(folder, std::string(name));
      if (::lstat(path.c_str(), &s) != 0) return;
      if (S_ISLNK(s.st_mode)) return note_everything();
      if (s.st_nlink < 2) return;  // a hard link has none, too
    }
    note(folder);
  }

  void take_folder(std::uint32_t mask, const std::string& path) {
    if (mask & (IN_CREATE | IN_MOVED_TO)) return watch(path, 1, true);
    if (!(mask & (IN_DELETE | IN_MOVED_FROM))) return;
    note(path);
    for (auto it = folders_.begin(); it != folders_.end();) {
      const bool below = it->second == path || it->second.starts_with(path + '/');
      if (below) ::inotify_rm_watch(inotify_, it->first);
      it = below ? folders_.erase(it) : std::next(it);
    }
  }

  bool is_root(const std::string& path) const {
    return std::any_of(options_.music.begin(), options_.music.end(), [&](const auto& music) {
      const auto root = music.lexically_normal().string();
      return root == path || root == path + '/';
    });
  }

  /// Something was missed: everything is watched and looked at anew.
  void lose_track() {
    for (const auto& [number, path] : folders_) ::inotify_rm_watch(inotify_, number);
    folders_.clear();
    for (const auto& music : options_.music) watch(music.lexically_normal().string(), 0, false);
    note_everything();
  }

  /// Also finds out whether folders that could not be watched can be by now.
  void rescan() {
    for (const auto& music : options_.music) {
      std::string root = music.lexically_normal().string();
      if (root.size() > 1 && root.ends_with('/')) root.pop_back();
      watch(root, 0, false);
    }
    note_everything();
    tell();
  }

  void note_everything() {
    everything_ = true;
    note({});
  }

  void note(const std::string& folder) {
    last_ = Clock::now();
    if (!first_) first_ = last_;
    if (!folder.empty()) noted_.insert(folder);
  }

  void tell() {
    first_.reset();
    FoldersChanged changed{{noted_.begin(), noted_.end()}, everything_};
    noted_.clear();
    everything_ = false;
    changed_(std::move(changed));
  }

  const WatchOptions options_;
  const Changed changed_;
  const int inotify_;
  const int end_;
  std::unordered_map<int, std::string> folders_;  // by watch
  std::set<std::string> noted_;
  std::optional<Clock::time_point> first_;  // of what was noted and not told
  Clock::time_point last_{};
  bool everything_ = false;
  bool unwatched_ = false;  // some folder is looked at now and then only
  std::thread thread_;
};

Watch::Watch(WatchOptions options, Changed changed)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(changed))) {}
Watch::~Watch() = default;

}  // namespace longwave::library
