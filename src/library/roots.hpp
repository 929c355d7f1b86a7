// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::store {
class Session;
}

namespace longwave::library {

/// The music folders, and how paths below them are said to clients: relative to the folder if there is one,
/// else with the folder's name before them ("Music/…", "Music (2)/…").
class Roots {
 public:
  explicit Roots(const std::vector<std::filesystem::path>& music);

  /// Empty for what lies below none of them.
  std::string relative(std::string_view absolute) const;
  /// Nothing for a path that is absolute, leaves the folder ("..") or names none.
  std::optional<std::string> absolute(std::string_view relative) const;

  const std::vector<std::string>& folders() const { return folders_; }

 private:
  std::vector<std::string> folders_;  ///< absolute, without a slash at the end
  std::vector<std::string> labels_;   ///< what stands before the slash; "" if there is one folder only
};

/// As the last scan was told.
Roots load_roots(store::Session& session);
void keep_roots(store::Session& session, const std::vector<std::filesystem::path>& music);

/// The track with this relative path; present ones before missing ones.
std::optional<TrackId> track_at(store::Session& session, std::string_view relative);

}  // namespace longwave::library
