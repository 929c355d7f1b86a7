// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.hpp"
#include "base/task.hpp"

#include <boost/json/value.hpp>

#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

namespace longwave::store {
class Store;
}

namespace longwave::api {

/// Tracks as the API shows them, by id, for what the station loop publishes: programmers know only ids.
/// Remembers those that were asked for, until the library changes. Belongs to the station loop and lives as
/// long as it runs.
class TrackBook {
 public:
  using Tracks = std::function<const boost::json::object&(TrackId)>;  ///< of those that were asked for
  using Use = UniqueFunction<void(const Tracks&)>;

  TrackBook(store::Store& store, Post station_loop) : store_(store), post_(std::move(station_loop)) {}

  /// Calls `use` at once when all are known, later when the store had to be asked; a track that doesn't exist
  /// any more is shown as missing. Uses may overtake each other: keep order with a Feed.
  void with(const std::vector<TrackId>& ids, Use use);
  /// The library has changed: everything is asked for anew.
  void forget();

 private:
  using Shown = std::shared_ptr<const boost::json::object>;
  using Known = std::unordered_map<TrackId, Shown>;
  static Tracks view(Known tracks);

  store::Store& store_;
  Post post_;
  Known known_;
  std::uint64_t age_ = 0;
};

}  // namespace longwave::api
