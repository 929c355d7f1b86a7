// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.hpp"
#include "fleet/messages.hpp"
#include "schedule/rules/play.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace longwave::fleet {

// What the web application is told (docs/protocols/scheduler.md section 8). Whoever sends them keeps the
// order of each radio.

struct StartListening {  ///< 8.1
  std::string radio_uuid;
  std::optional<std::int64_t> user_id;  ///< as the streamer said; whoever reports looks whether there is one
  friend bool operator==(const StartListening&, const StartListening&) = default;
};
struct StopListening {  ///< 8.2
  std::string radio_uuid;
  std::optional<std::int64_t> user_id;
  std::int64_t seconds = 0;
  friend bool operator==(const StopListening&, const StopListening&) = default;
};
struct Stopped {  ///< 8.3: nobody streams it any more
  std::string radio_uuid;
  std::int64_t seconds = 0;  ///< the sum of the listeners that were removed with it
  friend bool operator==(const Stopped&, const Stopped&) = default;
};
struct SongStarted {  ///< 8.4
  std::string radio_uuid;
  std::int64_t song_id = 0;
  WallTime at{};
  friend bool operator==(const SongStarted&, const SongStarted&) = default;
};
using Report = std::variant<StartListening, StopListening, Stopped, SongStarted>;

/// For the history of the radio: an item is over, or was cut.
struct Played {
  std::string radio_uuid;
  std::int64_t song_id = 0;
  WallTime start{};
  WallTime end{};
  Duration offset{};  ///< it began there
  std::int64_t show = 0;
  int slot = 0;  ///< of the clock
  rules::Why why;
  std::string text;           ///< what `why` says, for people
  std::size_t listeners = 0;  ///< at its end
};

/// Who stands behind credentials.
struct User {
  std::optional<std::int64_t> id;  ///< nullopt: nobody, or the check failed
  bool hd = false;
  friend bool operator==(const User&, const User&) = default;
};

/// Where a Scheduler speaks. Called inside its methods, on its thread; nothing here may wait, and nothing may
/// call back into it from inside.
class Port {
 public:
  /// Publishes to the streamer's channel. `stamp` for those with features.
  virtual void send(std::string_view streamer, const ToStreamer& message,
                    const std::optional<Stamp>& stamp) = 0;
  virtual void report(const Report& report) = 0;
  virtual void played(Played) {}
  /// A wish of the radio's programme is being fulfilled: it is to be taken out.
  virtual void request_started(std::string_view /*radio_uuid*/, std::int64_t /*request*/) {}
  /// Answered by Scheduler::user_found(ticket, …), at any later time or never.
  virtual void find_user(std::uint64_t ticket, const Credentials& credentials) = 0;
  /// Is there such a radio in the database? Answered by Scheduler::radio_found(), at any later time or never.
  virtual void find_radio(std::string_view radio_uuid) = 0;
  /// Fetch the events of the web application; each comes by Scheduler::app_event().
  virtual void fetch_events() = 0;

 protected:
  ~Port() = default;
};

}  // namespace longwave::fleet
