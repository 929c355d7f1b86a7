// SPDX-License-Identifier: Apache-2.0
#include "audio/rendition_cache.hpp"

#include "audio/encode_into.hpp"
#include "audio/rendition_file.hpp"
#include "base/log.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <vector>

namespace longwave::audio {
namespace {

constexpr std::string_view suffix = ".lwr";
namespace fs = std::filesystem;

struct Row {
  std::uint64_t bytes = 0;  // on disk; 0 = not there (yet)
  std::uint64_t used = 0;   // order of use
  std::weak_ptr<const Rendition> live;
};

}  // namespace

struct RenditionCache::State {
  fs::path folder;
  std::mutex mutex;  // of everything below but `stats`; held while a file is opened (some ms)
  std::uint64_t cap = 0;
  std::uint64_t clock = 0;
  std::map<std::string, Row> rows;
  mutable std::mutex stats_mutex;
  Stats stats;

  fs::path file_of(const std::string& key) const { return folder / (key + std::string{suffix}); }
  template <class F>
  void count(F change) {
    const std::lock_guard lock{stats_mutex};
    change(stats);
  }
  void read_folder();
  RenditionPtr find(const std::string& key);
  void forget_file(Row& row);
  void evict();
  void store(const MemoryRendition& rendition, const std::string& key);
};

RenditionCache::RenditionCache(fs::path folder, std::uint64_t cap_bytes) : state_(std::make_shared<State>()) {
  fs::create_directories(folder);
  state_->folder = std::move(folder);
  state_->cap = cap_bytes;
  state_->read_folder();
  const std::lock_guard lock{state_->mutex};
  state_->evict();
}

RenditionCache::~RenditionCache() = default;

/// The order of use over restarts is that of the files' times.
void RenditionCache::State::read_folder() {
  struct Found {
    fs::file_time_type time;
    std::string key;
    std::uint64_t bytes;
  };
  std::vector<Found> found;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator{folder, ignored}) {
    const auto name = entry.path().filename().string();
    if (name.ends_with(".part")) {
      fs::remove(entry.path(), ignored);  // of a process that was killed
    } else if (name.ends_with(suffix) && entry.is_regular_file(ignored)) {
      found.push_back({entry.last_write_time(ignored), name.substr(0, name.size() - suffix.size()),
                       entry.file_size(ignored)});
    }
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.time < b.time; });
  for (const auto& f : found) {
    rows[f.key] = Row{f.bytes, ++clock, {}};
    stats.bytes += f.bytes;
    ++stats.files;
  }
}

RenditionPtr RenditionCache::State::find(const std::string& key) {
  const auto it = rows.find(key);
  if (it == rows.end()) return nullptr;
  auto& row = it->second;
  row.used = ++clock;
  if (auto live = row.live.lock(); live && !live->failed()) return live;
  if (row.bytes == 0) return nullptr;
  auto opened = open_rendition_file(file_of(key), key);
  if (!opened) {
    log::warn("audio: {} ({}); it will be made again", opened.error().message, file_of(key).string());
    count([](Stats& s) { ++s.damaged; });
    std::error_code ignored;
    fs::remove(file_of(key), ignored);
    forget_file(row);
    return nullptr;
  }
  ::utimensat(AT_FDCWD, file_of(key).c_str(), nullptr, 0);
  row.live = *opened;
  return *opened;
}

void RenditionCache::State::forget_file(Row& row) {
  count([&](Stats& s) {
    s.bytes -= row.bytes;
    s.files -= row.bytes > 0 ? 1 : 0;
  });
  row.bytes = 0;
}

void RenditionCache::State::evict() {
  std::uint64_t total = 0;
  std::vector<std::map<std::string, Row>::iterator> candidates;
  for (auto it = rows.begin(); it != rows.end();) {
    total += it->second.bytes;
    const bool pinned = !it->second.live.expired();
    if (it->second.bytes == 0 && !pinned) {
      it = rows.erase(it);
      continue;
    }
    if (it->second.bytes > 0 && !pinned) candidates.push_back(it);
    ++it;
  }
  std::sort(candidates.begin(), candidates.end(),
            [](const auto& a, const auto& b) { return a->second.used < b->second.used; });
  for (const auto& it : candidates) {
    if (total <= cap) break;
    total -= it->second.bytes;
    std::error_code ignored;
    fs::remove(file_of(it->first), ignored);
    forget_file(it->second);
    count([](Stats& s) { ++s.evicted; });
    rows.erase(it);
  }
}

void RenditionCache::State::store(const MemoryRendition& rendition, const std::string& key) {
  auto written = write_rendition_file(rendition, file_of(key), key);
  if (!written) {
    log::warn("audio: {}; it is played from memory", written.error().message);
    count([&](Stats& s) {
      ++s.store_failures;
      s.last_store_failure = written.error().message;
    });
    return;
  }
  const std::lock_guard lock{mutex};
  auto& row = rows[key];
  forget_file(row);
  row.bytes = *written;
  row.used = ++clock;
  count([&](Stats& s) {
    s.bytes += *written;
    ++s.files;
  });
  evict();
}

RenditionPtr RenditionCache::find(const TrackSound& sound, Format format) {
  const auto key = rendition_key(sound, format);
  if (key.empty()) return nullptr;
  const std::lock_guard lock{state_->mutex};
  auto found = state_->find(key);
  return found && found->complete() ? found : nullptr;
}

Encoding RenditionCache::obtain(const TrackSound& sound, Format format) {
  const auto key = rendition_key(sound, format);
  if (key.empty()) return encode_transient(sound, format, 0);
  const std::lock_guard lock{state_->mutex};
  if (auto found = state_->find(key)) {
    state_->count([](Stats& s) { ++s.hits; });
    return {std::move(found), {}};
  }
  state_->count([](Stats& s) { ++s.misses; });
  auto rendition =
      std::make_shared<MemoryRendition>(format, 0, format_samples(format, sound.analysis.played()));
  auto& row = state_->rows[key];
  row.live = rendition;
  row.used = ++state_->clock;
  return {rendition, [state = state_, key, sound, guard = Abandoned{rendition}](std::stop_token stop) {
            encode_into(*guard.rendition, sound, std::move(stop));
            if (guard.rendition->complete()) state->store(*guard.rendition, key);
          }};
}

RenditionCache::Stats RenditionCache::stats() const {
  const std::lock_guard lock{state_->stats_mutex};
  return state_->stats;
}

void RenditionCache::set_cap(std::uint64_t cap_bytes) {
  const std::lock_guard lock{state_->mutex};
  state_->cap = cap_bytes;
  state_->evict();
}

}  // namespace longwave::audio
