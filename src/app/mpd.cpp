// SPDX-License-Identifier: Apache-2.0
#include "access/rates.hpp"
#include "app/dialects.hpp"
#include "app/ground.hpp"
#include "app/people.hpp"
#include "app/stations.hpp"
#include "dialects/mpd/desk.hpp"
#include "dialects/mpd/shell.hpp"
#include "io/loop.hpp"

#include <utility>

namespace longwave::app {
namespace {

/// The desk lives on the station loop, its connections on the net loops.
class MpdDialect final : public Dialect {
 public:
  explicit MpdDialect(const DialectRooms& rooms)
      : address_(rooms.config.mpd_listen),
        loop_(rooms.stations.loop()),
        desk_({.clock = rooms.ground.clock(),
               .store = rooms.ground.store(),
               .library = rooms.stations.library(),
               .keeper = rooms.stations.keeper(),
               .lists = rooms.stations.lists(),
               .users = rooms.ground.users(),
               .art = rooms.people.art(),
               .blocking = rooms.ground.blocking(),
               .post = loop_.poster(),
               .roots = library::Roots({rooms.config.music.begin(), rooms.config.music.end()}),
               .started = rooms.ground.clock().now()}),
        shell_(rooms.net, desk_, loop_.poster(),
               [&rates = rooms.people.rates()](const std::string& ip) { return rates.admit(ip); }) {}

  std::string_view name() const override { return "mpd"; }
  std::string address() const override { return address_; }
  bool speaks_http() const override { return false; }
  Result<io::Endpoint> listen(io::Listener::Options options) override {
    return shell_.listen(std::move(options));
  }
  std::vector<int> duplicate_listeners() override { return shell_.duplicate_listeners(); }
  void start() override {
    loop_.post([this] { desk_.start(); });
  }
  void close(Task done) override { shell_.close(std::move(done)); }

 private:
  std::string address_;
  io::Loop& loop_;
  mpd::Desk desk_;
  mpd::Shell shell_;  // goes first
};

}  // namespace

Result<std::unique_ptr<Dialect>> make_mpd(const DialectRooms& rooms) {
  if (rooms.config.mpd_listen.empty()) return std::unique_ptr<Dialect>();
  return std::unique_ptr<Dialect>(std::make_unique<MpdDialect>(rooms));
}

}  // namespace longwave::app
