// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "library/upload_work.hpp"
#include "library/uploads.hpp"

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// Inside the uploads only: uploads.cpp has the steps that somebody asks for, uploads_flow.cpp the rest.
namespace longwave::library {

inline bool over(UploadState state) {
  return state == UploadState::imported || state == UploadState::failed;
}

class Uploads::Impl {
  struct Step {
    Task work;  // on the blocking pool
    Task then;  // here
  };
  struct Entry {
    Upload upload;
    std::int64_t allowed = 0;  // bytes it may have
    std::int64_t next = 0;     // where the next bytes belong, those that are being written included
    std::deque<Step> steps;
    bool running = false;
    Instant told{};
  };

 public:
  Impl(Uploads& room, store::Store& store, Library& library, UploadOptions options, Inspect inspect,
       Blocking blocking, Post post, const Clock& clock)
      : room_(room),
        store_(store),
        library_(library),
        options_(std::move(options)),
        blocking_(std::move(blocking)),
        post_(std::move(post)),
        clock_(clock),
        work_(store, options_, std::move(inspect)) {}

  void begin(UploadRequest request, Done done);
  void append(const std::string& id, std::int64_t offset, std::string bytes, Done done);
  void finish(const std::string& id, Done done, bool import_too);
  void import(const std::string& id, std::string into, std::string name, Done done);
  void cancel(const std::string& id, Done done);

  const Upload* look_up(const std::string& id) const {
    const auto found = entries_.find(id);
    return found == entries_.end() ? nullptr : &found->second.upload;
  }

  const Upload* by_tag(const std::string& tag) const;
  std::vector<Upload> list() const;

  std::filesystem::path file_of(const std::string& id) const { return work_.files().path(id); }
  const UploadOptions& options() const { return options_; }

  void recover();
  void tick();

 private:
  std::weak_ptr<int> weak() const { return alive_; }
  std::int64_t now_ms() const { return unix_ms(clock_.wall()); }

  Entry* find(const std::string& id) {
    const auto found = entries_.find(id);
    return found == entries_.end() || found->second.next < 0 ? nullptr : &found->second;
  }

  void forget(const std::string& id);
  std::optional<Error> check(UploadRequest& request) const;

  /// It has its place; the library looks there.
  void take_in(const std::string& id, Done done);
  void imported(const std::string& id, TrackId track, Done done);
  void fail(Entry& entry, const Error& why, Done done);
  void keep(const Entry& entry);
  void tell(Entry& entry, bool now);

  /// `work` on the pool, then `then` here; what is given for one upload runs in order.
  void run(Entry& entry, Task work, Task then) {
    entry.steps.push_back({std::move(work), std::move(then)});
    pump(entry);
  }

  void pump(Entry& entry);

  std::filesystem::path root() const {
    std::string root = options_.folder.lexically_normal().string();
    if (root.size() > 1 && root.ends_with('/')) root.pop_back();
    return root;
  }

  Uploads& room_;
  store::Store& store_;
  Library& library_;
  const UploadOptions options_;
  const Blocking blocking_;
  const Post post_;
  const Clock& clock_;
  const UploadWork work_;
  std::map<std::string, Entry> entries_;
  std::vector<std::string> order_;
  std::map<std::string, int> beginning_;  // of each person, not yet in entries_
  std::shared_ptr<int> alive_ = std::make_shared<int>();
};

}  // namespace longwave::library
