// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/track_book.hpp"
#include "rpc/table.hpp"
#include "schedule/programmer.hpp"

#include <boost/json/value.hpp>

#include <functional>
#include <string>
#include <vector>

/// How a station's programme looks in the API. On the station loop.
namespace longwave::api {

/// What station.now tells beside the programme itself.
struct NowContext {
  std::string name;  ///< of the station, for people
  schedule::Moment moment;
  int listeners = 0;
  std::function<std::string(std::string_view art)> accent;  ///< "#rrggbb", or "" while it isn't known
};

std::vector<TrackId> tracks_of(const schedule::NowView& now);
boost::json::object now_json(const schedule::Programmer& programmer, const schedule::NowView& now,
                             const NowContext& context, const TrackBook::Tracks& tracks);

std::vector<TrackId> tracks_of(const std::vector<schedule::EntryPtr>& entries);
boost::json::object entry_json(const schedule::Programmer& programmer, const schedule::Entry& entry,
                               const TrackBook::Tracks& tracks);

std::vector<TrackId> tracks_of(const schedule::QueueChange& change);
/// At most `most` entries of a reset are told; the client asks for the rest.
boost::json::object change_json(const schedule::Programmer& programmer, const schedule::QueueChange& change,
                                const TrackBook::Tracks& tracks);
/// The whole queue as a change, for a new subscriber.
boost::json::object reset_json(const schedule::Programmer& programmer, const TrackBook::Tracks& tracks);
inline constexpr std::size_t most_told = 500;

boost::json::object history_json(const schedule::HistoryRow& row, const TrackBook::Tracks& tracks);

/// Adds the shapes Reason, Entry, OnAir, Now, HistoryItem.
void add_station_shapes(rpc::Table& table);

}  // namespace longwave::api
