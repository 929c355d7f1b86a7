// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/config.hpp"
#include "app/data_folder.hpp"
#include "app/dialects.hpp"
#include "app/upgrade.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace longwave::rpc {
class Table;
}
namespace longwave::web {
class Router;
}

namespace longwave::app {

/// The whole server: every room, joined. Construction opens files and sockets and starts nothing; run() is
/// what serves. docs/architecture.md draws who lives on which thread.
class Program {
 public:
  /// `inherited`: listening sockets of whoever started us; taken over.
  /// Errors are sentences for the one who typed the command. Throws what a failing environment throws.
  static Result<std::unique_ptr<Program>> make(const Config& config, DataFolder data, const Clock& clock,
                                               std::vector<int> inherited = {});
  ~Program();

  /// The address that is served, and the administrator's password if this start made it.
  const std::string& url() const;
  const std::optional<std::string>& new_admin_password() const;

  /// Serves until SIGINT or SIGTERM, then ends in order: no new connections, what is under way is answered,
  /// listeners and sockets are told, everything acknowledged is on disk. A second signal ends at once.
  ///
  /// SIGHUP reads the TLS files again. SIGUSR2 tries the executable that is there now and, if it takes this
  /// configuration, ends in the same order with the listening sockets kept open: they are returned, for
  /// become_successor(). Otherwise nothing is returned.
  std::vector<int> run(const Invocation& invocation);

  const rpc::Table& table() const;
  const web::Router& router() const;
  /// Of the dialects that have a server of their own.
  std::vector<Dialects::Table> dialect_tables() const;

 private:
  class Rooms;
  explicit Program(std::unique_ptr<Rooms> rooms);
  std::unique_ptr<Rooms> rooms_;
};

}  // namespace longwave::app
