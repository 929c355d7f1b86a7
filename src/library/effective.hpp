// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "library/events.hpp"
#include "library/file_tags.hpp"
#include "library/placing.hpp"

#include <string>

namespace longwave::library {

struct FolderPlace {
  std::string path;
  std::int64_t id = 0;
};

/// The columns of the track hold what its file says: keeps that, and puts what clients said in their place.
/// Nothing happens to a track of which no client said anything.
void prefer_clients(store::Session& session, Placer& placer, FileTags& tags, TrackId track,
                    const FolderPlace& folder, Changes& changes);

}  // namespace longwave::library
