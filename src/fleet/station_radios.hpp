// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "fleet/station_board.hpp"
#include "schedule/radios/programming.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::fleet {

/// The radios of a process that plays its stations itself: each station is one, its own programmer chooses
/// what it plays, its own player needs no master. A master is a streamer that attached itself: it is told
/// what the station plays, announced 5 s ahead (one that prepares: as soon as it is certain), and told again
/// when the station goes on with something else (a skip, a seek: a quarter of a second later, when its player
/// has said where the joint lies). A station that rests says nothing: its
/// master plays to the end of what it was told.
///
/// A pure machine of the node's loop. Songs are reported when they begin, heard or not; a song that goes on
/// behind a pause is the same one.
class StationRadios final : public radios::Programming {
 public:
  /// All outlive this. `self`: the name of this process among the streamers, shown where nobody else streams.
  StationRadios(const Clock& clock, radios::Port& port, StationBoard& board, std::string self);

  void restore(const std::vector<radios::Saved>& radios) override;
  bool exists(std::string_view radio) const override;
  void create(std::string_view radio) override;
  /// A station that plays stays a radio; only its master is forgotten.
  bool remove(std::string_view radio) override;
  void join(std::string_view radio, radios::Master master) override;
  /// Nothing is sent to a new master before join() or resend().
  bool set_master(std::string_view radio, std::optional<radios::Master> master) override;
  std::optional<std::string> master(std::string_view radio) const override;
  std::vector<std::string> radios_of(std::string_view streamer) const override;
  std::vector<std::string> release(std::string_view streamer) override;
  void resend(std::string_view streamer) override;
  void tell_ahead(std::string_view radio, std::string_view streamer) override;
  /// The station's own programmer sees to that.
  void programme_changed(std::string_view) override {}
  void playlist_deleted(std::string_view, std::int64_t) override {}
  void tick() override;
  std::optional<WallTime> deadline() const override;
  radios::Changes take_changes(std::size_t limit) override;
  void not_written(const radios::Changes& changes) override;
  radios::Counts counts() const override;
  std::vector<radios::EventView> events(std::string_view radio) const override;
  std::vector<radios::RadioView> list(radios::Show show, std::size_t offset,
                                      std::size_t limit) const override;

 private:
  struct Item {
    StationAir::Item air;
    std::int64_t number = 0;  ///< for streamers
    Instant since{};          ///< it is known
    bool reported = false;    ///< as begun
    bool played = false;      ///< the master was sent `play`,
    bool prepared = false;    ///< and `prepare`
  };
  struct Row {
    std::optional<radios::Master> master;
    bool joined = false;  ///< the master may be sent something
    std::vector<Item> items;
    std::int64_t last_entry = 0;  ///< what was reported last
    std::int64_t last_song = 0;
  };
  using Rows = std::map<std::string, Row, std::less<>>;

  Row* find(std::string_view radio);
  const Row* find(std::string_view radio) const;
  void read_board();
  void follow(Row& row, const StationAir& air);
  void advance(const std::string& radio, Row& row);
  void report(const std::string& radio, Row& row, Item& item);
  static Instant play_at(const Item& item);
  static Instant prepare_at(const Item& item);
  void send_due(const std::string& radio, Row& row);
  void send_play(const std::string& radio, const Row& row, const Item& item);
  void send_prepare(const std::string& radio, const std::string& streamer, const Item& item);
  void send_all(const std::string& radio, Row& row);
  void put_master(const std::string& radio, Row& row, std::optional<radios::Master> master);
  WallTime wall(Instant at) const { return clock_.wall() + (at - clock_.now()); }
  bool on_air(const Row& row) const { return !row.items.empty(); }

  const Clock& clock_;
  radios::Port& port_;
  StationBoard& board_;
  const std::string self_;
  Rows rows_;
  std::set<std::string> dirty_, removed_;
  std::int64_t last_number_;
};

}  // namespace longwave::fleet
