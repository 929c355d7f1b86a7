// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/signal.hpp"
#include "dialects/player/backend.hpp"
#include "dialects/player/http.hpp"
#include "dialects/player/methods.hpp"
#include "dialects/player/page.hpp"
#include "dialects/player/sockets.hpp"
#include "rpc/table.hpp"

#include <memory>
#include <vector>

namespace longwave::api {
struct Context;
}

namespace longwave::player {

/// The whole protocol over one player: methods, sockets, long polls, upload, page. Made before the loops
/// start, destroyed after they have stopped and before the backend.
class Service {
 public:
  struct Surroundings {
    io::LoopGroup& net;
    io::Loop& home;  ///< the loop of the backend
    const Clock& clock;
    access::Rates* rates;   ///< null: nothing is counted
    api::Context* uploads;  ///< takes files in; null: there is no /upload
  };
  Service(Backend& backend, Surroundings around);
  ~Service();

  Result<void> add_routes(web::Router& router, PageOptions page);
  /// Connects it with the backend. On `home`.
  void start();
  /// Last words to long polls. Any thread.
  void ending() { polls_.end(); }

 private:
  const rpc::Surroundings& of(io::Loop& loop) const;
  Result<void> add_upload_route(web::Router& router);
  void tell(std::string_view method, const std::string& payload);

  Backend& backend_;
  Surroundings around_;
  Desk desk_;
  rpc::Table table_;
  std::vector<rpc::Surroundings> loops_;
  Polls polls_;
  Sockets sockets_;
  Subscription on_event_;
};

}  // namespace longwave::player
