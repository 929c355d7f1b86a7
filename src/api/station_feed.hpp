// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/air.hpp"
#include "api/feed.hpp"
#include "api/station_json.hpp"
#include "base/clock.hpp"
#include "base/signal.hpp"
#include "schedule/keeper.hpp"

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace longwave::api {

/// Who listens to a station, as the page shows it.
struct Audience {
  int total = 0;
  int mp3 = 0;
  int opus = 0;
};

/// What happens on the stations, told on the channels `station:<slug>` in the order in which it happened:
/// station.now, queue.changed, history.added, programme.changed, listeners.changed. Belongs to the station
/// loop.
class StationFeed {
 public:
  using Text = std::shared_ptr<const std::string>;
  using Publish = std::function<void(const std::string& channel, const std::string& method, Text data)>;
  using Values = std::vector<std::pair<std::string, Text>>;

  /// `accent` gives the colour of a picture, or "" while it isn't known (then accents_changed() is called
  /// later).
  StationFeed(schedule::Keeper& keeper, TrackBook& book, const Clock& clock, Publish publish,
              std::function<std::string(std::string_view art)> accent);

  /// Where nothing is played here. Outlives this.
  void set_air(Air& air) { air_ = &air; }
  /// `then` when it is known what these stations play.
  void look(const std::vector<StationId>& stations, Task then);

  /// The values a new subscriber of the channel must see, in order with what is published.
  void present_values(const std::string& channel, UniqueFunction<void(Values)> answer);
  void set_audience(StationId station, Audience audience);
  /// Colours that were asked for are known now.
  void accents_changed();
  /// Tracks look different now.
  void library_changed();
  /// A scheduler elsewhere plays something else on it.
  void air_changed(StationId station) { publish_now(station); }

  int listeners(StationId station) const;
  schedule::NowView on_air(StationId station) const;
  boost::json::object now(StationId station, const TrackBook::Tracks& tracks) const;
  Feed& feed() { return feed_; }

 private:
  static std::string channel(const schedule::Programmer& programmer);
  void publish_now(StationId station);
  boost::json::object audience_json(StationId station) const;

  schedule::Keeper& keeper_;
  const Clock& clock_;
  Publish publish_;
  std::function<std::string(std::string_view)> accent_;
  TrackBook& book_;
  Air* air_ = nullptr;
  Feed feed_;
  std::unordered_map<StationId, Audience> audiences_;
  Subscription on_queue_, on_now_, on_history_, on_programme_, on_state_, on_opened_, on_renamed_, on_closed_;
};

}  // namespace longwave::api
