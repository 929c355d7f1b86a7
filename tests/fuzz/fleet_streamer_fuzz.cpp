// room: fleet
// SPDX-License-Identifier: Apache-2.0
//
// What comes on a streamer's channel, a message a line, with listeners who come and go in between: nothing
// ends the machine, every request is answered at most once, whoever is admitted has a stream, and no name of
// a file leads out of the shelf.
#include "fleet/file_shelf.hpp"
#include "fleet/streamer.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>

namespace fleet = longwave::fleet;

namespace {

void must(bool good) {
  if (!good) std::abort();
}

struct Port final : fleet::StreamerPort {
  bool publish(const fleet::FromStreamer& message) override { return !fleet::format(message).empty(); }
  void build(const std::string& radio) override { streams.insert(radio); }
  void air(const std::string& radio, const fleet::Airing& airing) override {
    must(streams.contains(radio));
    for (const auto& part : fleet::shelf_path(airing.file)) must(part != ".." && part != "/" && part != ".");
  }
  void relay(const std::string& radio, const std::string&, const std::string&) override {
    streams.insert(radio);
  }
  void close(const std::string& radio) override { must(streams.erase(radio) == 1); }
  void admit(fleet::SessionId session, const fleet::Admission& admission) override {
    must(asked.erase(session) == 1);
    if (admission.kind == fleet::Admission::Kind::playing) must(!streams.empty());
  }

  std::set<std::string> streams;
  std::set<fleet::SessionId> asked;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  longwave::ManualClock clock;
  Port port;
  fleet::Streamer streamer(clock, port, {.name = "st-01", .address = "http://st-01", .most_radios = 8});
  streamer.bus_up();
  fleet::SessionId last = 0;
  for (std::size_t at = 0; at < all.size();) {
    const auto end = std::min(all.find('\n', at), all.size());
    const auto line = all.substr(at, end - at);
    at = end + 1;
    if (line.size() >= 2 && line[0] == '+') {  // somebody comes
      port.asked.insert(++last);
      streamer.listen(last, std::string(line.substr(1)), {.credentials = {.auth_token = "t"}});
      streamer.began(last);
    } else if (!line.empty() && line[0] == '-') {  // somebody goes
      const auto who = last > 0 ? 1 + line.size() % last : 0;
      port.asked.erase(who);
      streamer.left(who);
    } else if (!line.empty() && line[0] == '~') {  // time passes
      clock.advance(std::chrono::milliseconds{100} * static_cast<int>(line.size()));
      streamer.tick();
    } else if (line == "!") {
      streamer.bus_down();
      streamer.bus_up();
    } else if (line.size() >= 2 && line[0] == '?') {
      streamer.relay_lost(std::string(line.substr(1)));
    } else {
      streamer.received(line);
    }
    const auto counts = streamer.counts();
    must(counts.radios <= 8 && counts.sessions <= last);
  }
  return 0;
}
