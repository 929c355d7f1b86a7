// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.hpp"
#include "fleet/messages.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace longwave::fleet {

/// A streamer that is known, as the store keeps it.
struct StreamerRow {
  std::string streamer;
  Features features = {};
  std::string address = {};
  friend bool operator==(const StreamerRow&, const StreamerRow&) = default;
};

/// The streamers and the rounds of pings (docs/protocols/scheduler.md 5.5): who was pinged in `missed_rounds`
/// rounds and let nothing be heard is lost. Pure; of the scheduler's thread.
class Roster {
 public:
  struct Streamer {
    StreamerRow row;
    int missed = 0;       ///< rounds since anything was heard
    bool behind = false;  ///< something for it may have been lost: it is sent again at its next sign of life
    Instant heard{};
    Instant sent{};              ///< the last message that wasn't a ping
    std::uint64_t heard_on = 0;  ///< on which connection of the bus
  };

  explicit Roster(int missed_rounds) : missed_rounds_(missed_rounds) {}

  /// A new one, or other features or another address of a known one. True if anything changed.
  bool put(StreamerRow row, Instant now);
  bool remove(std::string_view streamer);
  Streamer* find(std::string_view streamer);
  const Streamer* find(std::string_view streamer) const;

  struct Round {
    std::vector<std::string> lost, ping;
  };
  /// One round: who is lost (still in the roster; the caller removes them), and who is to be pinged.
  Round next_round();
  /// As if all had just been heard, but waited for: after a time in which nobody could be heard.
  void excuse_all();

  std::size_t size() const { return all_.size(); }
  const std::map<std::string, Streamer, std::less<>>& all() const { return all_; }

  /// Names whose rows changed since the last call.
  std::set<std::string> take_changed() { return std::exchange(changed_, {}); }
  void mark_changed(std::string streamer) { changed_.insert(std::move(streamer)); }

 private:
  int missed_rounds_;
  std::map<std::string, Streamer, std::less<>> all_;
  std::set<std::string> changed_;
};

}  // namespace longwave::fleet
