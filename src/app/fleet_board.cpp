// SPDX-License-Identifier: Apache-2.0
#include "app/fleet_board.hpp"

#include "audio/analysis.hpp"
#include "library/analyses.hpp"
#include "schedule/station_programme.hpp"
#include "store/store.hpp"

#include <exception>
#include <memory>
#include <utility>

namespace longwave::app {
namespace {

constexpr std::size_t most_heads = 10'000;

}  // namespace

void FleetBoard::put(const std::string& radio, std::vector<OnAirTrack> line) {
  std::vector<TrackId> unknown;
  for (const auto& item : line) {
    if (!heads_.contains(item.track)) unknown.push_back(item.track);
  }
  lines_[radio] = std::move(line);
  if (unknown.empty()) return write(radio);
  read_heads(radio, std::move(unknown));
}

void FleetBoard::remove(const std::string& radio) {
  lines_.erase(radio);
  parts_.board.remove(radio);
  parts_.changed();
}

void FleetBoard::files_changed() {
  for (const auto& [radio, line] : lines_) write(radio);
}

void FleetBoard::read_heads(const std::string& radio, std::vector<TrackId> tracks) {
  if (heads_.size() > most_heads) heads_.clear();
  auto read = std::make_shared<std::vector<std::pair<TrackId, Duration>>>();
  for (const auto track : tracks) read->emplace_back(track, Duration::zero());
  parts_.store.read(
      [read](store::Session& session) {
        for (auto& [track, head] : *read) {
          if (const auto analysis = library::analysis_of(session, track)) head = to_duration(analysis->begin);
        }
      },
      [this, radio, read, post = parts_.post](const std::exception_ptr&) {
        post([this, radio, read] {
          heads_.insert(read->begin(), read->end());
          write(radio);
        });
      });
}

/// A line whose heads are being read is written when they are there.
void FleetBoard::write(const std::string& radio) {
  const auto line = lines_.find(radio);
  if (line == lines_.end()) return;
  fleet::StationAir air;
  for (const auto& item : line->second) {
    const auto head = heads_.find(item.track);
    if (head == heads_.end()) return;
    const auto key = schedule::file_key(item.track);
    auto file = parts_.file(key);
    if (file.empty()) file = schedule::file_id(key) + ".mp3";
    air.items.push_back({.entry = item.entry,
                         .song = item.track.value,
                         .file = std::move(file),
                         .start = item.start,
                         .offset = item.offset + head->second,
                         .end = item.end});
  }
  parts_.board.put(radio, std::move(air));
  parts_.changed();
}

}  // namespace longwave::app
