// SPDX-License-Identifier: Apache-2.0
#include "fleet/local_streamer.hpp"

#include <fmt/format.h>

#include <utility>

namespace longwave::fleet {
namespace {

std::string session_name(std::uint64_t id) {
  return fmt::format("{:x}", id);
}

}  // namespace

LocalStreamer::LocalStreamer(Bus& bus, std::string name, std::string address)
    : bus_(bus), name_(std::move(name)), address_(std::move(address)) {}

void LocalStreamer::start() {
  bus_.start({streamer_channel(name_)}, *this);
}

void LocalStreamer::leave() {
  for (const auto& [id, session] : std::exchange(sessions_, {})) tell_end(id, session);
  say(UnregisterStreamer{name_});
  bus_.stop();
}

void LocalStreamer::began(std::uint64_t id, const std::string& radio, std::optional<std::int64_t> user) {
  const auto [place, is_new] = sessions_.try_emplace(id, Session{radio, user});
  if (is_new) tell(id, place->second);
}

void LocalStreamer::ended(std::uint64_t id) {
  const auto session = sessions_.extract(id);
  if (!session.empty()) tell_end(id, session.mapped());
}

void LocalStreamer::closed(const std::string& radio) {
  for (auto place = sessions_.begin(); place != sessions_.end();) {
    if (place->second.radio == radio) {
      tell_end(place->first, place->second);
      place = sessions_.erase(place);
    } else {
      ++place;
    }
  }
}

void LocalStreamer::introduce() {
  say(RegisterStreamer{.streamer = name_, .address = address_});
  for (const auto& [id, session] : sessions_) tell(id, session);
}

void LocalStreamer::on_bus_message(const std::string&, std::string payload) {
  const auto message = parse_to_streamer(payload);
  if (message && std::holds_alternative<Ping>(message->message))
    say(Pong{.streamer = name_, .address = address_});
}

void LocalStreamer::say(const FromStreamer& message) {
  bus_.publish(scheduler_channel, format(message));
}

void LocalStreamer::tell(std::uint64_t id, const Session& session) {
  say(RegisterListener{session.radio, session_name(id), session.user, name_});
}

void LocalStreamer::tell_end(std::uint64_t id, const Session& session) {
  say(UnregisterListener{session_name(id), name_, session.radio, session.user});
}

}  // namespace longwave::fleet
