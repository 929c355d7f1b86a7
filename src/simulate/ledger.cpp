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
                                         const Listening& listening) {
  if (const auto* start = std::get_if<fleet::StartListening>(&report)) {
    const auto user = start->user_id.value_or(0);
    ++sessions_;
    if (!open_.try_emplace(user, Session{start->radio_uuid, now}).second)
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
    return stopped(*stopped_report, now, listening);
  }
  return std::nullopt;
}

/// The report doesn't say at which streamer: those have ended who listened and don't any more.
std::optional<std::string> Ledger::stopped(const fleet::Stopped& report, WallTime now,
                                           const Listening& listening) {
  seconds_ += static_cast<std::uint64_t>(report.seconds);
  const auto on = listening(report.radio_uuid);
  std::int64_t sum = 0;
  std::erase_if(open_, [&](const auto& one) {
    const auto& [user, session] = one;
    if (session.radio != report.radio_uuid || on.contains(user)) return false;
    sum += seconds_between(session.since, now);
    return true;
  });
  if (sum == report.seconds) return std::nullopt;
  return "radio " + report.radio_uuid + " stopped with " + std::to_string(report.seconds) +
         " s, those who listened had " + std::to_string(sum);
}

void Ledger::restart(const fleet::SavedFleet& stored) {
  open_.clear();
  for (const auto& listener : stored.listeners)
    open_[listener.user_id.value_or(0)] = {listener.radio_uuid, listener.since};
}

}  // namespace longwave::simulate
