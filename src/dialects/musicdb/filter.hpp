// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dialects/musicdb/kept.hpp"
#include "library/tagging.hpp"
#include "schedule/random_rules.hpp"

#include <boost/json/object.hpp>

#include <span>
#include <string>
#include <vector>

/// The genre filter of this dialect's pages. Pure.
namespace longwave::musicdb {

/// The filter shows what carries a genre that is on, and what carries none at all.
bool shown(std::span<const library::Assigned> tags, std::span<const schedule::GenreFilter> on);

/// `GenreFilter` and `SubgenreFilter` of GetMDBState: the names that are on, of the tags there are. Genres
/// are the station's; a subgenre is on unless it was switched off.
boost::json::object filter_json(const std::vector<library::Tag>& tags,
                                std::span<const schedule::GenreFilter> on, const Kept& kept);

/// A genre as the station takes it: with its subgenres that are on.
schedule::GenreFilter genre_filter(const std::vector<library::Tag>& tags, const library::Tag& genre,
                                   const Kept& kept);

}  // namespace longwave::musicdb
