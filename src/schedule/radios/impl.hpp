// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/random.hpp"
#include "schedule/radios/heap.hpp"
#include "schedule/radios/radios.hpp"
#include "schedule/radios/row.hpp"

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace longwave::radios {

/// The rows of all radios and their one heap. radios.cpp is what others call, cycle.cpp the time events,
/// loads.cpp the programmes, rows.cpp what is stored and shown.
class Radios::Impl {
 public:
  Impl(const Clock& clock_, Port& port_, Source& source_, Settings settings_, std::uint64_t seed)
      : clock(clock_),
        port(port_),
        source(source_),
        settings(settings_),
        random(seed),
        now(clock_.wall()),
        instant(clock_.now()) {}

  using Index = std::uint32_t;
  static constexpr Index none = ~Index{};

  const Clock& clock;
  Port& port;
  Source& source;
  Settings settings;
  Random random;

  std::deque<Row> rows;  ///< grows without moving: no peak of memory
  std::vector<Index> unused;
  std::unordered_map<std::string_view, Index> by_name;  ///< views of Row::radio
  std::vector<std::string> streamers{""};
  std::unordered_map<std::string, std::uint32_t> streamer_index;
  EventHeap heap;
  Lateness lateness;
  WallTime now{};       ///< of this call
  Instant instant{};    ///< the same moment; to notice that the wall clock was set
  WallTime restored{};  ///< who was before us may have announced what it couldn't write
  std::deque<Index> dirty;
  std::vector<std::string> removed;
  std::deque<Index> urgent_loads;  ///< radios with nothing to play
  std::deque<Index> loads;
  std::unordered_set<std::string> asked;  ///< of the Source, not answered

  // radios.cpp
  void refresh();
  void shift(Duration by);
  Index find(std::string_view radio) const;
  Index add(std::string_view radio);
  void erase(Index r);
  std::uint32_t streamer(std::string_view name);
  void set_master(Row& row, const std::optional<Master>& master);
  void touch(Index r);
  void touch_first(Index r);
  void push(Index r, WallTime at, EventKind kind) { heap.push(at, r, rows[r].generation, kind); }
  bool stale(const Event& event) const {
    const auto& row = rows[event.radio];
    return !row.used || event.generation != (row.generation & 0xfffffffU);
  }

  // cycle.cpp
  void run();
  void handle(const Event& event);
  void prepare(Index r);
  void start(Index r);
  bool choose(Index r);
  WallTime next_start(const Row& row) const;
  void announce(Index r);
  void confirm(Index r, std::size_t i);
  void plan_next(Index r);
  void retry(Index r);
  void fill_ahead(Index r);
  void send_play(const Row& row, std::size_t i);
  void send_prepare(const Row& row, std::size_t i, std::string_view streamer);
  void send_all(const Row& row);
  void start_over(Index r);
  void drop_events(Index r);
  void forget_old(Row& row) const;
  void tell_ended(const Row& row);

  // loads.cpp
  void want_load(Index r, bool urgent);
  void ask_source();
  void refill(Index r);
  void loaded(Index r, const rules::Programme* programme);
  void take_programme(Index r, const rules::Programme& programme);

  // rows.cpp
  Saved saved(const Row& row) const;
  void restore(const Saved& radio);
  ItemView view(const Row& row, std::size_t i) const;
  bool broken(const Row& row) const { return !row.playing || row.play(0).end <= now; }
};

}  // namespace longwave::radios
