// SPDX-License-Identifier: Apache-2.0
#include "library/uploads.hpp"

#include "base/assert.hpp"
#include "base/text.hpp"
#include "library/upload_name.hpp"
#include "library/upload_rows.hpp"
#include "library/uploads_impl.hpp"
#include "store/store.hpp"

#include <fmt/format.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>

namespace longwave::library {

namespace {

std::string new_id() {
  std::array<unsigned char, 16> bytes{};
  LW_ASSERT(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1, "no random numbers");
  return text::hex({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

bool is_sha1(std::string_view digits) {
  return digits.size() == 40 && std::all_of(digits.begin(), digits.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

Error gone() {
  return error(Errc::not_found, "there is no such upload (any more)");
}

}  // namespace

const char* to_string(UploadState state) {
  constexpr const char* names[] = {"receiving", "checking", "ready", "importing", "imported", "failed"};
  return names[static_cast<int>(state)];
}

void Uploads::Impl::begin(UploadRequest request, Done done) {
  if (auto refused = check(request)) return done(std::move(*refused));
  auto upload = std::make_shared<Upload>();
  upload->id = new_id();
  upload->request = std::move(request);
  upload->changed_ms = now_ms();
  auto allowed = std::make_shared<Result<std::int64_t>>(options_.limits.largest);
  ++beginning_[upload->request.who];
  blocking_([this, upload, allowed, post = post_, alive = weak(), done = std::move(done)]() mutable {
    *allowed = work_.admit(*upload);
    post([this, upload, allowed, alive, done = std::move(done)]() mutable {
      if (!alive.lock()) return;
      if (--beginning_[upload->request.who] == 0) beginning_.erase(upload->request.who);
      if (!*allowed) return done(allowed->error());
      Entry& entry = entries_[upload->id];
      entry.upload = *upload;
      entry.allowed = **allowed;
      order_.push_back(upload->id);
      tell(entry, true);
      done(entry.upload);
    });
  });
}

void Uploads::Impl::append(const std::string& id, std::int64_t offset, std::string bytes, Done done) {
  Entry* entry = find(id);
  if (!entry) return done(gone());
  if (entry->upload.state != UploadState::receiving)
    return done(error(Errc::conflict, fmt::format("this upload is {}", to_string(entry->upload.state))));
  if (bytes.empty() && offset == entry->next) return done(entry->upload);
  if (offset != entry->next)
    return done(error(Errc::conflict, fmt::format("the next byte is number {}", entry->next)));
  const auto size = static_cast<std::int64_t>(bytes.size());
  const auto& request = entry->upload.request;
  if (request.size > 0 && offset + size > request.size)
    return done(error(Errc::invalid, fmt::format("the file has {} bytes, no more", request.size)));
  if (offset + size > entry->allowed)
    return done(error(Errc::full, fmt::format("no more than {} may be sent", megabytes(entry->allowed))));
  entry->next += size;
  auto written = std::make_shared<Result<void>>();
  run(
      *entry,
      [this, id, offset, bytes = std::move(bytes), written] {
        if (const auto here = work_.files().size(id); std::max<std::int64_t>(here, 0) != offset)
          *written = error(Errc::conflict, "bytes before these could not be kept");
        else
          *written = work_.files().append(id, offset, bytes);
      },
      [this, id, offset, size, written, done = std::move(done)]() mutable {
        Entry& at = entries_.at(id);
        if (!*written) {
          at.next = at.upload.received;
          return done(written->error());
        }
        at.upload.received = offset + size;
        at.upload.changed_ms = now_ms();
        tell(at, false);
        done(at.upload);
      });
}

void Uploads::Impl::finish(const std::string& id, Done done, bool import_too) {
  Entry* entry = find(id);
  if (!entry) return done(gone());
  auto& upload = entry->upload;
  if (upload.state == UploadState::imported) return done(upload);
  if (upload.state == UploadState::failed) return done(error(Errc::broken, upload.problem));
  if (upload.state == UploadState::ready) {
    return import_too ? import(id, "", "", std::move(done)) : done(upload);
  }
  if (upload.state != UploadState::receiving)
    return done(error(Errc::conflict, fmt::format("this upload is {}", to_string(upload.state))));
  if (entry->next == 0 || (upload.request.size > 0 && entry->next != upload.request.size))
    return done(error(Errc::conflict, fmt::format("the file isn't complete: {} of {} bytes are here",
                                                  entry->next, upload.request.size)));
  const auto expected = entry->next;
  upload.state = UploadState::checking;
  tell(*entry, true);
  auto checked = std::make_shared<Result<std::string>>(std::string());
  run(
      *entry,
      [this, id, expected, request = upload.request, checked] {
        *checked = work_.look(id, expected, request);
      },
      [this, id, expected, import_too, checked, done = std::move(done)]() mutable {
        Entry& at = entries_.at(id);
        if (at.upload.state != UploadState::checking) return done(gone());  // cancelled meanwhile
        at.upload.changed_ms = now_ms();
        if (!*checked && checked->error().code == Errc::unavailable) {  // not the file's fault: once more
          at.upload.state = UploadState::receiving;
          at.next = at.upload.received;
          tell(at, true);
          return done(checked->error());
        }
        if (!*checked) return fail(at, checked->error(), std::move(done));
        at.upload.type = **checked;
        at.upload.request.size = expected;
        at.upload.state = UploadState::ready;
        keep(at);
        tell(at, true);
        import_too ? import(id, "", "", std::move(done)) : done(at.upload);
      });
}

void Uploads::Impl::import(const std::string& id, std::string into, std::string name, Done done) {
  Entry* entry = find(id);
  if (!entry) return done(gone());
  auto& upload = entry->upload;
  if (upload.state != UploadState::ready)
    return done(error(Errc::conflict, fmt::format("this upload is {}", to_string(upload.state))));
  auto folders = safe_folder(into);
  if (!folders) return done(folders.error());
  auto wanted = name.empty() ? Result<std::string>(upload.request.name) : safe_name(name);
  if (!wanted) return done(wanted.error());
  upload.state = UploadState::importing;
  tell(*entry, true);
  auto copy = std::make_shared<Upload>(upload);
  auto placed = std::make_shared<Result<std::string>>(std::string());
  run(
      *entry,
      [this, copy, placed, folders = *folders, target = with_ending(*wanted, upload.type)] {
        *placed = work_.place(*copy, folders, target);
      },
      [this, id, placed, done = std::move(done)]() mutable {
        Entry& at = entries_.at(id);
        if (!*placed) {
          at.upload.state = UploadState::ready;
          tell(at, true);
          return done(placed->error());
        }
        at.upload.path = **placed;
        take_in(id, std::move(done));
      });
}

void Uploads::Impl::cancel(const std::string& id, Done done) {
  Entry* entry = find(id);
  if (!entry) return done(gone());
  if (entry->upload.state == UploadState::importing || entry->upload.state == UploadState::imported)
    return done(error(Errc::conflict, "it is in the library already"));
  entry->upload.state = UploadState::failed;
  entry->upload.problem = "cancelled";
  entry->next = -1;
  tell(*entry, true);
  run(
      *entry, [this, id] { work_.files().remove(id); },
      [this, id, done = std::move(done)]() mutable {
        Entry& at = entries_.at(id);
        const Upload upload = at.upload;
        store_.write([id](store::Session& session) { forget_upload(session, id); });
        forget(id);
        done(upload);
      });
}

const Upload* Uploads::Impl::by_tag(const std::string& tag) const {
  for (auto id = order_.rbegin(); id != order_.rend(); ++id) {
    const auto& upload = entries_.at(*id).upload;
    if (upload.request.tag == tag) return &upload;
  }
  return nullptr;
}

std::vector<Upload> Uploads::Impl::list() const {
  std::vector<Upload> all;
  for (const auto& id : order_) all.push_back(entries_.at(id).upload);
  return all;
}

void Uploads::Impl::forget(const std::string& id) {
  entries_.erase(id);
  order_.erase(std::remove(order_.begin(), order_.end(), id), order_.end());
}

std::optional<Error> Uploads::Impl::check(UploadRequest& request) const {
  auto name = safe_name(request.name);
  if (!name) return name.error();
  request.sha1 = text::ascii_lower(request.sha1);
  if (!request.sha1.empty() && !is_sha1(request.sha1))
    return error(Errc::invalid, "sha1 is 40 hexadecimal digits");
  if (request.size < 0) return error(Errc::invalid, "a file has at least one byte");
  if (request.size > options_.limits.largest)
    return error(Errc::full, fmt::format("the file is larger than {}", megabytes(options_.limits.largest)));
  const auto beginning = beginning_.find(request.who);
  auto open = beginning == beginning_.end() ? 0 : beginning->second;
  for (const auto& [id, entry] : entries_)
    open += !over(entry.upload.state) && entry.upload.request.who == request.who ? 1 : 0;
  if (open >= options_.limits.open)
    return error(Errc::full, "there are too many unfinished uploads; finish or cancel some");
  return std::nullopt;
}

Uploads::Uploads(store::Store& store, Library& library, UploadOptions options, Inspect inspect,
                 Blocking blocking, Post own_loop, const Clock& clock)
    : impl_(std::make_unique<Impl>(*this, store, library, std::move(options), std::move(inspect),
                                   std::move(blocking), std::move(own_loop), clock)) {}
Uploads::~Uploads() = default;

void Uploads::recover() {
  impl_->recover();
}
void Uploads::begin(UploadRequest request, Done done) {
  impl_->begin(std::move(request), std::move(done));
}
void Uploads::append(const std::string& id, std::int64_t offset, std::string bytes, Done done) {
  impl_->append(id, offset, std::move(bytes), std::move(done));
}
void Uploads::finish(const std::string& id, Done done, bool import) {
  impl_->finish(id, std::move(done), import);
}
void Uploads::import(const std::string& id, std::string into, std::string name, Done done) {
  impl_->import(id, std::move(into), std::move(name), std::move(done));
}
void Uploads::cancel(const std::string& id, Done done) {
  impl_->cancel(id, std::move(done));
}
std::optional<Upload> Uploads::find(const std::string& id) const {
  const auto* found = impl_->look_up(id);
  return found ? std::optional(*found) : std::nullopt;
}
std::optional<Upload> Uploads::find_by_tag(const std::string& tag) const {
  const auto* found = impl_->by_tag(tag);
  return found ? std::optional(*found) : std::nullopt;
}
std::vector<Upload> Uploads::list() const {
  return impl_->list();
}
Result<std::filesystem::path> Uploads::file_of(const std::string& id) const {
  const auto* found = impl_->look_up(id);
  if (!found || found->state != UploadState::ready) return gone();
  return impl_->file_of(id);
}
void Uploads::tick() {
  impl_->tick();
}
const UploadOptions& Uploads::options() const {
  return impl_->options();
}

}  // namespace longwave::library
