// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "library/queries.hpp"
#include "library/query.hpp"

#include <cstddef>
#include <vector>

/// Queries, asked of the store: as one SQL statement with bound values. Inside a job of the store.
///
/// A word must begin a word of title, artist, album or album artist. One that begins none, or all of them
/// when nothing is found otherwise, may be mistyped in one letter from five letters on.
namespace longwave::library {

/// In the order the query says: without one, best matches first if there are words in it (a title counts more
/// than an artist, an artist more than an album), else as the files were found. Finds at most 20,000.
Page<Track> query_tracks(store::Session& session, const Query& query, const Listing& listing = {});

/// At most `most`, and at most what the query limits itself to.
std::vector<TrackId> query_ids(store::Session& session, const Query& query, std::size_t most);

std::int64_t query_count(store::Session& session, const Query& query);

}  // namespace longwave::library
