// SPDX-License-Identifier: Apache-2.0
#include "library/packages.hpp"

#include "base/assert.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "library/known.hpp"
#include "library/package_file.hpp"
#include "library/upload_files.hpp"
#include "store/store.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/rand.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <map>
#include <optional>
#include <utility>

namespace longwave::library {

namespace {

constexpr std::string_view unfinished = ".part";
constexpr std::int64_t spare = 64ll << 20;  // bytes of the disk that stay free

std::string new_token() {
  std::array<unsigned char, 16> bytes{};
  LW_ASSERT(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1, "no random numbers");
  return text::hex({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::vector<Package> stored(store::Session& session) {
  std::vector<Package> all;
  session.each<std::string, std::string, int, int, std::int64_t, std::int64_t>(
      "SELECT token, file_name, format, tracks, bytes, expires_ms FROM library_package",
      [&](std::string token, std::string name, int format, int tracks, std::int64_t bytes,
          std::int64_t expires) {
        all.push_back(
            {std::move(token), std::move(name), static_cast<PackageFormat>(format), tracks, bytes, expires});
      });
  return all;
}

void keep(store::Session& session, const Package& package) {
  session.run(
      "INSERT INTO library_package(token, file_name, format, tracks, bytes, expires_ms) VALUES (:token, "
      ":name, "
      ":format, :tracks, :bytes, :expires)",
      package.token, package.file_name, static_cast<int>(package.format), package.tracks, package.bytes,
      package.expires_ms);
}

/// What the archive has to know of a track; `problem` if it can't be in it.
struct Found {
  PackedTrack track;
  std::string problem;
};
Found look_up(store::Session& session, TrackId id) {
  const auto row = session.row<std::string, std::string, std::string, std::string, std::int64_t, int>(
      "SELECT f.path, t.name, t.artist, t.title, t.duration_ms, t.state FROM library_track t JOIN "
      "library_folder f ON "
      "f.id = t.folder_id WHERE t.id = :id",
      id);
  if (!row) return {{}, "there is no such track"};
  const auto& [folder, name, artist, title, duration, state] = *row;
  const auto dot = name.rfind('.');
  Found found{{join(folder, name), artist, title, dot == name.npos ? "" : text::ascii_lower(name.substr(dot)),
               duration},
              ""};
  if (state == 1) found.problem = "its file isn't there";
  if (state > 2) found.problem = "it is no longer in the library";
  return found;
}

}  // namespace

class Packages::Impl {
  struct Job {
    PackageRequest request;
    PackageObserver observer;
    Done done;
    std::string token;
    std::size_t next = 0;
    std::unique_ptr<PackageFile> file;  // used by one step at a time
    bool cancelled = false;
  };
  /// What a step on the pool found.
  struct Step {
    PackageItem item;
    std::optional<Error> fatal;
  };

 public:
  Impl(store::Store& store, std::filesystem::path folder, PackageLimits limits, Blocking blocking, Post post,
       const Clock& clock)
      : store_(store),
        folder_(std::move(folder)),
        limits_(limits),
        blocking_(std::move(blocking)),
        post_(std::move(post)),
        clock_(clock) {}

  JobId make(PackageRequest request, PackageObserver observer, Done done) {
    const JobId id = ++last_job_;
    if (request.tracks.empty()) return done(error(Errc::invalid, "there is nothing to put into it")), id;
    if (request.tracks.size() > limits_.tracks)
      return done(error(Errc::invalid, fmt::format("a package holds {} tracks at most", limits_.tracks))), id;
    if (jobs_.size() >= limits_.at_once)
      return done(error(Errc::full, "other packages are being made; try again when they are ready")), id;
    auto job = std::make_shared<Job>();
    job->request = std::move(request);
    job->observer = std::move(observer);
    job->done = std::move(done);
    job->token = new_token();
    jobs_[id] = job;
    auto opened = std::make_shared<std::optional<Error>>();
    off([this, job, opened] { *opened = open(*job); },
        [this, id, job, opened] {
          if (*opened) return end(id, **opened);
          step(id);
        });
    return id;
  }

  void cancel(JobId id) {
    if (const auto found = jobs_.find(id); found != jobs_.end()) found->second->cancelled = true;
  }

  const Package* find(std::string_view token) const {
    const auto found = packages_.find(token);
    return found == packages_.end() || found->second.expires_ms <= now_ms() ? nullptr : &found->second;
  }
  std::filesystem::path path_of(const std::string& token) const { return folder_ / token; }

  void recover() {
    auto found = std::make_shared<std::vector<Package>>();
    off(
        [this, found] {
          try {
            *found = store_.read_now([](store::Session& session) { return stored(session); });
          } catch (const std::exception& e) {
            return log::error("packages: those of before can't be found: {}", e.what());
          }
          remove_strangers(*found);
        },
        [this, found] {
          for (auto& package : *found) packages_.emplace(package.token, std::move(package));
        });
  }

  void tick() {
    std::vector<std::string> expired;
    for (const auto& [token, package] : packages_)
      if (package.expires_ms <= now_ms()) expired.push_back(token);
    for (const auto& token : expired) {
      taken_ -= packages_.at(token).bytes;
      packages_.erase(token);
      store_.write([token](store::Session& session) {
        session.run("DELETE FROM library_package WHERE token = :token", token);
      });
      off([path = path_of(token)] { ::unlink(path.c_str()); }, [] {});
    }
  }

 private:
  std::int64_t now_ms() const { return unix_ms(clock_.wall()); }

  /// `work` on the pool, then `then` here.
  void off(Task work, Task then) {
    blocking_([post = post_, alive = std::weak_ptr<int>(alive_), work = std::move(work),
               then = std::move(then)]() mutable {
      work();
      post([alive, then = std::move(then)]() mutable {
        if (alive.lock()) then();
      });
    });
  }

  std::optional<Error> open(Job& job) const {  // on the pool
    std::error_code bad;
    std::filesystem::create_directories(folder_, bad);
    struct ::statvfs space {};
    if (::statvfs(folder_.c_str(), &space) != 0) return file_error(errno, "the package can't be written");
    if (static_cast<std::int64_t>(space.f_bavail) * static_cast<std::int64_t>(space.f_frsize) < spare)
      return error(Errc::full, "the disk is full");
    auto made = PackageFile::create(part_of(job.token), job.request.name, job.request.format);
    if (!made) return made.error();
    job.file = std::move(*made);
    return std::nullopt;
  }

  std::filesystem::path part_of(const std::string& token) const {
    return folder_ / (token + std::string(unfinished));
  }

  /// The next track; one step of one job at a time, so that a slow reader holds no thread.
  void step(JobId id) {
    const auto job = jobs_.at(id);
    if (job->cancelled) return end(id, error(Errc::cancelled, "cancelled"));
    if (job->next == job->request.tracks.size()) return close(id);
    auto made = std::make_shared<Step>();
    off([this, job, made] { *made = pack(*job); },
        [this, id, job, made] {
          if (made->fatal) return end(id, *made->fatal);
          if (job->cancelled) return end(id, error(Errc::cancelled, "cancelled"));
          ++job->next;
          job->observer.item(made->item);
          if (!job->observer.paused()) return step(id);
          // It may be ready on another loop.
          job->observer.when_ready([this, id, post = post_, alive = std::weak_ptr<int>(alive_)] {
            post([this, id, alive] {
              if (alive.lock()) step(id);
            });
          });
        });
  }

  Step pack(Job& job) {  // on the pool
    Step step;
    const TrackId id = job.request.tracks[job.next];
    step.item = {static_cast<int>(job.next + 1), static_cast<int>(job.request.tracks.size()), id, "", ""};
    try {
      const auto found = store_.read_now([id](store::Session& session) { return look_up(session, id); });
      step.item.title = found.track.title;
      step.item.problem = found.problem;
      if (!found.problem.empty()) return step;
      if (taken() + job.file->bytes() > limits_.bytes)
        step.fatal = error(Errc::full, "the packages on this server take too much space; try again tomorrow");
      else if (auto added = job.file->add(found.track); !added) {
        const auto code = added.error().code;
        if (code == Errc::not_found || code == Errc::broken)
          step.item.problem = added.error().message;
        else
          step.fatal = added.error();
      }
    } catch (const std::exception& e) {
      log::error("packages: {}", e.what());
      step.fatal = error(Errc::unavailable, "the database can't be read at present");
    }
    return step;
  }

  /// Bytes of the finished ones. Any thread.
  std::int64_t taken() const { return taken_.load(); }

  void close(JobId id) {
    const auto job = jobs_.at(id);
    if (job->file->tracks() == 0) return end(id, error(Errc::not_found, "none of these tracks has a file"));
    Package package;
    package.token = job->token;
    package.format = job->request.format;
    package.file_name =
        file_text(job->request.name) + (package.format == PackageFormat::zip ? ".zip" : ".tar");
    package.expires_ms = now_ms() + to_ms(limits_.kept);
    auto result = std::make_shared<Result<Package>>(std::move(package));
    off([this, job, result] { finish(*job, *result); },
        [this, id, job, result] {
          if (!*result) return end(id, result->error());
          packages_.emplace((*result)->token, **result);
          jobs_.erase(id);
          job->done(**result);
        });
  }

  /// On the pool: first the file under its name, then the row; a file without one is removed by recover().
  void finish(Job& job, Result<Package>& result) {
    Package package = *result;
    const auto size = job.file->finish();
    if (!size) {
      result = size.error();
      return;
    }
    package.bytes = *size;
    package.tracks = job.file->tracks();
    job.file.reset();
    const auto path = path_of(job.token);
    try {
      std::filesystem::rename(part_of(job.token), path);
      const int folder = ::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
      ::fsync(folder);
      ::close(folder);
      store_.write_now([&](store::Session& session) { keep(session, package); });
      taken_ += package.bytes;
      result = package;
    } catch (const std::exception& e) {
      log::error("packages: {}", e.what());
      ::unlink(path.c_str());
      result = error(Errc::unavailable, "the package can't be kept at present; the disk may be full");
    }
  }

  void end(JobId id, const Error& why) {
    const auto job = jobs_.at(id);
    jobs_.erase(id);
    auto file = std::make_shared<std::unique_ptr<PackageFile>>(std::move(job->file));
    off([file] { file->reset(); }, [] {});
    job->done(why);
  }

  void remove_strangers(std::vector<Package>& packages) {  // on the pool
    std::error_code bad;
    for (const auto& entry : std::filesystem::directory_iterator(folder_, bad)) {
      const auto name = entry.path().filename().string();
      const auto known =
          std::find_if(packages.begin(), packages.end(), [&](const auto& one) { return one.token == name; });
      if (known == packages.end()) std::filesystem::remove(entry.path(), bad);
    }
    std::erase_if(packages,
                  [&](const Package& one) { return !std::filesystem::exists(path_of(one.token), bad); });
    for (const auto& package : packages) taken_ += package.bytes;
  }

  store::Store& store_;
  const std::filesystem::path folder_;
  const PackageLimits limits_;
  const Blocking blocking_;
  const Post post_;
  const Clock& clock_;
  std::map<JobId, std::shared_ptr<Job>> jobs_;
  JobId last_job_ = 0;
  std::map<std::string, Package, std::less<>> packages_;
  std::atomic<std::int64_t> taken_{0};
  std::shared_ptr<int> alive_ = std::make_shared<int>();
};

Packages::Packages(store::Store& store, std::filesystem::path folder, PackageLimits limits, Blocking blocking,
                   Post own_loop, const Clock& clock)
    : impl_(std::make_unique<Impl>(store, std::move(folder), limits, std::move(blocking), std::move(own_loop),
                                   clock)) {}
Packages::~Packages() = default;

void Packages::recover() {
  impl_->recover();
}
Packages::JobId Packages::make(PackageRequest request, PackageObserver observer, Done done) {
  return impl_->make(std::move(request), std::move(observer), std::move(done));
}
void Packages::cancel(JobId job) {
  impl_->cancel(job);
}
Result<std::pair<Package, std::filesystem::path>> Packages::find(std::string_view token) const {
  const auto* found = impl_->find(token);
  if (!found) return error(Errc::not_found, "there is no such package (any more)");
  return std::pair{*found, impl_->path_of(found->token)};
}
void Packages::tick() {
  impl_->tick();
}

}  // namespace longwave::library
