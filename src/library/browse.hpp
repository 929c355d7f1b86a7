// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace longwave::store {
class Session;
}

/// Ways into the library beside artists and albums (queries.hpp): what there is of each genre, mood and year,
/// as far as it can be played. Inside a job of the store.
namespace longwave::library {

struct BrowseRow {
  std::int64_t id = 0;  ///< of the tag; the year
  std::string name;
  std::int64_t parent = 0;  ///< of a subgenre: its genre
  std::int64_t tracks = 0;
  std::int64_t albums = 0;  ///< those tracks are on
  std::string art;          ///< of one of them, or empty
};

/// By name; those without a track are left out.
std::vector<BrowseRow> genres(store::Session& session);  ///< subgenres too
std::vector<BrowseRow> moods(store::Session& session);
/// The newest first; tracks without a year are left out.
std::vector<BrowseRow> years(store::Session& session);

}  // namespace longwave::library
