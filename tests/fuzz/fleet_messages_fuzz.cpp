// room: fleet
// SPDX-License-Identifier: Apache-2.0
#include "fleet/messages.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

/// What can be read is written as something that is read as the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace longwave::fleet;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto message = parse_from_streamer(text)) {
    const auto again = parse_from_streamer(format(*message));
    if (!again || *again != *message) std::abort();
  }
  if (const auto message = parse_to_streamer(text)) {
    const auto again = parse_to_streamer(format(message->message, message->stamp));
    if (!again || format(again->message, again->stamp) != format(message->message, message->stamp))
      std::abort();
  }
  (void)parse_app_event(text);
  return 0;
}
