// room: hub
// SPDX-License-Identifier: Apache-2.0
//
// What others may have written into Redis: read as a publication, a row of presence or a list of keys, or
// refused. What is a publication is written again as it was read.
#include "hub/broker_redis_wire.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace longwave::hub;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  (void)redis_wire::read_keys(bytes);
  const auto half = size / 2;
  if (const auto row = redis_wire::read_row(bytes.substr(0, half), bytes.substr(half)))
    (void)redis_wire::row_json(*row);
  const auto first = redis_wire::read_message(bytes, "n1");
  if (!first) return 0;
  const Message message{.method = first->method,
                        .data = first->data,
                        .id = first->id,
                        .user = first->user,
                        .owner = first->owner,
                        .audience = first->audience};
  const auto head = redis_wire::head_of(message, "n1");
  const auto again = redis_wire::read_message(
      "m " + std::to_string(first->offset) + ' ' + first->epoch + " 1 " + std::to_string(message.id.size()) +
          ' ' + std::to_string(head.size()) + '\n' + message.id + head + *message.data,
      "n1");
  if (!again || again->method != first->method || again->user != first->user || again->id != first->id ||
      *again->data != *first->data || again->epoch != first->epoch ||
      (again->audience == nullptr) != (first->audience == nullptr)) {
    std::abort();
  }
  return 0;
}
