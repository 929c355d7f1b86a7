// SPDX-License-Identifier: Apache-2.0
#include "library/upload_rows.hpp"

#include "store/session.hpp"

namespace longwave::library {

std::int64_t sent_since(store::Session& session, const std::string& who, std::int64_t since_ms) {
  return session
      .value<std::int64_t>(
          "SELECT COALESCE(SUM(size), 0) FROM library_upload WHERE who = :who AND created_ms >= :since AND "
          "state <> 5",
          who, since_ms)
      .value_or(0);
}

void keep_upload(store::Session& session, const Upload& upload, std::int64_t created_ms) {
  const auto& request = upload.request;
  session.run(
      "INSERT INTO library_upload(id, name, size, sha1, who, kind, tag, state, created_ms, changed_ms) "
      "VALUES "
      "(:id, :name, :size, :sha1, :who, :kind, :tag, :state, :created, :changed)",
      upload.id, request.name, request.size, request.sha1, request.who, static_cast<int>(request.kind),
      request.tag, static_cast<int>(upload.state), created_ms, upload.changed_ms);
}

void update_upload(store::Session& session, const Upload& upload) {
  session.run(
      "UPDATE library_upload SET state = :state, size = :size, problem = :problem, type = :type, track_id = "
      ":track, path = :path, changed_ms = :changed WHERE id = :id",
      static_cast<int>(upload.state), upload.request.size, upload.problem, upload.type, upload.track.value,
      upload.path, upload.changed_ms, upload.id);
}

void forget_upload(store::Session& session, const std::string& id) {
  session.run("DELETE FROM library_upload WHERE id = :id", id);
}

std::vector<Upload> open_uploads(store::Session& session) {
  std::vector<Upload> found;
  using Int = std::int64_t;
  session.each<std::string, std::string, Int, std::string, std::string, int, std::string, int, std::string,
               std::string, Int>(
      "SELECT id, name, size, sha1, who, kind, tag, state, type, path, changed_ms FROM library_upload WHERE "
      "state < 4 ORDER BY created_ms, id",
      [&](std::string id, std::string name, Int size, std::string sha1, std::string who, int kind,
          std::string tag, int state, std::string type, std::string path, Int changed) {
        Upload upload;
        upload.id = std::move(id);
        upload.request = {
            std::move(name), size, std::move(sha1), std::move(who), static_cast<UploadKind>(kind),
            std::move(tag)};
        upload.state = static_cast<UploadState>(state);
        upload.type = std::move(type);
        upload.path = std::move(path);
        upload.changed_ms = changed;
        found.push_back(std::move(upload));
      });
  return found;
}

TrackId track_in(store::Session& session, const std::string& folder, const std::string& name) {
  return TrackId{session
                     .value<std::int64_t>(
                         "SELECT t.id FROM library_track t JOIN library_folder f ON f.id = t.folder_id WHERE "
                         "f.path = :folder AND t.name = :name AND t.state = 0",
                         folder, name)
                     .value_or(0)};
}

void forget_ended(store::Session& session, std::int64_t before_ms) {
  session.run("DELETE FROM library_upload WHERE state >= 4 AND changed_ms < :before", before_ms);
}

}  // namespace longwave::library
