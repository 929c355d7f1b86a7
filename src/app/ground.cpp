// SPDX-License-Identifier: Apache-2.0
#include "app/ground.hpp"
#include "fleet/changes.hpp"
#include "fleet/tables.hpp"
#include "schedule/radios/tables.hpp"

#include "access/station_roles.hpp"
#include "api/platform.hpp"
#include "dialects/mpd/stickers.hpp"
#include "dialects/musicdb/kept.hpp"
#include "library/library.hpp"
#include "schedule/tables.hpp"
#include "store/server.hpp"

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

Result<store::StoreOptions> store_options(const Config& config, std::filesystem::path file) {
  constexpr std::string_view in_file = "sqlite:";
  const std::string& url = config.database;
  if (url.empty()) return store::StoreOptions{.file = std::move(file)};
  if (url.starts_with(in_file) && url.size() > in_file.size())
    return store::StoreOptions{.file = url.substr(in_file.size())};
  if (!url.starts_with("postgresql://") && !url.starts_with("postgres://")) {
    return error(Errc::invalid, "database must be sqlite:FILE or postgresql://USER@HOST:PORT/NAME");
  }
  if (auto fits = store::check_server(url); !fits) return fits.error();
  return store::StoreOptions{.file = {}, .server = url, .password = config.database_password};
}

std::unique_ptr<store::Store> open_store(const Config& config, const DataFolder& data, bool sole) {
  std::vector<store::RoomMigrations> rooms = {{"library", library::migrations()},
                                              access::migrations(),
                                              {"schedule", schedule::migrations()},
                                              api::platform_migrations(),
                                              mpd::migrations(),
                                              {"musicdb", musicdb::migrations()},
                                              {"radios", radios::migrations()},
                                              fleet::migrations(),
                                              fleet::programme_events(),
                                              fleet::change_events()};
  auto options = store_options(config, data.database());
  if (!options) throw store::Failure(store::FailureKind::other, options.error().message);
  options->sole = sole;
  return std::make_unique<store::Store>(std::move(*options), std::move(rooms));
}

std::unique_ptr<store::Store> look_into_store(const Config& config) {
  auto options = store_options(config, DataFolder::database_in(config.data));
  if (!options) throw store::Failure(store::FailureKind::other, options.error().message);
  if (options->server.empty() && !std::filesystem::exists(options->file))
    throw store::Failure(store::FailureKind::other,
                         "there is no database yet: `longwave scan` or `longwave serve` makes one");
  options->readers = 1;
  return std::make_unique<store::Store>(std::move(*options), std::vector<store::RoomMigrations>{});
}

Ground::Ground(const Config& config, DataFolder data, const Clock& clock)
    : data_(std::move(data)),
      clock_(clock),
      store_(open_store(config, data_, config.role == "all")),
      first_change_(store_options(config, {})->server.empty() ? -1 : store_->read_now(fleet::last_change)),
      users_(*store_, clock),
      cache_(data_.cache(), static_cast<std::uint64_t>(config.cache_mb) << 20),
      media_("media", media_threads(config)),
      blocking_("files", blocking_threads) {
  users_.station_roles().set_most_owned(static_cast<std::size_t>(config.stations_per_user));
}

void Ground::stop() {
  media_.stop();
  blocking_.stop();
  store_->close();
}

}  // namespace longwave::app
