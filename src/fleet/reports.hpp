// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/random.hpp"
#include "base/time.hpp"
#include "fleet/ports.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace longwave::fleet {

/// Numbers of docs/webapp.md.
struct ReportLimits {
  std::size_t bytes = 64 * 1024 * 1024;  ///< of what waits; a report that finds no room is dropped
  std::size_t radios_at_once = 16;       ///< calls about listeners under way, one of a radio
  std::size_t batch = 100;               ///< songs in one call
  std::size_t longest_batch = 1000;      ///< it doubles up to this while more of them wait
  Duration batch_every = std::chrono::milliseconds{200};  ///< of calls about songs, when few wait
  Duration first_wait = std::chrono::milliseconds{200};   ///< after a failure; doubles
  Duration longest_wait = std::chrono::seconds{30};
  int attempts = 6;  ///< of one report that the web application answers, but doesn't take
};

struct ReportCounts {
  std::uint64_t taken = 0;     ///< reports
  std::uint64_t dropped = 0;   ///< for want of room, or because they were never taken
  std::uint64_t failures = 0;  ///< calls that took nothing away
  std::size_t waiting = 0;     ///< reports, those under way too
  std::size_t waiting_bytes = 0;
};

/// Reports on their way to the web application (docs/protocols/scheduler.md section 8), in the order of each
/// radio: its listeners in one line, its songs in another (8.4 carries many radios at once). Calls about
/// songs go one after the other, calls about listeners side by side for different radios.
///
/// While nobody answers, nothing is lost: what waits is tried again later and later, one call at a time. What
/// is answered but not taken is tried again a few times and then dropped; a batch of songs that isn't taken
/// twice is halved until those are found that aren't.
///
/// A machine without threads and sockets; belongs to one thread. What never comes back from next() to
/// answered() stays under way for ever.
class Reports {
 public:
  Reports(Random& random, ReportLimits limits = {}) : random_(random), limits_(limits), size_(limits.batch) {}

  /// False: there was no room, it is dropped and counted.
  bool push(Report report, Instant now);

  struct Call {
    std::uint64_t id;
    std::vector<Report> reports;  ///< songs, or one of another kind
  };
  /// A call to make now; to be asked until there is none.
  std::optional<Call> next(Instant now);
  /// When next() has something, if no answer comes before; null: only after an answer or a push().
  std::optional<Instant> due(Instant now) const;

  enum class Outcome {
    taken,
    refused,   ///< answered, but something in it wasn't liked
    unwanted,  ///< answered for good: it needn't be said again
    away       ///< nobody there, or somebody who can't at present
  };
  void answered(std::uint64_t id, Outcome outcome, Instant now);
  /// Everything that waits is dropped; answers to what is under way are passed over.
  void give_up();

  ReportCounts counts() const { return counts_; }

 private:
  /// How long to keep from calling somebody who doesn't answer.
  struct Absence {
    int failures = 0;
    Instant since{};       // of the last failure
    Instant not_before{};  // for the next call
  };
  struct UnderWay {
    std::size_t songs = 0;  // at the front of songs_; 0: the front of the lane of `radio`
    std::string radio;
    Instant began;
  };
  /// Of one radio, about its listeners.
  struct Lane {
    std::list<Report> waiting;
    int refusals = 0;
  };
  using Ready = std::map<std::pair<Instant, std::uint64_t>, std::string>;  // lanes, by when they may go

  std::optional<Call> next_songs(Instant now);
  std::optional<Call> next_lane(Instant now);
  void songs_answered(std::size_t count, Outcome outcome, Instant now);
  void songs_refused(std::size_t count, Instant now);
  void lane_answered(const std::string& radio, Outcome outcome, Instant now);
  void away(Absence& absence, Instant began, Instant now);
  Duration wait(int failures);
  void forget(const Report& report);
  Instant songs_due() const;

  Random& random_;
  ReportLimits limits_;
  ReportCounts counts_;
  std::uint64_t last_id_ = 0;
  std::unordered_map<std::uint64_t, UnderWay> under_way_;

  std::deque<SongStarted> songs_;
  bool songs_under_way_ = false;
  std::size_t size_;           // of the next batch
  std::size_t suspects_ = 0;   // at the front: among them is what isn't taken
  int refusals_ = 0;           // of the batch at the front
  int refusals_in_a_row_ = 0;  // of songs by themselves, since the last that was taken
  Instant songs_not_before_{};
  Instant batch_at_{};  // a small batch waits until then
  Absence songs_absence_;

  std::unordered_map<std::string, Lane> lanes_;
  Ready ready_;
  std::uint64_t turns_ = 0;
  std::size_t lanes_under_way_ = 0;
  Absence lanes_absence_;
};

const std::string& radio_of(const Report& report);

}  // namespace longwave::fleet
