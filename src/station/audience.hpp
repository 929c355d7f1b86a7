// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/task.hpp"
#include "io/timer.hpp"
#include "orders/stream_clock.hpp"
#include "station/events.hpp"
#include "station/mount.hpp"
#include "station/options.hpp"

#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace longwave::io {
class Loop;
}
namespace longwave::web {
class RequestContext;
}

namespace longwave::station {

/// What a listener's answer says about its station. Immutable.
struct StationCard {
  StationId id;
  std::string slug, name, genre, url;
  orders::StreamClock clock;
};
using StationCardPtr = std::shared_ptr<const StationCard>;

/// Counted by the net loops, read by anybody.
struct AudienceCounts {
  std::atomic<std::int64_t> listeners{0}, started{0}, dropped{0}, refused{0}, bytes_sent{0}, unasked{0};
};

/// What one net loop tells the station loop, in one post per turn.
struct AudienceReport {
  struct Count {
    StationId station;
    audio::Format format;
    int listeners = 0;
  };
  std::vector<Count> counts;
  std::vector<ListenerStarted> started;
  std::vector<ListenerEnded> ended;
};

/// All listeners of one net loop: answers /listen, owns the loop's rings, serves the listeners slot by slot.
/// Belongs to the loop (it may be made before the loop runs, and destroyed when it has stopped).
class Audience {
 public:
  Audience(io::Loop& loop, const Clock& clock, const BroadcastOptions& options, AudienceCounts& counts,
           std::function<void(AudienceReport)> report);
  ~Audience();
  Audience(const Audience&) = delete;
  Audience& operator=(const Audience&) = delete;

  io::Loop& loop() { return loop_; }
  void open(StationCardPtr card);
  /// Its listeners' streams end.
  void close(StationId station);
  /// Those of its other formats end.
  void keep_only(StationId station, audio::Format format);
  /// GET or HEAD of a station's stream. True: there is a listener now, whose end will be told.
  bool answer(web::RequestContext&& context, std::string_view slug, audio::Format format,
              std::uint64_t session = 0, bool prompt = false);
  void deliver(const std::vector<MountBatchPtr>& batches);

 private:
  class Connection;
  using Key = std::pair<StationId, audio::Format>;
  struct Room {
    StationCardPtr card;
    std::unique_ptr<Mount> mount;
  };

  Room& room(const StationCardPtr& card, audio::Format format);
  void left(const Key& key, Listener* listener);
  void changed(const Key& key);
  void flush_report();
  void serve_slots();
  void sort_by_slot();
  Samples now(const StationCard& card) const;

  io::Loop& loop_;
  const Clock& clock_;
  const BroadcastOptions& options_;
  AudienceCounts& counts_;
  std::function<void(AudienceReport)> report_;
  io::Timer timer_;
  std::map<std::string, StationCardPtr, std::less<>> cards_;
  std::map<Key, Room> rooms_;
  /// Who has a listener in a slot: most mounts of a platform have one listener, and one slot.
  std::array<std::vector<Room*>, Mount::slots> by_slot_;
  bool sorted_ = false;  // by_slot_ is as rooms_ is
  std::int64_t served_turn_ = 0;
  AudienceReport pending_;
  bool flush_asked_ = false;
};

}  // namespace longwave::station
