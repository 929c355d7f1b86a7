// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "fleet/messages.hpp"
#include "fleet/ports.hpp"
#include "fleet/reports.hpp"
#include "http/client.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The calls to the web application and its answers as values: docs/webapp.md (8.1 to 8.5 of the scheduler
/// protocol, and the events). Pure functions of any thread.
namespace longwave::fleet {

/// Where it is, and what it knows us by. Never logged.
struct WebappPlace {
  std::string url;  ///< without a slash at its end
  std::string key;
};

/// How the web application calls a user, where that is known.
struct Account {
  std::string username, api_key;
};
/// Null: only the number is known.
using Accounts = std::function<const Account*(std::int64_t user_id)>;

/// 8.1 to 8.4, by what `reports` are.
http::Request request_of(const std::vector<Report>& reports, const WebappPlace& place,
                         const Accounts& accounts);
Reports::Outcome outcome_of(const std::vector<Report>& reports, const http::Answer& answer);

/// 8.5; nullopt: that can't be a token.
std::optional<http::Request> token_request(std::string_view token, const WebappPlace& place);
/// Nobody, if the answer says anything else.
User user_of(const http::Answer& answer);

/// What has changed since event `after`; those up to it needn't be kept any longer.
http::Request events_request(std::optional<std::int64_t> after, const WebappPlace& place);
struct FetchedEvents {
  std::vector<AppEvent> events;      ///< oldest first; of unknown kinds are left out
  std::optional<std::int64_t> last;  ///< the number of the newest, that was left out or not
};
/// Fails with `unsupported` if the web application has no events (404), else with `unavailable`.
Result<FetchedEvents> events_of(const http::Answer& answer);

/// "2013-01-28T17:15:03.250000", UTC.
std::string report_time(WallTime at);

}  // namespace longwave::fleet
