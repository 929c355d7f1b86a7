// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.hpp"
#include "base/result.hpp"
#include "rpc/table.hpp"
#include "schedule/station_programme.hpp"

#include <cstdint>
#include <functional>
#include <optional>

namespace longwave::api {

struct Context;

/// The latest time that is taken from callers (the year 2255): nanoseconds count no further than 2262.
constexpr std::int64_t latest_ms = 9'000'000'000'000;

/// programme.get, .set, .put, .remove, .request: what people edit of a station's programme
/// (docs/programme.md).
void add_programme_methods(rpc::Table& table, Context& context);
/// programme.songs, .songs_set, .songs_add, .songs_remove.
void add_programme_song_methods(rpc::Table& table, Context& context);
/// schedule.explain, schedule.preview.
void add_schedule_methods(rpc::Table& table, Context& context);

/// The programme of a station, an empty one when it has none. On the station loop.
schedule::StationProgramme programme_of(Context& context, StationId station);

/// A method that changes the programme: `edit` gets a copy of it and gives the id of what was made (0:
/// nothing). Answered with {version} or {version, id} when it is on disk.
rpc::Handler editing(Context& context,
                     std::function<Result<std::int64_t>(const rpc::Call&, schedule::StationProgramme&)> edit);
/// The parameter of such a method that says which version it was made from.
rpc::Field base_param();
rpc::Field edited();

}  // namespace longwave::api
