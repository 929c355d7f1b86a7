// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "fleet/streamer.hpp"
#include "orders/orders.hpp"
#include "orders/stream_clock.hpp"

#include <deque>
#include <map>
#include <optional>
#include <string>

namespace longwave::fleet {

/// What a Stage needs of the players. On the station loop; nothing here may call back from inside.
class StagePort {
 public:
  /// A player for this radio, from now on; its orders follow.
  virtual void open(StationId station, const std::string& radio, const orders::StreamClock& clock) = 0;
  virtual void close(StationId station) = 0;
  virtual void order(StationId station, const orders::ToPlayer& order) = 0;
  /// The number by which players know a file. The same for the same name, at any time.
  virtual TrackId track(const std::string& file, const std::string& url) = 0;

 protected:
  ~StagePort() = default;
};

/// Where the airings of a Streamer become the orders of players: one player per radio, made when the radio is
/// built here and released when it is closed. It knows lengths where an airing knows only times: how long a
/// file really is decides whether the next one cuts it or follows it without a gap. A pure machine of the
/// station loop.
///
/// A file that is shorter than the programme thinks leaves a hole before the next: up to `Stage::bridged` the
/// next one begins earlier instead, and the time is made up for at the next that is cut.
class Stage final : public orders::ProgrammerPort {
 public:
  /// A longer hole stays one.
  static constexpr Duration bridged = std::chrono::milliseconds{500};

  /// `port` outlives this.
  Stage(const Clock& clock, StagePort& port) : clock_(clock), port_(port) {}

  /// Of a radio that there is already nothing changes.
  void build(const std::string& radio);
  /// `spare`: it may be made ready so much later than what is played at the same time.
  void air(const std::string& radio, const Airing& airing, Duration spare = {});
  void close(const std::string& radio);
  std::optional<StationId> station(const std::string& radio) const;

  /// From the players.
  void receive(StationId station, const orders::FromPlayer& message) override;

 private:
  struct Item {
    EntryId id;
    TrackId track;
    Airing airing;
    Duration spare{};
    std::optional<Samples> length;  // of the file; not known before it is prepared
    bool asked_for = false;         // to be prepared
    bool ordered = false;
    bool started = false;
    Samples zero{};  // of the stream, where the file's beginning lies; once ordered
    Samples end() const { return zero + *length; }
  };
  struct Radio {
    StationId station;
    orders::StreamClock clock;
    std::deque<Item> items;  // by start
  };

  void on(Radio& radio, const orders::Prepared& m);
  void on(Radio& radio, const orders::Failed& m);
  void on(Radio& radio, const orders::Started& m);
  void on(Radio& radio, const orders::Ended& m);
  void order_ahead(Radio& radio);
  void prepare_ahead(Radio& radio);
  /// The order for an item whose length is known; `before` is what is ordered in front of it, if anything.
  orders::Play play(const Radio& radio, const Item& item, const Item* before) const;
  static Item* find(Radio& radio, EntryId id);

  const Clock& clock_;
  StagePort& port_;
  std::map<std::string, Radio> radios_;
  std::map<StationId, std::string> names_;
  std::int64_t last_station_ = 0;
};

}  // namespace longwave::fleet
