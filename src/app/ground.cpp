// SPDX-License-Identifier: Apache-2.0
#include "app/ground.hpp"

#include "api/platform.hpp"
#include "dialects/mpd/stickers.hpp"
#include "dialects/musicdb/kept.hpp"
#include "library/library.hpp"
#include "schedule/tables.hpp"

#include <algorithm>
#include <thread>

namespace longwave::app {
namespace {

constexpr std::size_t blocking_threads = 2;

std::size_t media_threads(const Config& config) {
  if (config.media_threads > 0) return static_cast<std::size_t>(config.media_threads);
  return std::max(1u, std::thread::hardware_concurrency());
}

}  // namespace

std::unique_ptr<store::Store> open_store(const DataFolder& data) {
  std::vector<store::RoomMigrations> rooms = {
      {"library", library::migrations()}, access::migrations(), {"schedule", schedule::migrations()},
      api::platform_migrations(),         mpd::migrations(),    {"musicdb", musicdb::migrations()}};
  return std::make_unique<store::Store>(store::StoreOptions{.file = data.database()}, std::move(rooms));
}

Ground::Ground(const Config& config, DataFolder data, const Clock& clock)
    : data_(std::move(data)),
      clock_(clock),
      store_(open_store(data_)),
      users_(*store_, clock),
      cache_(data_.cache(), static_cast<std::uint64_t>(config.cache_mb) << 20),
      media_("media", media_threads(config)),
      blocking_("files", blocking_threads) {}

void Ground::stop() {
  media_.stop();
  blocking_.stop();
  store_->close();
}

}  // namespace longwave::app
