// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/task.hpp"
#include "orders/orders.hpp"
#include "orders/stream_clock.hpp"
#include "station/backends/mpd_link.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace longwave::station {

/// An external MPD as the player of one station: carries out the programmer's orders with the songs that the
/// MPD has under the same paths. Belongs to the station loop.
///
/// The programme runs by the clock whether or not the MPD is there: when it comes back, it is entered at the
/// right second. A song that it doesn't have is told as Failed, so that the programmer chooses another.
/// Nothing is sent to listeners of ours: the sound is the MPD's.
class MpdPlayer final : public orders::PlayerPort {
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
    Post post;                          ///< the station loop
  };

  MpdPlayer(StationId station, orders::StreamClock stream, MpdAddress address, Ports ports);
  ~MpdPlayer() override;

  void receive(StationId station, const orders::ToPlayer& message) override;
  void tick();

 private:
  struct Begun {
    orders::Play order;
    std::string uri;
    bool told = false;   ///< Started
    bool there = false;  ///< the MPD plays it
  };

  void on(const orders::Prepare& order);
  void on(const orders::Play& order);
  void on(const orders::Stop& order);
  void look_up(const orders::Prepare& order, const Song& song);
  void begin(const orders::Play& order);
  void enter();
  void watch(EntryId item);
  void end_current(Samples at);
  void again_in(Duration delay, Task task);
  void plan_wake();
  Samples now() const { return stream_.position(ports_.clock.now()); }

  const StationId station_;
  const orders::StreamClock stream_;
  Ports ports_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::map<EntryId, std::string> uris_;  ///< of what was prepared
  std::vector<orders::Play> plan_;       ///< what comes, by its start
  std::optional<Samples> stop_at_;
  std::optional<Begun> current_;
  std::vector<std::pair<Instant, Task>> later_;
  bool silent_ = false;  ///< it was said that the MPD isn't there
  MpdLink link_;         // goes first: its thread ends
};

}  // namespace longwave::station
