// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/task.hpp"
#include "orders/orders.hpp"
#include "orders/stream_clock.hpp"
#include "station/backends/remote.hpp"
#include "station/player_backend.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace longwave::station {

/// Somebody else's program (an MPD, an XMMS2 daemon) as the player of one station: carries out the
/// programmer's orders with the songs that it has. Belongs to the station loop.
///
/// The programme runs by the clock whether or not the other is there: when it comes back, it is entered at
/// the right second. A song that it doesn't have or can't play is told as Failed, so that the programmer
/// chooses another. When somebody else takes it (Remote::on_taken) it is left to them until the next Play.
/// Nothing is sent to listeners of ours: the sound is the other's.
class RemotePlayer final : public PlayerBackend {
 public:
  struct Song {
    std::string uri;
    Samples duration{};  ///< as its tags say
  };
  struct Ports {
    const Clock& clock;
    orders::ProgrammerPort& tell;
    /// How a track is called there; `done` on the station loop.
    std::function<void(TrackId, std::function<void(Result<Song>)> done)> find;
    std::function<void(Instant)> wake;  ///< tick() is to be called then; a later call replaces it
  };

  /// The remote outlives this.
  RemotePlayer(StationId station, orders::StreamClock stream, Remote& remote, Ports ports);
  ~RemotePlayer() override;

  void receive(StationId station, const orders::ToPlayer& message) override;
  void tick();

 private:
  struct Begun {
    orders::Play order;
    std::string uri;
    bool told = false;   ///< Started
    bool there = false;  ///< the other plays it
    bool away = false;   ///< somebody took the other
    int tries = 0;
  };

  void on(const orders::Prepare& order);
  void on(const orders::Play& order);
  void on(const orders::Stop& order);
  void look_up(const orders::Prepare& order, const Song& song);
  void begin(const orders::Play& order);
  void enter();
  void watch(EntryId item);
  void entered(EntryId item, const Result<void>& played);
  void on_taken(Remote::Taken how);
  bool nearly_over() const;
  void end_current(Samples at);
  void again_in(Duration delay, Task task);
  void plan_wake();
  Samples now() const { return stream_.position(ports_.clock.now()); }

  const StationId station_;
  const orders::StreamClock stream_;
  Remote& remote_;
  Ports ports_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::map<EntryId, std::string> uris_;  ///< of what was prepared
  std::vector<orders::Play> plan_;       ///< what comes, by its start
  std::optional<Samples> stop_at_;
  std::optional<Begun> current_;
  std::vector<std::pair<Instant, Task>> later_;
  bool silent_ = false;  ///< it was said that the other isn't there
};

}  // namespace longwave::station
