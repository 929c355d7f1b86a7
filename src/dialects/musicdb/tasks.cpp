// SPDX-License-Identifier: Apache-2.0
#include "dialects/musicdb/tasks.hpp"

#include "access/password.hpp"
#include "base/text.hpp"
#include "dialects/musicdb/core.hpp"
#include "dialects/musicdb/records.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <algorithm>
#include <filesystem>
#include <utility>

namespace longwave::musicdb {
namespace {

namespace json = boost::json;

constexpr const char* channel = "MusicDB:Task";
constexpr std::int64_t forgotten = 24 * 3600;  // seconds
constexpr std::size_t most_jobs = 1000;
constexpr std::size_t most_annotations = 64 * 1024;  // bytes
constexpr std::string_view tag_prefix = "musicdb ";

bool over(const std::string& state) {
  return state == "importcomplete" || state == "readyforimport" || state == "fsscancomplete" ||
         state == "remove" || state.ends_with("failed") || state == "invalidcontent";
}

json::object record_of(const Job& job) {
  const auto uploaded = job.upload.empty() ? json::value(nullptr) : json::value("uploads/" + job.id);
  const bool video = job.content_type == "video";
  const bool artwork = job.content_type == "artwork";
  const auto path = job.path.empty() ? json::value(nullptr) : json::value(clean(job.path));
  return {{"id", job.id},
          {"state", job.state},
          {"contenttype", job.content_type},
          {"mimetype", job.mime_type},
          {"annotations", job.annotations},
          {"initializationtime", job.began},
          {"updatetime", job.updated},
          {"filesize", job.size},
          {"offset", job.offset},
          {"sourcefilename", clean(job.file_name)},
          {"sourcechecksum", job.checksum},
          {"uploadpath", uploaded},
          {"preprocessedpath", uploaded},
          {"videopath", video ? path : json::value(nullptr)},
          {"albumpath", video ? json::value(nullptr) : path},
          {"awsourcetype", artwork ? json::value("imagefile") : json::value(nullptr)},
          {"awsourcepath", artwork ? uploaded : json::value(nullptr)}};
}

std::string tag_of(const Job& job) {
  return fmt::format("{}{} {}", tag_prefix, job.id, job.content_type);
}

}  // namespace

Tasks::Tasks(Core& core) : core_(core) {}
Tasks::~Tasks() = default;

std::int64_t Tasks::now() const {
  return core_.scene().now;
}

void Tasks::start() {
  on_scan_ =
      core_.parts().library.scan_finished.connect([this](const library::ScanFinished& end) { on_scan(end); });
  auto* uploads = core_.parts().uploads;
  if (!uploads) return;
  on_upload_ =
      uploads->changed.connect([this](const library::UploadChanged& event) { on_upload(event.upload); });
  for (const auto& upload : uploads->list()) {  // what an earlier process left
    const auto& tag = upload.request.tag;
    if (!tag.starts_with(tag_prefix)) continue;
    const auto words = text::split(std::string_view(tag).substr(tag_prefix.size()), ' ');
    if (words.size() != 2 || upload.state > library::UploadState::ready) continue;
    auto& job = add(std::string(words[0]), std::string(words[1]),
                    upload.state == library::UploadState::ready ? "readyforintegration" : "waitforchunk");
    job.upload = upload.id;
    job.size = upload.request.size;
    job.offset = upload.received;
    job.checksum = upload.request.sha1;
    job.file_name = upload.request.name;
  }
}

Job& Tasks::add(std::string id, std::string content_type, std::string state) {
  auto& job = jobs_[id];
  job = Job{.id = std::move(id), .state = std::move(state), .content_type = std::move(content_type)};
  job.began = job.updated = now();
  return job;
}

Job* Tasks::find(const std::string& id) {
  const auto found = jobs_.find(id);
  return found == jobs_.end() ? nullptr : &found->second;
}

/// In the form of a UUID: 122 bits by chance.
std::string Tasks::new_id() {
  auto id = access::token_digest(access::random_token()).substr(0, 36);
  for (const std::size_t dash : {8, 13, 18, 23}) id[dash] = '-';
  id[14] = '4';
  id[19] = '8';
  return id;
}

json::object Tasks::list() const {
  json::array videos, files, albums, artworks, any;
  for (const auto& [id, job] : jobs_) {
    auto* list = job.content_type == "video"       ? &videos
                 : job.content_type == "albumfile" ? &files
                 : job.content_type == "album"     ? &albums
                 : job.content_type == "artwork"   ? &artworks
                 : job.content_type == "any"       ? &any
                                                   : nullptr;
    if (list) list->push_back(record_of(job));
  }
  return {{"videos", std::move(videos)},
          {"albumfiles", std::move(files)},
          {"albums", std::move(albums)},
          {"artworks", std::move(artworks)},
          {"any", std::move(any)}};
}

void Tasks::to(Job& job, std::string state, const std::string& message) {
  job.state = std::move(state);
  job.updated = now();
  core_.notify(channel, "StateUpdate",
               json::object{{"taskid", job.id},
                            {"offset", job.offset},
                            {"chunksize", chunk_size},
                            {"state", job.state},
                            {"task", record_of(job)},
                            {"message", message.empty() ? json::value(nullptr) : json::value(clean(message))},
                            {"tasklist", list()}});
}

void Tasks::ask_for_chunk(const Job& job) {
  core_.notify(channel, "ChunkRequest",
               json::object{{"taskid", job.id},
                            {"offset", job.offset},
                            {"chunksize", chunk_size},
                            {"state", job.state},
                            {"task", record_of(job)},
                            {"message", nullptr}});
}

void Tasks::refuse(const std::string& id, const std::string& message) {
  const auto* job = find(id);
  core_.notify(channel, "InternalError",
               json::object{{"taskid", job ? json::value(id) : json::value(nullptr)},
                            {"offset", job ? json::value(job->offset) : json::value(nullptr)},
                            {"chunksize", job ? json::value(chunk_size) : json::value(nullptr)},
                            {"state", job ? job->state : std::string("notexisting")},
                            {"task", job ? json::value(record_of(*job)) : json::value(nullptr)},
                            {"message", clean(message)},
                            {"tasklist", list()}});
}

void Tasks::begin(ClientId client, Begin request, Answer answer) {
  auto* uploads = core_.parts().uploads;
  const auto no = [&](const std::string& why) {
    refuse(request.id, why);
    answer(json::string(request.id));
  };
  if (!uploads) return no("Uploads deactivated");
  if (request.content_type != "albumfile" && request.content_type != "artwork")
    return no(fmt::format("Uploads of '{}' are not allowed", request.content_type.substr(0, 100)));
  if (request.id.empty() || request.id.size() > 100 || request.id.find(' ') != std::string::npos ||
      jobs_.size() >= most_jobs || request.size <= 0)
    return no("The upload can't be taken");
  if (auto* known = find(request.id); known && !over(known->state)) {  // begun before: it goes on
    known->sender = client;
    ask_for_chunk(*known);
    return answer(json::string(request.id));
  }
  library::UploadRequest wanted{
      .name = request.file_name,
      .size = request.size,
      .sha1 = text::ascii_lower(request.checksum),
      .who = "MusicDB",
      .kind = request.content_type == "artwork" ? library::UploadKind::picture : library::UploadKind::music};
  auto& job = add(request.id, request.content_type, "waitforchunk");
  job.mime_type = request.mime_type.substr(0, 100);
  job.size = request.size;
  job.checksum = wanted.sha1;
  job.file_name = wanted.name;
  job.sender = client;
  wanted.tag = tag_of(job);
  uploads->begin(std::move(wanted), [this, id = request.id, alive = core_.alive(),
                                     answer = std::move(answer)](Result<library::Upload> upload) mutable {
    if (alive.expired()) return;
    auto* begun = find(id);
    if (!upload || !begun) {
      if (begun) jobs_.erase(id);
      refuse(id, upload ? "The upload was removed" : upload.error().message);
    } else {
      begun->upload = upload->id;
      ask_for_chunk(*begun);
    }
    answer(json::string(id));
  });
}

void Tasks::chunk(ClientId client, const std::string& id, std::string bytes, Answer answer) {
  auto* job = find(id);
  auto* uploads = core_.parts().uploads;
  if (!job || !uploads || job->upload.empty()) {
    refuse(id, uploads ? "There is no such upload" : "Uploads deactivated");
    return answer(nullptr);
  }
  if (bytes.empty()) {  // somebody came back: the next chunk is theirs to send
    job->sender = client;
    if (job->state == "waitforchunk")
      ask_for_chunk(*job);
    else
      to(*job, job->state);
    return answer(nullptr);
  }
  if (job->state != "waitforchunk") return answer(error(Errc::conflict, "the upload waits for no chunk"));
  if (job->sender && *job->sender != client)
    return answer(error(Errc::conflict, "another connection sends this upload"));
  if (job->offset + static_cast<std::int64_t>(bytes.size()) > job->size) {
    refuse(id, "There are more bytes than were announced");
    return answer(nullptr);
  }
  const auto offset = job->offset;
  uploads->append(
      job->upload, offset, std::move(bytes),
      [this, id, alive = core_.alive(), answer = std::move(answer)](Result<library::Upload> upload) mutable {
        if (alive.expired()) return;
        received(id, std::move(upload));
        answer(nullptr);
      });
}

void Tasks::received(const std::string& id, Result<library::Upload> upload) {
  auto* job = find(id);
  if (!job) return;
  if (!upload) return refuse(id, upload.error().message);
  job->offset = upload->received;
  job->updated = now();
  if (job->offset < job->size) return ask_for_chunk(*job);
  to(*job, "uploadcomplete");
  to(*job, "preprocessing");
  core_.parts().uploads->finish(
      job->upload,
      [this, id, alive = core_.alive()](Result<library::Upload> done) {
        auto* ended = alive.expired() ? nullptr : find(id);
        if (!ended) return;
        if (done) return to(*ended, "readyforintegration");
        to(*ended, done.error().code == Errc::broken ? "invalidcontent" : "uploadfailed",
           done.error().message);
      },
      false);
}

void Tasks::on_upload(const library::Upload& upload) {
  if (upload.state != library::UploadState::failed) return;
  for (auto& [id, job] : jobs_) {
    if (job.upload == upload.id && job.state == "waitforchunk")
      return to(job, "uploadfailed", upload.problem);
  }
}

void Tasks::annotate(const std::string& id, const json::object& more, Answer answer) {
  auto* job = find(id);
  if (!job) {
    refuse(id, "There is no such task");
    return answer(nullptr);
  }
  auto all = job->annotations;
  for (const auto& [key, value] : more) {
    if (key != "taskid") all[key] = value;
  }
  if (json::serialize(all).size() > most_annotations)
    return answer(error(Errc::full, "there are too many annotations"));
  job->annotations = std::move(all);
  to(*job, job->state);
  answer(nullptr);
}

void Tasks::integrate(const std::string& id, const std::string& path, Answer answer) {
  auto* job = find(id);
  if (!job || job->state != "readyforintegration") {
    if (!job) refuse(id, "There is no such task");
    return answer(false);
  }
  const std::filesystem::path target(path);
  job->path = target.parent_path().native();
  to(*job, "startintegration");
  to(*job, "integrating");
  core_.parts().uploads->import(job->upload, target.parent_path().native(), target.filename().native(),
                                [this, id, alive = core_.alive()](Result<library::Upload> done) {
                                  auto* ended = alive.expired() ? nullptr : find(id);
                                  if (!ended) return;
                                  if (done)
                                    to(*ended, "readyforimport");
                                  else
                                    to(*ended, "integrationfailed", done.error().message);
                                });
  answer(json::string(id));
}

void Tasks::import_music(const std::string& content_type, const std::string& path, Answer answer) {
  if ((content_type != "album" && content_type != "video") || jobs_.size() >= most_jobs)
    return answer(nullptr);
  auto& job = add(new_id(), content_type, "startmusicimport");
  job.path = path;
  to(job, "startmusicimport");
  to(job, "importingmusic");
  (void)core_.parts().library.scan();
  answer(json::string(job.id));
}

void Tasks::import_artwork(const std::string& source, const std::string& target, Answer answer) {
  constexpr std::string_view uploads = "uploads/";
  auto* upload = source.starts_with(uploads) ? find(source.substr(uploads.size())) : nullptr;
  if (jobs_.size() >= most_jobs) return answer(nullptr);
  const auto from = upload ? upload->upload : std::string();
  auto& job = add(new_id(), "artwork", "startartworkimport");
  const auto id = job.id;
  job.path = target;
  to(job, "startartworkimport");
  to(job, "importingartwork");
  answer(json::string(id));
  if (from.empty() || !core_.parts().uploads)
    return to(*find(id), "importfailed", "The picture isn't an upload");
  core_.parts().uploads->import(from, target, "cover.jpg",
                                [this, id, alive = core_.alive()](Result<library::Upload> done) {
                                  auto* ended = alive.expired() ? nullptr : find(id);
                                  if (!ended) return;
                                  if (!done) return to(*ended, "importfailed", done.error().message);
                                  (void)core_.parts().library.scan();
                                  to(*ended, "importcomplete");
                                  core_.announce("sys:refresh", "UpdateCaches", nullptr);
                                });
}

void Tasks::scan(Answer answer) {
  if (jobs_.size() >= most_jobs) return answer(nullptr);
  auto& job = add(new_id(), "any", "startfsscan");
  to(job, "startfsscan");
  to(job, "scanningfs");
  (void)core_.parts().library.scan();
  answer(json::string(job.id));
}

void Tasks::on_scan(const library::ScanFinished& end) {
  bool imported = false;
  for (auto& [id, job] : jobs_) {
    if (job.state == "scanningfs") {
      job.annotations["added"] = end.report.added;
      job.annotations["changed"] = end.report.changed;
      job.annotations["moved"] = end.report.moved;
      job.annotations["missing"] = end.report.missing;
      job.annotations["unchanged"] = end.report.unchanged;
      job.annotations["broken"] = end.report.broken;
      to(job, end.failure.empty() ? "fsscancomplete" : "fsscanfailed", end.failure);
    } else if (job.state == "importingmusic") {
      to(job, end.failure.empty() ? "importcomplete" : "importfailed", end.failure);
      imported = imported || end.failure.empty();
    }
  }
  if (imported) core_.announce("sys:refresh", "UpdateCaches", nullptr);
}

void Tasks::remove(const std::string& id, Answer answer) {
  auto* job = find(id);
  if (!job) {
    refuse(id, "There is no such task");
    return answer(nullptr);
  }
  if (!job->upload.empty() && core_.parts().uploads)
    core_.parts().uploads->cancel(job->upload, [](const Result<library::Upload>&) {});
  to(*job, "remove");
  jobs_.erase(id);
  answer(nullptr);
}

void Tasks::tick() {
  const auto time = now();
  std::vector<std::string> gone;
  for (auto& [id, job] : jobs_) {
    const auto age = time - job.updated;
    if (age > forgotten || (over(job.state) && age > 2)) gone.push_back(id);
  }
  for (const auto& id : gone) {
    to(jobs_.at(id), "remove");
    jobs_.erase(id);
  }
}

}  // namespace longwave::musicdb
