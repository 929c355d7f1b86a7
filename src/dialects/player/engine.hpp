// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/lists.hpp"
#include "base/ids.hpp"
#include "base/task.hpp"
#include "dialects/player/backend.hpp"
#include "library/events.hpp"
#include "schedule/commands.hpp"
#include "schedule/view.hpp"

#include <functional>
#include <memory>
#include <string>

namespace longwave::library {
class Library;
class Packages;
}  // namespace longwave::library
namespace longwave::schedule {
class Keeper;
}
namespace longwave::store {
class Session;
class Store;
}  // namespace longwave::store

namespace longwave::player {

/// Our own station as the player: what is heard, queued and stored here. Belongs to the station loop (its
/// `home`); what it reads from the database comes back there. Every property that it sets has the source
/// `client/wxmms2`, as the original's.
class Engine final : public Backend {
 public:
  struct Rooms {
    schedule::Keeper& keeper;
    library::Library& library;
    store::Store& store;
    api::Lists& lists;
    library::Packages* packages;  ///< null: none are made
    Post home;
    std::string station = "main";  ///< slug
  };
  explicit Engine(Rooms rooms);
  ~Engine() override;

  /// From here on it tells what happens. On the station loop, when that runs.
  void listen();

  std::optional<State> state() const override;
  void start(Done done) override;
  void stop(Done done) override;
  void pause(Done done) override;
  void current_id(Reply<std::int64_t> done) override;
  void jump(std::int64_t position, Reply<std::int64_t> done) override;
  void next(Reply<Place> done) override;
  void previous(Reply<Place> done) override;
  void list_playlists(Reply<std::vector<std::string>> done) override;
  void current_playlist(Reply<Json> done) override;
  void create_playlist(std::string name, Done done) override;
  void load_playlist(std::string name, Done done) override;
  void add_to_playlist(std::int64_t id, std::string name, Done done) override;
  void remove_from_playlist(std::int64_t position, std::string name, Done done) override;
  void clear_playlist(std::string name, Done done) override;
  void list_collections(Reply<std::vector<std::string>> done) override;
  void all_media(Reply<Json> done) override;
  void media_info(std::int64_t id, Reply<Json> done) override;
  void set_property(std::int64_t id, std::string key,
                    std::optional<std::variant<std::string, std::int64_t>> value, Done done) override;
  void rehash(Done done) override;
  void refresh(Done done) override;
  void remove_media(std::int64_t id, Done done) override;
  void volume(Reply<Volumes> done) override;
  void set_volume(std::string channel, int value, Done done) override;
  std::uint64_t package(std::string name, std::string by, PackObserver observer, Reply<Packed> done) override;
  void cancel_package(std::uint64_t number) override;

 private:
  struct Packing;
  schedule::ViewPtr view() const;
  void run(schedule::Command command, Done done);
  void run_to_place(schedule::Command command, Reply<Place> done);
  api::Lists::Reply<api::Lists::Changed> changed(Done done);
  /// `read` runs on a reading thread; its text, or its error, comes back here.
  void read(std::function<Result<Json>(store::Session&)> read, Reply<Json> done);
  void tell(Event event);  // after what runs now
  void on_station(const schedule::StationChanged& change);
  void on_queue(const schedule::StationChanged& change);
  void on_library(const library::Event& event);

  Rooms rooms_;
  StationId station_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::uint64_t last_package_ = 0;
  std::map<std::uint64_t, std::shared_ptr<Packing>> packages_;
  bool reading_ = false;   // the tag reader runs
  bool clearing_ = false;  // a list that becomes empty now is one that somebody clears
  Subscription on_station_, on_library_, on_progress_, on_finished_;
};

}  // namespace longwave::player
