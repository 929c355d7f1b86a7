// room: fleet
// SPDX-License-Identifier: Apache-2.0
#include "alike.hpp"
#include "base/assert.hpp"
#include "fleet/messages.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {
bool alike(const std::string& a, const std::string& b) {
  return longwave::alike(boost::json::parse(a), boost::json::parse(b));
}
}  // namespace

/// What can be read is written as something that is read as the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace longwave::fleet;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto message = parse_from_streamer(text)) {
    const auto again = parse_from_streamer(format(*message));
    LW_ASSERT(again && alike(format(*again), format(*message)), format(*message));
  }
  if (const auto message = parse_to_streamer(text)) {
    const auto again = parse_to_streamer(format(message->message, message->stamp));
    const auto written = format(message->message, message->stamp);
    LW_ASSERT(again && alike(format(again->message, again->stamp), written), written);
  }
  (void)parse_app_event(text);
  return 0;
}
