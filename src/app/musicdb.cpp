// SPDX-License-Identifier: Apache-2.0
#include "api/context.hpp"
#include "app/dialects.hpp"
#include "app/ground.hpp"
#include "app/people.hpp"
#include "app/stations.hpp"
#include "dialects/musicdb/core.hpp"
#include "dialects/musicdb/key.hpp"
#include "dialects/musicdb/pages.hpp"
#include "dialects/musicdb/sockets.hpp"
#include "io/loop.hpp"
#include "io/timer.hpp"

#include <filesystem>
#include <system_error>
#include <utility>

namespace longwave::app {
namespace {

constexpr Duration beat = std::chrono::seconds{1};

/// MusicDB's protocol, on a listener of its own. In the order in which its parts are made.
class MusicDb final : public Dialect {
 public:
  MusicDb(const DialectRooms& rooms, const std::string& key)
      : address_(rooms.config.musicdb_listen),
        loop_(rooms.stations.loop()),
        sockets_(rooms.net, key, loop_.poster()),
        core_({.store = rooms.ground.store(),
               .library = rooms.stations.library(),
               .keeper = rooms.stations.keeper(),
               .uploads = rooms.people.context().uploads,
               .clock = rooms.ground.clock(),
               .post = loop_.poster(),
               .outlet = sockets_,
               .blocking = blocking(rooms)}),
        pages_({.store = rooms.ground.store(),
                .art = rooms.people.art(),
                .sockets = sockets_,
                .blocking = blocking(rooms)},
               {.key = key, .client = rooms.config.musicdb_client}),
        beat_(loop_) {
    sockets_.attach(core_);
  }

  std::string_view name() const override { return "musicdb"; }
  std::string address() const override { return address_; }
  Result<void> add_routes(web::Router& router) override { return pages_.add_routes(router); }
  /// What happens needs the key, which is in every packet.
  std::vector<std::string> open_paths() const override { return {"/"}; }
  void start() override {
    loop_.post([this] {
      core_.start();
      beat_.every(beat, [this] { core_.tick(); });
    });
  }
  void ending() override { sockets_.close_connections(); }

 private:
  static std::function<void(Task)> blocking(const DialectRooms& rooms) {
    return [&pool = rooms.ground.blocking()](Task task) {
      pool.submit({.work = [task = std::move(task)](std::stop_token) mutable { task(); }});
    };
  }

  std::string address_;
  io::Loop& loop_;
  musicdb::Sockets sockets_;
  musicdb::Core core_;
  musicdb::Pages pages_;
  io::Timer beat_;
};

}  // namespace

Result<std::unique_ptr<Dialect>> make_musicdb(const DialectRooms& rooms) {
  if (rooms.config.musicdb_listen.empty()) return std::unique_ptr<Dialect>();
  const auto& named = rooms.config.musicdb_key;
  const auto file = named.empty() ? rooms.ground.data().musicdb_key() : std::filesystem::path(named);
  try {
    return std::unique_ptr<Dialect>(std::make_unique<MusicDb>(rooms, musicdb::load_key(file)));
  } catch (const std::system_error& problem) {
    return error(Errc::unavailable, std::string("musicdb-key: ") + problem.what());
  }
}

}  // namespace longwave::app
