// room: fleet
// SPDX-License-Identifier: Apache-2.0
#include "fleet/webapp_calls.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

/// Whatever a web application answers: users have positive numbers, events names that fit, and the number of
/// the last is that of the last.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace longwave::fleet;
  const longwave::http::Answer answer{.status = 200,
                                      .body = std::string(reinterpret_cast<const char*>(data), size)};
  const auto user = user_of(answer);
  if (user.id ? *user.id <= 0 : user.hd) std::abort();
  if (const auto fetched = events_of(answer)) {
    if (!fetched->events.empty() && !fetched->last) std::abort();
    for (const auto& event : fetched->events) {
      if (event.radio_uuid.size() > longest_name) std::abort();
    }
  }
  (void)outcome_of({SongStarted{"r", 1, {}}}, answer);
  return 0;
}
