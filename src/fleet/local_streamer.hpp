// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fleet/bus.hpp"
#include "fleet/messages.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace longwave::fleet {

/// Those who listen to the stations of this process, told to its scheduler as any streamer tells of its own:
/// by the same messages, over the bus inside the process. It streams everything anyway, so it never asks for
/// a radio and is nobody's master.
///
/// Belongs to the thread of its end of the bus.
class LocalStreamer final : BusHandler {
 public:
  /// `bus` outlives this. `address`: where listeners of its radios are welcome; may be empty.
  LocalStreamer(Bus& bus, std::string name, std::string address);

  void start();
  /// Everybody is told to have left. Nothing is called after it.
  void leave();

  /// A listener's first byte went out; its end follows.
  void began(std::uint64_t session, const std::string& radio, std::optional<std::int64_t> user);
  void ended(std::uint64_t session);
  /// All who listen to it are gone.
  void closed(const std::string& radio);
  /// There is a scheduler that knows nothing.
  void introduce();

  std::size_t listeners() const { return sessions_.size(); }

 private:
  struct Session {
    std::string radio;
    std::optional<std::int64_t> user;
  };

  void on_bus_up() override { introduce(); }
  void on_bus_down(const std::string&) override {}
  void on_bus_message(const std::string& channel, std::string payload) override;
  void say(const FromStreamer& message);
  void tell(std::uint64_t id, const Session& session);
  void tell_end(std::uint64_t id, const Session& session);

  Bus& bus_;
  const std::string name_, address_;
  std::map<std::uint64_t, Session> sessions_;
};

}  // namespace longwave::fleet
