// SPDX-License-Identifier: Apache-2.0
#include "fleet/roster.hpp"

namespace longwave::fleet {

bool Roster::put(StreamerRow row, Instant now) {
  auto& streamer = all_[row.streamer];
  streamer.heard = now;
  streamer.missed = 0;
  if (streamer.row == row) return false;
  changed_.insert(row.streamer);
  streamer.row = std::move(row);
  return true;
}

bool Roster::remove(std::string_view streamer) {
  const auto place = all_.find(streamer);
  if (place == all_.end()) return false;
  changed_.insert(place->first);
  all_.erase(place);
  return true;
}

Roster::Streamer* Roster::find(std::string_view streamer) {
  const auto place = all_.find(streamer);
  return place == all_.end() ? nullptr : &place->second;
}

const Roster::Streamer* Roster::find(std::string_view streamer) const {
  const auto place = all_.find(streamer);
  return place == all_.end() ? nullptr : &place->second;
}

Roster::Round Roster::next_round() {
  Round round;
  for (auto& [name, streamer] : all_) {
    if (streamer.missed >= missed_rounds_) {
      round.lost.push_back(name);
    } else {
      ++streamer.missed;
      round.ping.push_back(name);
    }
  }
  return round;
}

void Roster::excuse_all() {
  for (auto& [name, streamer] : all_) streamer.missed = 0;
}

}  // namespace longwave::fleet
