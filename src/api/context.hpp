// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "rpc/method.hpp"

#include <boost/json/fwd.hpp>

#include <functional>
#include <string>

namespace longwave::store {
class Session;
class Store;
}  // namespace longwave::store
namespace longwave::library {
class Library;
class Packages;
class Uploads;
}  // namespace longwave::library
namespace longwave::schedule {
class Keeper;
}
namespace longwave::hub {
class Hub;
}
namespace longwave::access {
class Tokens;
class Users;
}  // namespace longwave::access

namespace longwave::api {

class Announcements;
class Lists;
class Platform;
class Sockets;
class StationFeed;

/// What the methods of the API work on. Made by app/ before the first connection, outlives the last; the
/// pointers never change. Rooms that belong to the station loop are reached through `station_loop`.
struct Context {
  const Clock* clock = nullptr;
  Instant started{};  ///< when the program was
  store::Store* store = nullptr;
  access::Users* users = nullptr;
  const access::Tokens* tokens = nullptr;
  std::string run = {};  ///< of this start of the program; nobody outside can guess it
  Sockets* sockets = nullptr;
  Post hub_loop;
  hub::Hub* hub = nullptr;  ///< on the hub's loop
  Post station_loop;
  std::function<void(Duration, Task)> later;  ///< on the station loop: runs the task there after a while
  library::Library* library = nullptr;        ///< on the station loop
  library::Uploads* uploads = nullptr;        ///< on the station loop
  library::Packages* packages = nullptr;      ///< on the station loop
  std::function<void(Task)> blocking = {};    ///< to the blocking pool: files
  schedule::Keeper* keeper = nullptr;         ///< on the station loop
  StationFeed* feed = nullptr;                ///< on the station loop
  Lists* lists = nullptr;                     ///< on the station loop
  Announcements* announcements = nullptr;     ///< on the station loop
  Platform* platform = nullptr;               ///< on the hub's loop
  /// What a page of the fleet's monitoring shows, called from any thread: its path, a radio, rows to pass
  /// over; `done` runs once, on a thread of the fleet, with null when there is no such page. Empty: this
  /// process schedules no fleet.
  std::function<void(std::string path, std::string radio, std::size_t offset,
                     std::function<void(const boost::json::value*)> done)>
      fleet = {};
};

/// A handler that reads the database: `read` runs on a reading thread of the store with the checked call.
/// What the database can't do is logged and answered with `unavailable`; the client never sees its words.
rpc::Handler reading(Context& context,
                     std::function<Result<boost::json::value>(store::Session&, const rpc::Call&)> read);

/// A handler on the station loop, where the library, the programmer and the player live. `act` may keep the
/// responder and answer later.
rpc::Handler on_station_loop(Context& context, std::function<void(const rpc::Call&, rpc::Responder)> act);

}  // namespace longwave::api
