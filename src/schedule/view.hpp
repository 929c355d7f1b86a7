// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.hpp"
#include "base/time.hpp"
#include "schedule/modes.hpp"
#include "schedule/queue.hpp"
#include "schedule/random_rules.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace longwave::schedule {

/// The item that is heard, or that is held while the station is paused.
struct OnAirItem {
  EntryPtr entry;
  bool detached = false;  ///< heard, but no longer in the list
  Samples duration{};     ///< of the whole item
  /// Its position was `elapsed` at the instant `at`, and goes on from there if `running`.
  Samples elapsed{};
  Instant at{};
  bool running = false;

  Samples position(Instant now) const {
    if (!running) return elapsed;
    const auto on = elapsed + to_samples(now - at);
    return on < Samples{0} ? Samples{0} : on > duration ? duration : on;
  }
};

/// All of a station at one moment, as dialects and pages show it. Immutable and shared; a new one is made
/// with every change, told by StationChanged, when the change is on disk.
struct View {
  StationId id;
  std::string slug;
  std::string name;
  Kind kind = Kind::radio;
  Transport state = Transport::playing;

  std::vector<EntryPtr> entries;  ///< the whole queue
  std::uint64_t version = 0;      ///< of the queue
  /// Index of the current or marked entry, -1: none. It is the item on air unless something else was marked
  /// (Mark, Next while that takes effect), or the item is detached.
  int cursor = -1;
  std::optional<OnAirItem> on_air;
  EntryPtr next;         ///< what follows as things stand; may be null
  bool cutting = false;  ///< the item on air is being cut: `next` begins in a moment

  Modes modes;
  Volume volume;
  std::string list;  ///< name of the list that the queue is
  RandomRules random;

  /// The entry on air, 0: none.
  EntryId on_air_entry() const { return on_air ? on_air->entry->id : EntryId{}; }
  TrackId on_air_track() const { return on_air ? on_air->entry->track : TrackId{}; }
  std::optional<std::size_t> index_of(EntryId entry) const;
};
using ViewPtr = std::shared_ptr<const View>;

/// What is different between two views.
struct Changes {
  bool queue = false;  ///< entries or their order
  bool cursor = false;
  bool on_air = false;  ///< another item, or none
  bool state = false;   ///< started, paused, stopped
  bool position =
      false;  ///< the item on air is elsewhere than its old anchor says: a seek, or its start moved
  bool next = false;
  bool modes = false;
  bool volume = false;
  bool list = false;  ///< its name: another list was loaded
  bool random = false;
  bool any() const {
    return queue || cursor || on_air || state || position || next || modes || volume || list || random;
  }
};
Changes differences(const View& before, const View& after);

/// Emitted by the Keeper on the station loop, in order, when the change is on disk (changes that the
/// programme makes by itself: at once). What dialects tell about a station is derived from this alone.
struct StationChanged {
  ViewPtr view;
  ViewPtr before;  ///< null: the first since the start
  std::optional<QueueChange> queue;
  Changes what;
};

}  // namespace longwave::schedule
