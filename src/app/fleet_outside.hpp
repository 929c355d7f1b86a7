// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/task.hpp"
#include "fleet/outside.hpp"
#include "schedule/candidate.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

namespace longwave::access {
class Users;
}
namespace longwave::store {
class Store;
}

namespace longwave::app {

/// What the scheduler asks, answered from the database: every station is a radio, by its uuid; its programme
/// is the one that was made for it, else everything the AutoDJ may draw. Belongs to the thread of the
/// scheduler; reading happens on the store's.
class FleetOutside final : public fleet::Outside {
 public:
  /// `post` leads to the thread of the scheduler; everything outlives this.
  FleetOutside(store::Store& store, const access::Users& users, Post post);

  /// Reads the library again: its songs, and the names of their files. `done` follows, also when that failed
  /// (the log says so).
  void read_library(Task done);

  void read_programme(const std::string& radio_uuid, UniqueFunction<void(Programme)> done) override;
  std::string file(std::uint32_t key) const override;
  void has_radio(const std::string& radio_uuid, UniqueFunction<void(bool)> done) override;
  void all_radios(UniqueFunction<void(std::vector<std::string>)> done) override;
  /// By a bearer key of somebody who may log in here: as `auth_token`, or as `api_key` beside the name. Who
  /// is known hears the better quality.
  void find_user(const fleet::Credentials& credentials, UniqueFunction<void(fleet::User)> done) override;
  void report(const fleet::Report& report) override;
  std::size_t reports_waiting() const override { return 0; }

 private:
  struct Library;

  store::Store& store_;
  const access::Users& users_;
  Post post_;
  std::shared_ptr<const Library> library_;
};

}  // namespace longwave::app
