// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/lists.hpp"
#include "app/config.hpp"
#include "app/external_player.hpp"
#include "base/signal.hpp"
#include "io/loop.hpp"
#include "io/timer.hpp"
#include "library/library.hpp"
#include "orders/bus.hpp"
#include "schedule/keeper.hpp"
#include "station/broadcaster.hpp"
#include "station/library_tracks.hpp"
#include "station/media_pool.hpp"

namespace longwave::app {

class Ground;

/// The tracks of the library as programmers see them. Any thread; some milliseconds for a large one.
schedule::CataloguePtr programmers_view(const library::CatalogueRows& rows);

/// The station loop and who lives on it: the library, the programmers, the players. The bus between the last
/// two is the only way by which one knows of the other.
class Stations {
 public:
  /// What would only be found out when a station pauses: a hold track that isn't there or can't be played.
  static Result<void> check(const Config& config);

  Stations(const Config& config, Ground& ground, io::LoopGroup& net);
  /// When the loops have stopped.
  ~Stations();

  /// Before the loops run: the programmes begin with the first turn of the station loop, then the scan.
  void start();

  io::Loop& loop() { return loop_; }
  /// False in a process whose role isn't playing: its stations are only described.
  bool plays() const { return plays_; }
  library::Library& library() { return library_; }
  schedule::Keeper& keeper() { return keeper_; }
  api::Lists& lists() { return lists_; }
  station::Broadcaster& broadcaster() { return broadcaster_; }
  /// Of whoever plays in this process. From any thread.
  station::StationMetrics metrics() const { return metrics_ ? metrics_() : broadcaster_.metrics(); }
  /// Before anything is served: it is somebody else who plays.
  void set_metrics(std::function<station::StationMetrics()> metrics) { metrics_ = std::move(metrics); }

 private:
  void open(StationId id);
  void run_later(Duration delay, Task task);
  void on_catalogue(const library::CatalogueChanged& event);

  Ground& ground_;
  bool plays_;  // stations are on the air in this process
  io::Loop loop_;
  io::Timer wake_;
  library::Library library_;
  orders::Bus bus_;
  station::LibraryTracks tracks_;
  station::MediaPool media_;
  station::Broadcaster broadcaster_;
  schedule::Keeper keeper_;
  std::unique_ptr<ExternalPlayer> external_;  // null: the engine plays everything
  api::Lists lists_;
  std::function<station::StationMetrics()> metrics_;
  std::uint64_t catalogue_number_ = 0;
  Subscription on_catalogue_, on_problem_, on_finished_, on_watchdog_, on_history_, on_opened_, on_renamed_,
      on_closed_;
};

}  // namespace longwave::app
