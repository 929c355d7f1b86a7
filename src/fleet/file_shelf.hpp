// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "audio/analysis.hpp"
#include "base/task.hpp"
#include "station/media_pool.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace longwave::fleet {

/// "000000042.mp3" → "000/000/042.mp3", where a platform keeps its files (docs/protocols/scheduler.md section
/// 3). Empty for what is no such name: nothing else of a file system can be named.
std::filesystem::path shelf_path(std::string_view file);

/// The files that a streamer plays, by the names that the scheduler uses: from a folder that everybody
/// shares, else from what was fetched before, else fetched. Belongs to the station loop; files are looked at
/// through `blocking`, whose tasks have ended before this is destroyed.
class FileShelf final : public station::TrackSource {
 public:
  using Tags = std::pair<std::string, std::string>;  // artist, title
  using Fetched = UniqueFunction<void(Result<std::string>)>;
  struct Parts {
    std::filesystem::path folder;  ///< may be empty: nothing is shared
    std::filesystem::path fetched;
    std::uint64_t most_bytes;  ///< of what was fetched; what wasn't wanted for longest goes
    Post post;                 ///< to the station loop
    std::function<void(Task)> blocking;
    std::function<Tags(const std::filesystem::path&)> tags;  ///< through `blocking`
    /// The bytes of a file; `url` is what the scheduler said, may be empty. Null: nothing can be fetched. Its
    /// `done` may come on any thread.
    std::function<void(const std::string& file, const std::string& url, Fetched done)> fetch;
  };

  explicit FileShelf(Parts parts);

  /// The number by which players know this file: the same for a name, always.
  TrackId track(const std::string& file, const std::string& url);

  void find(TrackId track, UniqueFunction<void(Result<station::TrackFile>)> done) override;
  void keep(TrackId track, std::shared_ptr<const audio::Analysis> analysis) override;
  void broken(TrackId track, const std::string& reason) override;

 private:
  struct Row {
    std::string file, url;
    std::shared_ptr<const audio::Analysis> analysis;
    std::vector<UniqueFunction<void(Result<station::TrackFile>)>> asked;  // while it is looked for
  };
  Result<station::TrackFile> look(const std::string& file) const;  // blocking
  Result<station::TrackFile> store(const std::string& file, const std::string& bytes) const;
  void make_room(std::uint64_t coming) const;
  void fetch(TrackId track, Row& row);
  void found(TrackId track, Result<station::TrackFile> file);

  Parts parts_;
  std::unordered_map<std::string, TrackId> numbers_;
  std::map<TrackId, Row> rows_;
  std::shared_ptr<const char> alive_ = std::make_shared<const char>('\0');
};

}  // namespace longwave::fleet
