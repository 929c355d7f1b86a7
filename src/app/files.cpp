// SPDX-License-Identifier: Apache-2.0
#include "app/files.hpp"

#include "app/config.hpp"
#include "app/ground.hpp"
#include "app/stations.hpp"
#include "library/inspector.hpp"
#include "library/library.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace longwave::app {
namespace {

constexpr std::chrono::minutes tick_every{1};

std::function<void(Task)> to_pool(io::Pool& pool) {
  return [&pool](Task task) {
    pool.submit({.work = [task = std::move(task)](std::stop_token) mutable { task(); }});
  };
}

library::UploadOptions upload_options(const Config& config) {
  library::UploadOptions options;
  options.folder = upload_folder(config);
  options.limits.largest = config.upload_max_mb << 20;
  options.limits.quota = config.upload_quota_mb << 20;
  return options;
}

library::PackageLimits package_limits(const Config& config) {
  library::PackageLimits limits;
  limits.kept = std::chrono::hours{config.package_hours};
  limits.bytes = config.packages_mb << 20;
  return limits;
}

library::WatchOptions watch_options(const Config& config) {
  library::WatchOptions options;
  options.music = music_folders(config);
  options.rescan = std::chrono::seconds{config.rescan_s};
  return options;
}

bool lies_in(const std::filesystem::path& path, const std::filesystem::path& folder) {
  const auto below = path.lexically_normal().lexically_relative(folder.lexically_normal());
  return !below.empty() && *below.begin() != "..";
}

}  // namespace

std::filesystem::path upload_folder(const Config& config) {
  if (!config.upload_folder.empty()) return config.upload_folder;
  return config.music.empty() ? std::filesystem::path() : std::filesystem::path(config.music.front());
}

std::vector<std::filesystem::path> music_folders(const Config& config) {
  std::vector<std::filesystem::path> folders(config.music.begin(), config.music.end());
  const auto uploads = upload_folder(config);
  const bool known = uploads.empty() || std::any_of(folders.begin(), folders.end(), [&](const auto& folder) {
                       return lies_in(uploads, folder);
                     });
  if (!known) folders.push_back(uploads);
  return folders;
}

Files::Files(const Config& config, Ground& ground, Stations& stations)
    : stations_(stations),
      watch_options_(watch_options(config)),
      blocking_(to_pool(ground.blocking())),
      uploads_(
          ground.store(), stations.library(), upload_options(config),
          [](const std::filesystem::path& file, library::UploadKind kind) {
            return library::inspect_apart(file, kind);
          },
          blocking_, stations.loop().poster(), ground.clock()),
      packages_(ground.store(), ground.data().packages(), package_limits(config), blocking_,
                stations.loop().poster(), ground.clock()),
      tick_(stations.loop()) {
  std::error_code ignored;  // said when somebody sends something
  if (!config.upload_folder.empty()) std::filesystem::create_directories(config.upload_folder, ignored);
}

Files::~Files() = default;

void Files::start() {
  stations_.loop().post([this] {
    uploads_.recover();
    packages_.recover();
    tick_.every(tick_every, [this] {
      uploads_.tick();
      packages_.tick();
    });
    watch_ = std::make_unique<library::Watch>(
        watch_options_, [this, post = stations_.loop().poster()](library::FoldersChanged changed) {
          post([this, changed = std::move(changed)] { noticed(changed); });
        });
  });
}

void Files::stop() {
  watch_.reset();
}

void Files::noticed(const library::FoldersChanged& changed) {
  if (changed.everything) {
    stations_.library().scan();
  } else {
    stations_.library().look(changed.folders);
  }
}

}  // namespace longwave::app
