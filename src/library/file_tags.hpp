// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "library/events.hpp"

#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace longwave::store {
class Session;
}

namespace longwave::library {

/// Genres that a file (or a client, instead of it) names become tags of the track. A name that is a subgenre
/// already is meant as that. Remembers ids like Placer, with the same rules.
class FileTags {
 public:
  /// Replaces what the file said before; what people assigned or refused stays. `fresh`: the track is new.
  void take(store::Session& session, TrackId track, const std::vector<std::string>& genres, bool fresh,
            Changes& changes);
  void forget() { known_.clear(); }

 private:
  struct Named {
    std::int64_t tag = 0, parent = 0;
  };
  Named find(store::Session& session, const std::string& name, Changes& changes);

  std::unordered_map<std::string, Named> known_;  ///< by folded name
};

/// "Jazz; Bebop" as it stands in a column.
std::vector<std::string> split_genres(std::string_view joined);

}  // namespace longwave::library
