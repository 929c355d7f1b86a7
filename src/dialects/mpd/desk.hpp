// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/signal.hpp"
#include "base/task.hpp"
#include "dialects/mpd/client.hpp"
#include "dialects/mpd/lines.hpp"
#include "library/roots.hpp"
#include "schedule/view.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace longwave::store {
class Store;
}
namespace longwave::library {
class Library;
struct Changed;
}  // namespace longwave::library
namespace longwave::schedule {
class Keeper;
}
namespace longwave::access {
class Users;
}
namespace longwave::io {
class Pool;
}
namespace longwave::api {
class Art;
class Lists;
}  // namespace longwave::api

namespace longwave::mpd {

class Call;

/// What the commands work on. All of it outlives the desk.
struct Rooms {
  const Clock& clock;
  store::Store& store;
  library::Library& library;  ///< on the station loop
  schedule::Keeper& keeper;   ///< on the station loop
  api::Lists& lists;          ///< on the station loop
  access::Users& users;
  api::Art& art;
  io::Pool& blocking;
  Post post;             ///< the station loop
  library::Roots roots;  ///< the music folders
  Instant started{};
};

/// Where the requests of all clients are carried out, one after the other for each of them. Belongs to the
/// station loop, like the rooms that it asks; what needs the disk runs elsewhere and comes back by a post.
class Desk {
 public:
  explicit Desk(Rooms rooms);
  ~Desk();
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  /// The signals are connected. When the station loop runs.
  void start();

  std::shared_ptr<Client> join(unsigned permissions, std::string address, std::function<void(Reply)> send);
  void leave(const std::shared_ptr<Client>& client);
  void take(const std::shared_ptr<Client>& client, Input input);

  const Rooms& rooms() const { return rooms_; }
  const std::vector<std::shared_ptr<Client>>& clients() const { return clients_; }

  /// To all clients, or those of one partition.
  void tell(Subsystem subsystem, StationId only = {});
  /// The client's idle is over if something that it waits for is pending; true if it was.
  bool settle(Client& client);

  /// Name of a station as a partition: `main` is `default`.
  std::string partition_name(StationId station) const;
  StationId partition_named(std::string_view name) const;  ///< 0: none; `main` is found, too

  /// What belongs to a station and is only of this protocol.
  struct Partition {
    std::vector<std::uint64_t> changed;         ///< of each place of the queue: its version
    std::unordered_map<EntryId, int> priority;  ///< kept and told
    std::int64_t mixramp_db = 0;
  };
  Partition& partition(StationId station);

  int update_job() const { return update_job_; }
  int start_update();
  /// Reads again what is at or below the path. Nothing: no such path can be.
  std::optional<int> start_rescan(std::string_view path);
  std::string replay_gain_mode = "off";

 private:
  friend class Call;
  void run(const std::shared_ptr<Client>& client);
  void step(const std::shared_ptr<Client>& client);
  void finish(Call& call);
  void end_request(const std::shared_ptr<Client>& client, bool close = false);
  void on_station(const schedule::StationChanged& event);
  void on_closed(StationId station);
  void on_library(const library::Changed& changed);

  Rooms rooms_;
  std::vector<std::shared_ptr<Client>> clients_;
  std::map<std::int64_t, Partition> partitions_;
  int update_job_ = 0;
  std::vector<Subscription> subscriptions_;
};

}  // namespace longwave::mpd
