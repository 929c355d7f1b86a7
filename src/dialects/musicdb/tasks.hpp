// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/signal.hpp"
#include "dialects/musicdb/function.hpp"
#include "library/library.hpp"
#include "library/uploads.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace longwave::musicdb {

inline constexpr std::int64_t chunk_size = 409'600;  ///< bytes

struct Job {
  std::string id;
  std::string state;
  std::string content_type;  ///< video, albumfile, artwork, album, any
  std::string mime_type = {};
  boost::json::object annotations = {};
  std::int64_t began = 0;  ///< Unix seconds
  std::int64_t updated = 0;
  std::int64_t size = 0;  ///< bytes
  std::int64_t offset = 0;
  std::string file_name = {};
  std::string checksum = {};
  std::string path = {};                ///< what it is about: an album's, a video's folder
  std::string upload = {};              ///< id in library::Uploads
  std::optional<ClientId> sender = {};  ///< whose chunks are taken
};

/// Uploads, imports and scans as this protocol shows them (docs/protocols/musicdb.md section "Tasks"). The
/// bytes and what becomes of them are library::Uploads'. Belongs to the station loop.
class Tasks {
 public:
  explicit Tasks(Core& core);
  ~Tasks();

  void start();
  /// Once a second: what ended disappears, and so does what was forgotten for a day.
  void tick();

  struct Begin {
    std::string id, mime_type, content_type, checksum, file_name;
    std::int64_t size = 0;
  };
  void begin(ClientId client, Begin request, Answer answer);
  void chunk(ClientId client, const std::string& id, std::string bytes, Answer answer);
  void annotate(const std::string& id, const boost::json::object& more, Answer answer);
  void integrate(const std::string& id, const std::string& path, Answer answer);
  void import_music(const std::string& content_type, const std::string& path, Answer answer);
  void import_artwork(const std::string& source, const std::string& target, Answer answer);
  void scan(Answer answer);
  void remove(const std::string& id, Answer answer);
  /// {videos, albumfiles, albums, artworks, any}
  boost::json::object list() const;

 private:
  Job& add(std::string id, std::string content_type, std::string state);
  Job* find(const std::string& id);
  void to(Job& task, std::string state, const std::string& message = {});
  void ask_for_chunk(const Job& task);
  void refuse(const std::string& id, const std::string& message);
  void received(const std::string& id, Result<library::Upload> upload);
  void on_upload(const library::Upload& upload);
  void on_scan(const library::ScanFinished& end);
  std::string new_id();
  std::int64_t now() const;

  Core& core_;
  std::map<std::string, Job> jobs_;
  std::uint64_t next_ = 0;
  Subscription on_upload_, on_scan_;
};

}  // namespace longwave::musicdb
