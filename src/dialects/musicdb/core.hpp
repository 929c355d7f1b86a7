// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/signal.hpp"
#include "base/task.hpp"
#include "dialects/musicdb/function.hpp"
#include "dialects/musicdb/kept.hpp"
#include "dialects/musicdb/packet.hpp"
#include "dialects/musicdb/steering.hpp"

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace longwave::store {
class Store;
}
namespace longwave::library {
class Library;
class Uploads;
}  // namespace longwave::library

namespace longwave::musicdb {

class Tasks;
class Videos;

/// Where packets leave. Called on the station loop.
class Outlet {
 public:
  virtual void send(ClientId client, Text packet) = 0;
  /// To every client that is active; one that fails doesn't stop the others.
  virtual void send_all(Text packet) = 0;
  virtual void close(ClientId client, std::uint16_t code, std::string_view reason) = 0;

 protected:
  ~Outlet() = default;
};

/// What the core works on. All of it outlives it.
struct CoreParts {
  store::Store& store;
  library::Library& library;
  schedule::Keeper& keeper;
  library::Uploads* uploads = nullptr;  ///< null: uploads are off
  const Clock& clock;
  Post post;  ///< the station loop
  Outlet& outlet;
  std::function<void(Task)> blocking = {};  ///< to the blocking pool: files
};

/// The factory and the high level of every connection: runs functions, answers, broadcasts, and tells all
/// clients what happens. Packets of one client are handled one after the other. Belongs to the station loop.
class Core {
 public:
  explicit Core(CoreParts parts);
  ~Core();
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  // what connections say
  void connected(ClientId client);     ///< onWSConnect: from now on it gets notifications
  void disconnected(ClientId client);  ///< onWSDisconnect
  /// A packet with the right key.
  void receive(ClientId client, Packet packet);

  /// Once a second, whatever happens: the clients' sign of life.
  void tick();
  /// Runs `task` when the core has been made ready, on the station loop. (What is kept is read first.)
  void start();

  // for functions
  const CoreParts& parts() const { return parts_; }
  Steering& steering() { return steering_; }
  Videos& videos() { return *videos_; }
  Tasks& tasks() { return *tasks_; }
  const Kept& kept() const { return *kept_; }
  Scene scene() const;
  /// Keeps it, on disk, then answers with `value`.
  void keep(Kept kept, boost::json::value value, Answer answer);
  /// Reads the library, then goes on here.
  void read(UniqueFunction<Value(store::Session&)> job, Answer answer);
  /// Changes the library in one job, then goes on here.
  void edit(UniqueFunction<Value(store::Session&, library::Changes&)> job, Answer answer);
  /// A notification to all.
  void notify(std::string_view function, std::string_view signature, const boost::json::value& arguments);
  /// A broadcast that no client asked for (sys:refresh).
  void announce(std::string_view function, std::string_view signature, const boost::json::value& arguments);
  std::size_t clients() const { return clients_.size(); }
  /// Expired when the core is gone: for what comes back from other threads.
  std::weak_ptr<bool> alive() const { return alive_; }

 private:
  struct Client {
    std::deque<Packet> waiting;
    std::size_t bytes = 0;
    bool busy = false;
  };
  void next(ClientId client);
  void run(ClientId client, Packet packet);
  void perform(const Function& function, ClientId client, const Arguments& arguments, Answer answer);
  void finish(ClientId client, const Packet& packet, const Function& function, Value value);
  void deliver(ClientId client, const Packet& packet, std::string_view name, bool to_all,
               const boost::json::value& value);
  void done(ClientId client);
  void on_stage(const StageChanged& change);

  CoreParts parts_;
  KeptPtr kept_;
  Steering steering_;
  std::unique_ptr<Videos> videos_;
  std::unique_ptr<Tasks> tasks_;
  std::map<ClientId, Client> clients_;
  Subscription on_stage_, on_library_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace longwave::musicdb
