// SPDX-License-Identifier: Apache-2.0
#include "library/upload_work.hpp"

#include "base/log.hpp"
#include "library/upload_rows.hpp"
#include "store/store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace longwave::library {

std::string megabytes(std::int64_t bytes) {
  return fmt::format("{} MiB", bytes >> 20);
}

Result<std::int64_t> UploadWork::admit(const Upload& upload) const {
  const auto free = files_.prepare();
  if (!free) return free.error();
  const auto size = std::max<std::int64_t>(upload.request.size, 1);
  if (*free - limits_.spare < size) return error(Errc::full, "the disk is full");
  try {
    return store_.write_now([&](store::Session& session) -> Result<std::int64_t> {
      const auto sent = sent_since(session, upload.request.who, upload.changed_ms - upload_day_ms);
      const auto left = std::max<std::int64_t>(limits_.quota - sent, 0);
      if (left < size)
        return error(Errc::full, fmt::format("your quota of {} in 24 hours is used up; {} are left",
                                             megabytes(limits_.quota), megabytes(left)));
      keep_upload(session, upload, upload.changed_ms);
      return std::min(left, limits_.largest);
    });
  } catch (const std::exception& e) {
    log::error("uploads: {}", e.what());
    return error(Errc::unavailable, "the database can't be written at present; the disk may be full");
  }
}

Result<std::string> UploadWork::look(const std::string& id, std::int64_t expected,
                                     const UploadRequest& request) const {
  if (files_.size(id) != expected) return error(Errc::unavailable, "some of its bytes could not be kept");
  if (!request.sha1.empty()) {
    const auto sum = files_.sha1(id);
    if (!sum) return sum.error();
    if (*sum != request.sha1)
      return error(Errc::broken, "the file isn't the one that was meant: its SHA-1 differs");
  }
  if (auto synced = files_.sync(id); !synced) return synced.error();
  return inspect_(files_.path(id), request.kind);
}

Result<std::string> UploadWork::place(Upload& upload, const std::vector<std::string>& folders,
                                      const std::string& name) const {
  try {
    return files_.place(upload.id, folders, name, [&](const std::string& path) {
      upload.path = path;
      store_.write_now([&](store::Session& session) { update_upload(session, upload); });
    });
  } catch (const std::exception& e) {
    log::error("uploads: {}", e.what());
    return error(Errc::unavailable, "the database can't be written at present; the disk may be full");
  }
}

std::vector<Upload> UploadWork::left_behind() const {
  std::vector<Upload> kept;
  auto rows = store_.read_now([](store::Session& session) { return open_uploads(session); });
  for (auto& upload : rows) {
    const auto size = files_.size(upload.id);
    const bool placed = size < 0 && !upload.path.empty() && files_.exists(upload.path);
    if (upload.state == UploadState::importing && placed) {
      kept.push_back(std::move(upload));
      continue;
    }
    const bool whole = upload.state == UploadState::ready || upload.state == UploadState::importing;
    if (whole && size >= 0) {
      upload.state = UploadState::ready;
      upload.path.clear();
    } else {
      upload.state = UploadState::receiving;
      if (upload.request.size == 0 || size > upload.request.size || whole) {
        store_.write_now([&](store::Session& session) { forget_upload(session, upload.id); });
        continue;
      }
    }
    upload.received = std::max<std::int64_t>(size, 0);
    kept.push_back(std::move(upload));
  }
  for (const auto& id : files_.ids()) {
    if (std::none_of(kept.begin(), kept.end(), [&](const Upload& one) { return one.id == id; }))
      files_.remove(id);
  }
  return kept;
}

}  // namespace longwave::library
