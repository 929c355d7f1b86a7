// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "fleet/reports.hpp"
#include "fleet/webapp_calls.hpp"
#include "http/client.hpp"
#include "io/timer.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>

namespace longwave::io {
class Loop;
}

namespace longwave::fleet {

struct WebappOptions {
  WebappPlace place;
  std::string user_agent = "Longwave";
  ReportLimits limits = {};
  std::size_t most_accounts = 100'000;
  std::size_t most_tokens = 256;  ///< that are asked about at once; more are nobody's
  std::uint64_t seed = 0;
};

/// The web application that owns the users and the radios, as this process knows it (docs/webapp.md): it is
/// told what happens, says whose a token is, and tells what it has changed.
///
/// Belongs to the loop's thread and outlives the loop's run; what waits for the network is on a thread of its
/// own. Everything given as `done` is called on the loop, or not at all once stop() was called.
class Webapp {
 public:
  /// `invalid`: an address or a key that can't be.
  static Result<void> check(const WebappPlace& place);

  Webapp(io::Loop& loop, const Clock& clock, WebappOptions options);
  ~Webapp();

  /// 8.1 to 8.4: sent some time, in the order of each radio.
  void report(const Report& report);
  /// How the user is called in later reports. The oldest are forgotten when there are too many.
  void know(std::int64_t user_id, Account account);
  /// 8.5, answered within 4 s.
  void find_user(const std::string& token, UniqueFunction<void(User)> done);
  /// Events that it has; `done` isn't called if it has none, or can't be asked. One fetch at a time.
  void fetch_events(UniqueFunction<void(FetchedEvents)> done);
  /// They are safe here: it need not keep those up to `last`.
  void events_kept(std::int64_t last) { kept_ = last; }

  ReportCounts counts() const { return reports_.counts(); }

  /// Sends what waits as long as `grace` lasts and somebody answers; then drops it.
  void stop(Duration grace, Task done);

 private:
  void pump();
  void make(Reports::Call call);
  void answered(const Reports::Call& call, const http::Answer& answer);
  void tell(Reports::Outcome outcome, bool songs, const http::Answer& answer);
  void end();

  const Clock& clock_;
  WebappOptions options_;
  Post post_;
  Random random_;
  Reports reports_;
  io::Timer timer_;
  std::unordered_map<std::int64_t, Account> accounts_;
  std::deque<std::int64_t> oldest_;  // of accounts_
  std::size_t tokens_ = 0;           // that are being asked about
  bool fetching_ = false;
  bool no_events_said_ = false;
  std::optional<std::int64_t> kept_;
  bool away_said_ = false, refused_said_ = false, full_said_ = false;
  Task stopped_;  // somebody waits for the end
  Instant last_moment_{};
  bool ended_ = false;
  http::Client client_;  // last: its thread posts to what stands above
};

}  // namespace longwave::fleet
