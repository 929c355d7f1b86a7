// room: schedule
// SPDX-License-Identifier: Apache-2.0
//
// Any JSON object is a programme or is refused with a reason; one that was taken is written and read again as
// the same, and a preview of its first hours ends.
#include "schedule/rules/preview.hpp"
#include "schedule/station_programme.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <utility>
#include <vector>

namespace schedule = longwave::schedule;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  boost::system::error_code failed;
  const auto json = boost::json::parse(std::string_view{reinterpret_cast<const char*>(data), size}, failed);
  if (failed || !json.is_object()) return 0;
  const auto programme = schedule::programme_from_json(json.get_object());
  if (!programme) {
    if (programme.error().message.empty()) std::abort();
    return 0;
  }
  const auto document = schedule::programme_json(*programme);
  const auto again = schedule::programme_from_json(document);
  if (!again || schedule::programme_json(*again) != document) std::abort();
  std::vector<schedule::Candidate> rows(3);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].track = longwave::TrackId{static_cast<std::int64_t>(i) + 1};
    rows[i].duration_ms = 600'000;
  }
  const auto rules = schedule::filled(*programme, schedule::Catalogue(std::move(rows)));
  if (rules.events.size() + rules.shows.size() + rules.dayparts.size() > 20) return 0;
  const auto begin = longwave::from_unix_ms(1'800'000'000'000);
  longwave::rules::preview(rules, {}, begin, begin + std::chrono::hours{6}, 1);
  return 0;
}
