// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "library/events.hpp"
#include "library/file_tags.hpp"
#include "library/placing.hpp"
#include "library/reader.hpp"
#include "library/scan.hpp"
#include "library/spelling.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace longwave::store {
class Session;
}

namespace longwave::library {

/// Turns what the readers found into rows. Lives as long as a scan; used only inside write jobs, so one call
/// at a time. A job that throws must be followed by forget(), as ids of rows that don't exist may be
/// remembered.
class Applier {
 public:
  Applier(const Known& known, std::int64_t now_ms)
      : known_(known), now_ms_(now_ms), touched_(known.files.size()) {}

  /// Adds to `report` and `changes` what it did.
  void apply(store::Session& session, const std::vector<ScanResult>& results, ScanReport& report,
             Changes& changes);
  void forget();

  /// Marks the given tracks (indices of Known::files) missing, unless a file of this scan turned out to be
  /// them.
  void mark_missing(store::Session& session, const std::vector<std::uint32_t>& tracks, ScanReport& report,
                    Changes& changes);
  /// The same of videos, by their ids.
  void mark_videos_missing(store::Session& session, const std::vector<std::int64_t>& videos,
                           Changes& changes);

  /// Problems of earlier scans that this one didn't meet again go.
  /// `met`: whether this scan looked there.
  void forget_problems(store::Session& session, const std::function<bool(const std::string& path)>& met);

  /// Albums and artists nothing belongs to any more go; albums whose tracks changed get the right artist.
  void tidy(store::Session& session) { placer_.tidy(session); }
  bool untidy() const { return placer_.untidy(); }

 private:
  struct FolderRow {
    std::int64_t id = 0;
    std::string art;
  };
  FolderRow& folder(store::Session& session, const Folder& folder);
  struct Job {  ///< of one call
    store::Session& session;
    ScanReport& report;
    Changes& changes;
  };
  void file(Job& job, const FileResult& result);
  void read(Job& job, const FileResult& result, const Read& read);
  void learn(store::Session& session, const Tags& tags);
  std::int64_t insert(Job& job, const FileResult& result, const Read& read);
  void update(Job& job, const FileResult& result, const Read& read, std::uint32_t row, bool moved);
  /// Everything of a file that isn't a column of its track.
  void extras(Job& job, TrackId track, const Read& read, bool fresh);
  void video(Job& job, const VideoFound& found);
  void broken(Job& job, const FileResult& result, const Broken& broken);
  void picture(store::Session& session, const FolderArt& art);
  void problem(store::Session& session, const std::string& path, const Broken& broken);
  std::uint32_t moved_from(std::int64_t identity, std::uint32_t but_not) const;
  void orphan(Job& job, std::uint32_t track);

  const Known& known_;
  const std::int64_t now_ms_;
  std::vector<char> touched_;  ///< the row was changed in this scan: what Known says of it is no longer true
  std::unordered_map<std::string, FolderRow> folders_;
  Placer placer_;
  FileTags tags_;
  WordLearner words_;
  std::unordered_set<std::string> problems_;  ///< paths
};

}  // namespace longwave::library
