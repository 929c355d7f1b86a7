// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace longwave::fleet {

/// What was a streamer's when it fell silent, as the store keeps it.
struct DepartedRow {
  std::string streamer;
  std::vector<std::string> radios;  ///< none: forgotten
  friend bool operator==(const DepartedRow&, const DepartedRow&) = default;
};

/// The streamers that were given up, and which radios they may still play as if they were theirs: they are
/// told with their next sign of life, by this scheduler or the one after it. Pure; of the scheduler's thread.
class Departed {
 public:
  /// Of so many streamers; any other is forgotten then.
  static constexpr std::size_t most = 1000;

  void add(const std::string& streamer, const std::vector<std::string>& radios) {
    if (radios.empty()) return;
    if (all_.size() >= most && !all_.contains(streamer)) forget(std::string(all_.begin()->first));
    auto& known = all_[streamer];
    known.insert(known.end(), radios.begin(), radios.end());
    changed_.insert(streamer);
  }
  std::vector<std::string> take(const std::string& streamer) {
    auto node = all_.extract(streamer);
    if (node.empty()) return {};
    changed_.insert(streamer);
    return std::move(node.mapped());
  }
  void forget(const std::string& streamer) { (void)take(streamer); }
  void forget(const std::string& streamer, const std::string& radio) {
    const auto place = all_.find(streamer);
    if (place == all_.end() || std::erase(place->second, radio) == 0) return;
    changed_.insert(streamer);
    if (place->second.empty()) all_.erase(place);
  }

  /// What changed since the last call.
  std::vector<DepartedRow> take_changed() {
    std::vector<DepartedRow> rows;
    for (const auto& streamer : std::exchange(changed_, {})) {
      const auto place = all_.find(streamer);
      rows.push_back({streamer, place == all_.end() ? std::vector<std::string>{} : place->second});
    }
    return rows;
  }
  void mark_changed(const std::string& streamer) { changed_.insert(streamer); }

 private:
  std::map<std::string, std::vector<std::string>> all_;
  std::set<std::string> changed_;
};

}  // namespace longwave::fleet
