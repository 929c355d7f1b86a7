// SPDX-License-Identifier: Apache-2.0
#include "simulate/ledger.hpp"

#include <chrono>
#include <variant>

namespace longwave::simulate {

namespace {

std::int64_t seconds_between(WallTime since, WallTime now) {
  return std::chrono::floor<std::chrono::seconds>(now - since).count();
}

}  // namespace

std::optional<std::string> Ledger::enter(const fleet::Report& report, WallTime now,
                                         const StreamerOf& streamer_of) {
  if (const auto* start = std::get_if<fleet::StartListening>(&report)) {
    const auto user = start->user_id.value_or(0);
    ++sessions_;
    if (!open_.try_emplace(user, Session{start->radio_uuid, streamer_of(user), now}).second)
      return "session " + std::to_string(user) + " began twice";
  } else if (const auto* stop = std::get_if<fleet::StopListening>(&report)) {
    const auto user = stop->user_id.value_or(0);
    const auto found = open_.find(user);
    seconds_ += static_cast<std::uint64_t>(stop->seconds);
    if (found == open_.end()) return "session " + std::to_string(user) + " ended, but it wasn't there";
    const auto real = seconds_between(found->second.since, now);
    open_.erase(found);
    if (real != stop->seconds) {
      return "session " + std::to_string(user) + " had " + std::to_string(real) + " s, reported were " +
             std::to_string(stop->seconds);
    }
  } else if (const auto* stopped_report = std::get_if<fleet::Stopped>(&report)) {
    return stopped(*stopped_report, now);
  }
  return std::nullopt;
}

/// The report doesn't say at which streamer; it was one of them.
std::optional<std::string> Ledger::stopped(const fleet::Stopped& report, WallTime now) {
  seconds_ += static_cast<std::uint64_t>(report.seconds);
  std::map<std::string, std::int64_t> sums;
  for (const auto& [user, session] : open_)
    if (session.radio == report.radio_uuid) sums[session.streamer] += seconds_between(session.since, now);
  for (const auto& [streamer, sum] : sums) {
    if (sum != report.seconds) continue;
    std::erase_if(open_, [&, &name = streamer](const auto& one) {
      return one.second.radio == report.radio_uuid && one.second.streamer == name;
    });
    return std::nullopt;
  }
  if (report.seconds == 0) return std::nullopt;  // it had no listeners
  return "radio " + report.radio_uuid + " stopped with " + std::to_string(report.seconds) +
         " s, which no streamer's listeners had";
}

void Ledger::restart(const fleet::SavedFleet& stored) {
  open_.clear();
  for (const auto& listener : stored.listeners)
    open_[listener.user_id.value_or(0)] = {listener.radio_uuid, listener.streamer, listener.since};
}

}  // namespace longwave::simulate
