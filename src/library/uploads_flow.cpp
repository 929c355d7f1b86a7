// SPDX-License-Identifier: Apache-2.0
#include "base/log.hpp"
#include "library/known.hpp"
#include "library/library.hpp"
#include "library/upload_rows.hpp"
#include "library/uploads_impl.hpp"
#include "store/store.hpp"

#include <algorithm>
#include <chrono>

/// What happens to an upload once it is complete, in which order its steps are done, and what was left.
namespace longwave::library {

namespace {

using namespace std::chrono_literals;

constexpr Duration told_every = 200ms;
constexpr Duration ended_kept = 1h;

}  // namespace

void Uploads::Impl::recover() {
  auto found = std::make_shared<std::vector<Upload>>();
  blocking_([this, found, post = post_, alive = weak()] {
    try {
      *found = work_.left_behind();
    } catch (const std::exception& e) {
      log::error("uploads: what was left can't be found: {}", e.what());
    }
    post([this, found, alive] {
      if (!alive.lock()) return;
      for (auto& upload : *found) {
        const auto id = upload.id;
        Entry& entry = entries_[id];
        entry.upload = std::move(upload);
        entry.next = entry.upload.received;
        entry.allowed = options_.limits.largest;
        order_.push_back(id);
        if (entry.upload.state == UploadState::importing) take_in(id, [](const auto&) {});
      }
    });
  });
}

void Uploads::Impl::tick() {
  const auto now = now_ms();
  std::vector<std::string> forgotten, ended;
  for (const auto& [id, entry] : entries_) {
    const auto& upload = entry.upload;
    if (entry.running || !entry.steps.empty()) continue;
    const bool waits = upload.state == UploadState::receiving || upload.state == UploadState::ready;
    if (waits && now - upload.changed_ms > to_ms(options_.limits.forgotten)) forgotten.push_back(id);
    if (over(upload.state) && now - upload.changed_ms > to_ms(ended_kept)) ended.push_back(id);
  }
  for (const auto& id : forgotten) cancel(id, [](const auto&) {});
  for (const auto& id : ended) forget(id);
  store_.write([before = now - upload_day_ms](store::Session& session) { forget_ended(session, before); });
}

void Uploads::Impl::take_in(const std::string& id, Done done) {
  Entry& entry = entries_.at(id);
  if (entry.upload.request.kind == UploadKind::picture) return imported(id, TrackId{}, std::move(done));
  const std::filesystem::path path = root() / entry.upload.path;
  library_.look(
      {path.parent_path().string()}, [this, id, path, alive = weak(), done = std::move(done)]() mutable {
        if (!alive.lock()) return;
        library_.edit(
            [path](store::Session& session, Changes& changes) -> Result<TrackId> {
              const auto track = track_in(session, path.parent_path().string(), path.filename().string());
              if (track.value == 0) return error(Errc::unavailable, "the library could not take the file in");
              changes.add(ContentImported{{track}});
              return track;
            },
            [this, id, alive, done = std::move(done)](const Result<TrackId>& found) mutable {
              if (!alive.lock()) return;
              if (found) return imported(id, *found, std::move(done));
              Entry& at = entries_.at(id);
              at.upload.state =
                  UploadState::failed;  // the file stays: it is whole, and the next scan may take it
              at.upload.problem = found.error().message;
              keep(at);
              tell(at, true);
              done(found.error());
            });
      });
}

void Uploads::Impl::imported(const std::string& id, TrackId track, Done done) {
  Entry& entry = entries_.at(id);
  entry.upload.state = UploadState::imported;
  entry.upload.track = track;
  entry.upload.changed_ms = now_ms();
  store_.write([upload = entry.upload](store::Session& session) { update_upload(session, upload); },
               [this, id, post = post_, alive = weak(), done = std::move(done)](std::exception_ptr) mutable {
                 // Should this row be lost, recover() finds the file where it is and writes it again.
                 post([this, id, alive, done = std::move(done)]() mutable {
                   if (!alive.lock()) return;
                   Entry& at = entries_.at(id);
                   tell(at, true);
                   done(at.upload);
                 });
               });
}

void Uploads::Impl::fail(Entry& entry, const Error& why, Done done) {
  entry.upload.state = UploadState::failed;
  entry.upload.problem = why.message;
  const auto id = entry.upload.id;
  keep(entry);
  tell(entry, true);
  run(
      entry, [this, id] { work_.files().remove(id); },
      [why, done = std::move(done)]() mutable { done(why); });
}

void Uploads::Impl::keep(const Entry& entry) {
  store_.write([upload = entry.upload](store::Session& session) { update_upload(session, upload); });
}

void Uploads::Impl::tell(Entry& entry, bool now) {
  const auto at = clock_.now();
  if (!now && at - entry.told < told_every) return;
  entry.told = at;
  room_.changed.emit({entry.upload});
}

void Uploads::Impl::pump(Entry& entry) {
  if (entry.running || entry.steps.empty()) return;
  entry.running = true;
  auto step = std::make_shared<Step>(std::move(entry.steps.front()));
  entry.steps.pop_front();
  blocking_([this, id = entry.upload.id, step, post = post_, alive = weak()] {
    step->work();
    post([this, id, step, alive] {
      if (!alive.lock()) return;
      entries_.at(id).running = false;
      step->then();
      if (const auto found = entries_.find(id); found != entries_.end()) pump(found->second);
    });
  });
}

}  // namespace longwave::library
