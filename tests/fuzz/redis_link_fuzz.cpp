// room: redis
// SPDX-License-Identifier: Apache-2.0
//
// Whatever comes instead of Redis: a link gives the same answers and messages for bytes whole and in pieces,
// and every call is answered once.
#include "redis/link.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace longwave;

namespace {

struct NoWire final : redis::Wire {
  void connect() override {}
  void write(std::string) override {}
  void close() override {}
  void wake(Instant) override {}
};

struct Side {
  Side() : link(clock, wire, {.pubsub = true, .reply_bytes = 4096}, 1) {
    link.on_message([this](const std::string& channel, std::string payload) {
      said += "m" + channel + "=" + payload + ";";
    });
    link.start();
    link.connected();
    link.received("+PONG\r\n");
    for (int i = 0; i < 4; ++i)
      link.call({"GET", "x"}, [this](Result<redis::Reply> reply) {
        ++answered;
        said += reply ? "r" + std::to_string(static_cast<int>(reply->kind)) + reply->text + ";" : "lost;";
      });
  }
  ManualClock clock;
  NoWire wire;
  redis::Link link;
  std::string said;
  int answered = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 4000) return 0;
  const std::string_view bytes{reinterpret_cast<const char*>(data) + 1, size - 1};
  const std::size_t step = 1 + data[0] % 16;
  Side whole, pieces;
  whole.link.received(bytes);
  for (std::size_t at = 0; at < bytes.size(); at += step) pieces.link.received(bytes.substr(at, step));
  if (whole.link.up() != pieces.link.up() || whole.said != pieces.said) std::abort();
  whole.link.lost("end");
  if (whole.answered != 4) std::abort();
  return 0;
}
