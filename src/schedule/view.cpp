// SPDX-License-Identifier: Apache-2.0
#include "schedule/view.hpp"

#include <algorithm>

namespace longwave::schedule {

namespace {

/// Anchors of the same running item may differ by the rounding of a sample or two.
constexpr Samples rounding{16};

bool elsewhere(const OnAirItem& before, const OnAirItem& after) {
  if (before.running != after.running || before.duration != after.duration) return true;
  const auto moved =
      after.elapsed - (before.running ? before.elapsed + to_samples(after.at - before.at) : before.elapsed);
  return moved > rounding || moved < -rounding;
}

}  // namespace

std::string_view to_text(Kind kind) {
  return kind == Kind::player ? "player" : "radio";
}

std::string_view to_text(Transport transport) {
  switch (transport) {
    case Transport::stopped:
      return "stopped";
    case Transport::playing:
      return "playing";
    case Transport::paused:
      return "paused";
  }
  return "stopped";
}

std::string_view to_text(Switch value) {
  switch (value) {
    case Switch::off:
      return "off";
    case Switch::on:
      return "on";
    case Switch::oneshot:
      return "oneshot";
  }
  return "off";
}

std::optional<std::size_t> View::index_of(EntryId entry) const {
  const auto found =
      std::find_if(entries.begin(), entries.end(), [&](const EntryPtr& e) { return e->id == entry; });
  if (found == entries.end()) return std::nullopt;
  return static_cast<std::size_t>(found - entries.begin());
}

Changes differences(const View& before, const View& after) {
  Changes what;
  what.queue = before.entries != after.entries;
  what.cursor = before.cursor != after.cursor;
  what.on_air = before.on_air_entry() != after.on_air_entry();
  what.state = before.state != after.state;
  what.position = before.on_air && after.on_air && !what.on_air && elsewhere(*before.on_air, *after.on_air);
  what.next = (before.next ? before.next->id : EntryId{}) != (after.next ? after.next->id : EntryId{}) ||
              before.cutting != after.cutting;
  what.modes = before.modes != after.modes;
  what.volume = before.volume != after.volume;
  what.list = before.list != after.list;
  what.random = before.random != after.random;
  return what;
}

}  // namespace longwave::schedule
