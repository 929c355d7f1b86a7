// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "audio/analysis.hpp"
#include "base/clock.hpp"
#include "base/task.hpp"
#include "fleet/outside.hpp"
#include "schedule/candidate.hpp"
#include "schedule/programmes.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace longwave::access {
class Users;
}
namespace longwave::fleet {
class Webapp;
}
namespace longwave::store {
class Store;
}

namespace longwave::app {

/// What the scheduler asks, answered from the database: every station is a radio, by its uuid; its programme
/// is the one that was made for it, else everything the AutoDJ may draw. The web application, if there is
/// one, is told what happens and knows the users. Belongs to the thread of the scheduler; reading happens on
/// the store's.
class FleetOutside final : public fleet::Outside {
 public:
  /// `post` leads to the thread of the scheduler; `webapp` may be null; everything outlives this.
  /// `loudness` is what streamers shall raise or lower songs to.
  FleetOutside(store::Store& store, const access::Users& users, const Clock& clock, fleet::Webapp* webapp,
               const audio::LoudnessTarget& loudness, Post post);

  /// What this finds out by itself; before the start. Called on the scheduler's thread or the store's.
  struct Tell {
    Task events_came;
    UniqueFunction<void(std::int64_t)> user_unknown;
  };
  void tell(Tell tell) { tell_ = std::move(tell); }

  /// Reads the library again: its songs, and the names of their files. `done` follows, also when that failed
  /// (the log says so).
  void read_library(Task done);

  void read_programme(const std::string& radio_uuid, UniqueFunction<void(Programme)> done) override;
  std::string file(std::uint32_t key) const override;
  double gain_db(std::string_view file) const override;
  void has_radio(const std::string& radio_uuid, UniqueFunction<void(bool)> done) override;
  void all_radios(UniqueFunction<void(std::vector<std::string>)> done) override;
  /// A token is one of the web application's. Without one it is a bearer key of somebody who may log in here,
  /// as is `api_key` beside the name in any case; who is known so hears the better quality.
  void find_user(const fleet::Credentials& credentials, UniqueFunction<void(fleet::User)> done) override;
  void report(const fleet::Report& report) override;
  void reigns(std::int64_t term) override { term_ = term; }
  void played(fleet::Played item) override;
  void request_started(const std::string& radio_uuid, std::int64_t request) override;
  void events_wanted() override;
  std::size_t reports_waiting() const override;

 private:
  struct Library;

  void find_here(const fleet::Credentials& credentials, UniqueFunction<void(fleet::User)> done);
  void look_for_user(std::int64_t number);
  void write_plays();

  store::Store& store_;
  const access::Users& users_;
  const Clock& clock_;
  fleet::Webapp* webapp_;
  Post post_;
  Tell tell_;
  std::unordered_set<std::int64_t> seen_users_;  // that were looked for
  std::shared_ptr<const Library> library_;
  const audio::LoudnessTarget loudness_;
  std::vector<schedule::RadioPlay> plays_;  // to be written, as the next two
  std::vector<schedule::RadioItem> history_;
  std::vector<std::pair<std::string, std::int64_t>> fulfilled_;  // radio and request
  bool writing_plays_ = false;
  std::int64_t term_ = 0;
};

}  // namespace longwave::app
