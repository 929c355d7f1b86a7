// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "store/migration.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::store {
class Session;
}

namespace longwave::musicdb {

/// The table of this room, for the one who opens the store: {"musicdb", migrations()}.
std::vector<store::Migration> migrations();

struct VideoEntry {
  std::int64_t id = 0;
  std::int64_t video = 0;
  bool random = false;
  friend bool operator==(const VideoEntry&, const VideoEntry&) = default;
};

/// What was chosen, and when: it isn't chosen again too soon.
struct Remembered {
  std::int64_t id = 0;
  std::int64_t time = 0;  ///< Unix seconds
  friend bool operator==(const Remembered&, const Remembered&) = default;
};

/// What this dialect keeps beyond the rooms: filters and configuration of its pages, and the queue of videos,
/// which no station plays. Replaced as a whole, never changed.
struct Kept {
  /// genre → subgenre → on; what isn't there is on. (Which genres are on is the station's.)
  std::map<std::string, std::map<std::string, bool>> subgenres;
  std::string ui_mode = "audio";  ///< or "video"
  boost::json::object web_ui;
  std::vector<VideoEntry> videos;  ///< the first is current
  std::int64_t next_video_entry = 1;
  std::vector<Remembered> video_blacklist;  ///< the latest first
  bool video_streaming = false;
};
using KeptPtr = std::shared_ptr<const Kept>;

/// Inside a job of the store. What was never written has its default.
Kept read_kept(store::Session& session);
void write_kept(store::Session& session, const Kept& kept);

/// The configuration of the original page, with every key that it requires.
boost::json::object default_web_ui();
/// The complete object, or invalid naming the key that is missing or of a wrong kind. Keys it doesn't know
/// are refused too.
Result<boost::json::object> check_configuration(const boost::json::value& given,
                                                const boost::json::object& like);

/// One change of SetMDBState, of what is kept here: `uimode`, or a subgenre. Errors: invalid, full.
Result<Kept> with_ui_mode(const Kept& kept, const boost::json::value& value);
Result<Kept> with_subgenre(const Kept& kept, std::string_view genre, std::string_view name, bool on);

}  // namespace longwave::musicdb
