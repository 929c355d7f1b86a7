// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "orders/orders.hpp"

#include <cstdint>
#include <deque>
#include <string>

/// What a station is ordered to play, in stream time. Pure; it knows neither sound nor clocks.
namespace longwave::station {

struct Item {
  EntryId id;
  TrackId track;
  Samples start{};     ///< where its sound begins on the stream
  Samples offset{};    ///< what of it is left out at the front
  Samples duration{};  ///< of the whole item
  Samples end{};       ///< exclusive; natural_end() or earlier
  /// It begins as soon as it can, `start` is the earliest time; what is before it goes on until then.
  bool floating = false;
  bool started = false;     ///< fixed: the programmer was told, frames may have been sent
  bool cut_short = false;   ///< its end was decided here and isn't changed by orders any more
  bool keeps_time = false;  ///< moved to a later start it is entered further in, and ends where it would have
  int heard_by = 0;
  std::string problem;
  Samples ordered_start{};  ///< as it came in the order

  Samples zero() const { return start - offset; }
  Samples natural_end() const { return zero() + duration; }
};

/// The next place on the MP3 frame grid, where items begin.
inline Samples on_grid(Samples at) {
  return Samples{(at.count() + 1151) / 1152 * 1152};
}

class Plan {
 public:
  /// `now` is the stream's present, `sent` the first position that may still be changed (>= now). False:
  /// nothing changed (a repetition).
  bool play(const orders::Play& order, Samples now, Samples sent);
  void stop(const orders::Stop& order, Samples sent);

  /// What is to be heard at `t`: started, or with a fixed start. Null: nothing.
  const Item* at(Samples t) const;
  /// The first item that has not begun at `t` (floating ones included), in order.
  const Item* after(Samples t) const;
  const Item* find(EntryId id) const;
  Item* find(EntryId id);
  /// The item that begins where `item` ends, or floats behind it.
  const Item* follower(EntryId id) const;

  /// Fixes the start of an item: what is before it ends there, what follows moves along, unless the item
  /// keeps its time (`at` is then not before its start).
  void fix(EntryId id, Samples at);
  /// Ends an item at `at` for good. What was to follow it floats from there, unless it keeps its time.
  void cut_short(EntryId id, Samples at, std::string problem);
  /// As if it had never been ordered.
  void remove(EntryId id);
  /// It can't begin in time: floats from now on.
  void let_float(EntryId id);

  std::deque<Item>& items() { return items_; }
  const std::deque<Item>& items() const { return items_; }

 private:
  std::deque<Item> items_;  // by start; each ends at or before the next one's start unless that floats
};

}  // namespace longwave::station
