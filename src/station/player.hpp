// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "orders/orders.hpp"
#include "orders/stream_clock.hpp"
#include "station/batch.hpp"
#include "station/events.hpp"
#include "station/lane.hpp"
#include "station/media.hpp"
#include "station/options.hpp"
#include "station/plan.hpp"

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace longwave::station {

/// What surrounds a player: the broadcaster, or a test.
class PlayerHost {
 public:
  virtual void tell(StationId station, const orders::FromPlayer& message) = 0;
  virtual void batch(const MountBatchPtr& batch) = 0;
  virtual void heard(const Heard& event) = 0;
  virtual void acted(const WatchdogActed& event) = 0;
  /// The player wants a tick now.
  virtual void hurry(StationId station) = 0;

 protected:
  ~PlayerHost() = default;
};

/// The player of one station: executes the programmer's orders. A machine: orders, listener counts and ticks
/// in, messages and batches out; it belongs to the station loop and does no I/O. While nobody listens it
/// costs one tick per item and asks the media only for analyses.
///
/// The order in which things fail is in docs/streaming.md.
class Player final : private LaneOwner {
 public:
  Player(StationId station, std::string name, orders::StreamClock stream, const Clock& clock,
         const BroadcastOptions& options, Media& media, PlayerHost& host, StationMetrics& metrics);
  ~Player();
  Player(const Player&) = delete;
  Player& operator=(const Player&) = delete;

  /// What listeners are told between titles.
  void rename(std::string name) { name_ = std::move(name); }
  void receive(const orders::ToPlayer& message);
  void listeners(audio::Format format, int count);
  int listeners(audio::Format format) const { return mounts_[index(format)].listeners; }

  void tick();
  /// When tick() must next be called, at the latest.
  Instant wake() const { return wake_; }

  const orders::StreamClock& stream() const { return stream_; }
  bool live(audio::Format format) const { return mounts_[index(format)].lane != nullptr; }

 private:
  struct Mount {
    int listeners = 0;
    std::unique_ptr<Lane> lane;
    Instant idle_since{};
  };
  static std::size_t index(audio::Format format) { return static_cast<std::size_t>(format); }

  // LaneOwner
  const Plan& plan() const override { return plan_; }
  void commit(EntryId item) override;
  void late(EntryId item) override;
  TitlePtr title(EntryId item) override;
  Fallback fallback() const override;
  void hurry() override { host_.hurry(station_); }

  void on(const orders::Prepare& order);
  void on(const orders::Play& order);
  void on(const orders::Stop& order);
  void prepare(EntryId item, TrackId track, bool tell, Samples by = {});
  void prepare_again(Instant now);

  Samples sent(Samples now) const;
  int total() const;
  bool running() const;
  bool ready_in_time(const Item& item, Instant instant) const;
  void open_and_close_lanes(Instant now);
  void start_by_the_clock(Samples now);
  /// Why nobody will ever hear this item, if so.
  std::optional<std::string> hopeless(const Item& item, Instant instant) const;
  void drop_unplayable(Instant instant);
  void start_floating(Instant instant, Samples now);
  void handle(Lane& lane, const Watchdog::Verdict& verdict, Samples now);
  void end_items(Samples now);
  void tell_heard(Samples now);
  void plan_wake(Instant instant, Samples now);
  /// Never heard: Failed.
  void give_up(EntryId item, const std::string& reason);
  /// On the air: Ended with a problem, right behind what was given out.
  void end_with_problem(Item& item, const std::string& problem);
  void cannot_prepare(EntryId item, const std::string& reason);

  StationId station_;
  std::string name_;
  orders::StreamClock stream_;
  const Clock& clock_;
  const BroadcastOptions& options_;
  Media& media_;
  PlayerHost& host_;
  StationMetrics& metrics_;

  Plan plan_;
  std::array<Mount, std::size(audio::all_formats)> mounts_;
  struct Known {
    MediaWork work;
    std::optional<TrackReady> ready;
    bool tell = false;
    TrackId track = {};
    std::optional<Instant> again = {};  ///< nobody could say at present: it is asked for once more
  };
  std::map<EntryId, Known> known_;
  Instant next_again_ = Instant::max();  // no `again` lies before
  std::int64_t titles_ = 0;
  EntryId heard_;
  EntryId floating_;  // the item whose time has come, and since when
  Instant floating_since_{};
  bool stopped_ = true;
  bool rests_ = false;  // silence is wanted
  bool in_trouble_ =
      false;  // the last item ended by a verdict: the last good track is better than the filler
  Instant wake_{};
};

}  // namespace longwave::station
