// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "library/reader.hpp"
#include "library/scan.hpp"
#include "library/spelling.hpp"

#include <cstdint>
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

  /// Adds to `report` what it did.
  void apply(store::Session& session, const std::vector<ScanResult>& results, ScanReport& report);
  void forget();

  /// Marks the given tracks (indices of Known::files) missing, unless a file of this scan turned out to be
  /// them.
  void mark_missing(store::Session& session, const std::vector<std::uint32_t>& tracks, ScanReport& report);

  /// Problems of earlier scans that this one didn't meet again go.
  void forget_problems(store::Session& session);

  /// Albums and artists nothing belongs to any more go; albums whose tracks changed get the right artist.
  void tidy(store::Session& session);
  bool untidy() const;

 private:
  struct FolderRow {
    std::int64_t id = 0;
    std::string art;
  };
  struct AlbumRow {
    std::int64_t id = 0, artist = 0;
  };

  FolderRow& folder(store::Session& session, const Folder& folder);
  std::int64_t artist(store::Session& session, const std::string& name);
  std::int64_t album(store::Session& session, const Folder& folder, const Tags& tags,
                     std::int64_t track_artist);
  std::int64_t named_album_here(store::Session& session, const Folder& folder, const std::string& title);
  void set_album_artist(store::Session& session, std::int64_t album, std::int64_t artist);

  void file(store::Session& session, const FileResult& result, ScanReport& report);
  void read(store::Session& session, const FileResult& result, const Read& read, ScanReport& report);
  void broken(store::Session& session, const FileResult& result, const Broken& broken, ScanReport& report);
  void picture(store::Session& session, const FolderArt& art);
  void problem(store::Session& session, const std::string& path, const Broken& broken);
  void join_albums(store::Session& session);
  std::uint32_t moved_from(std::int64_t identity, std::uint32_t but_not) const;
  void orphan(store::Session& session, std::uint32_t track, ScanReport& report);

  const Known& known_;
  const std::int64_t now_ms_;
  std::vector<char> touched_;  ///< the row was changed in this scan: what Known says of it is no longer true
  std::unordered_map<std::string, FolderRow> folders_;
  std::unordered_map<std::string, std::int64_t> artists_;
  std::unordered_map<std::string, AlbumRow> albums_;
  WordLearner words_;
  std::unordered_set<std::string> problems_;                    ///< paths
  std::unordered_map<std::string, std::int64_t> named_albums_;  ///< by folder and title
  std::unordered_map<std::int64_t, std::string>
      folder_albums_;                             ///< folder and title of those without a named artist
  std::unordered_set<std::int64_t> left_albums_;  ///< albums that lost a track
};

}  // namespace longwave::library
