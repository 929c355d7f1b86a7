// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/task.hpp"
#include "base/time.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace longwave::library {

/// What happened in the music folders since the last time.
struct FoldersChanged {
  std::vector<std::string> folders;  ///< their contents changed, each once; below them only if it is new
  bool everything = false;           ///< look at everything: more happened than could be told
};

struct WatchOptions {
  std::vector<std::filesystem::path> music;
  Duration settle = std::chrono::milliseconds{500};  ///< so long must it be quiet before it is told
  Duration at_last = std::chrono::seconds{3};        ///< told after so long even if it never is
  /// Folders that can't be watched (network mounts, more than the kernel allows, not there) are looked at
  /// after so long, again and again; zero: never.
  Duration rescan = std::chrono::minutes{5};
};

/// Notices new, changed, moved and removed files by inotify(7). A file is told when its writer has closed it.
/// Has a thread of its own, which ends with it; `changed` is called there.
class Watch {
 public:
  using Changed = std::function<void(FoldersChanged)>;
  Watch(WatchOptions options, Changed changed);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace longwave::library
