// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/timer.hpp"
#include "library/packages.hpp"
#include "library/uploads.hpp"
#include "library/watch.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

namespace longwave::app {

struct Config;
class Ground;
class Stations;

/// Where imported files go.
std::filesystem::path upload_folder(const Config& config);
/// The music folders, and the upload folder if it lies in none of them.
std::vector<std::filesystem::path> music_folders(const Config& config);

/// What comes from people and goes to them as files: uploads, packages, and the watch over the music folders.
/// Its rooms live on the station loop.
class Files {
 public:
  Files(const Config& config, Ground& ground, Stations& stations);
  /// When the loops and the pools have stopped.
  ~Files();

  /// Before the loops run; the watch begins with the first turn of the station loop.
  void start();
  /// No thread of ours is left. When the loops have ended.
  void stop();

  library::Uploads& uploads() { return uploads_; }
  library::Packages& packages() { return packages_; }
  /// To the blocking pool.
  std::function<void(Task)> blocking() const { return blocking_; }

 private:
  void noticed(const library::FoldersChanged& changed);

  Stations& stations_;
  const library::WatchOptions watch_options_;
  const std::function<void(Task)> blocking_;
  library::Uploads uploads_;
  library::Packages packages_;
  io::Timer tick_;
  std::unique_ptr<library::Watch> watch_;
};

}  // namespace longwave::app
