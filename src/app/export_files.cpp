// SPDX-License-Identifier: Apache-2.0
#include "app/export_files.hpp"

#include "app/config.hpp"
#include "app/ground.hpp"
#include "app/progress.hpp"
#include "audio/encode.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "library/queries.hpp"
#include "schedule/station_programme.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <fstream>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace longwave::app {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view mp3 = ".mp3";
constexpr std::string_view low_quality_mp3 = "_lq.mp3";

struct Song {
  std::string id;  // nine digits
  fs::path path;
};

std::vector<Song> songs_of(store::Session& session) {
  std::vector<TrackId> tracks;
  session.each<std::int64_t>("SELECT id FROM library_track WHERE state = 0 ORDER BY id",
                             [&](std::int64_t id) { tracks.push_back(TrackId{id}); });
  std::vector<Song> songs;
  for (const auto track : tracks) {
    const auto key = schedule::file_key(track);
    const auto details = library::track_details(session, track);
    if (key && details) songs.push_back({schedule::file_id(key), details->path});
  }
  return songs;
}

/// True if `file` is there and not older than `song`.
bool up_to_date(const fs::path& file, const fs::path& song) {
  std::error_code bad;
  const auto made = fs::last_write_time(file, bad);
  return !bad && made >= fs::last_write_time(song, bad) && !bad;
}

/// The whole song as it sounds in its file: nothing trimmed, no louder and no softer.
Result<audio::RenditionPtr> encoded(const fs::path& song) {
  audio::AnalyseOptions whole;
  whole.trim = false;
  auto analysis = audio::analyse(song, whole);
  if (!analysis) return analysis.error();
  auto encoding = audio::encode_transient({song, std::move(*analysis), {}}, audio::Format::mp3_128, 0);
  if (encoding.run) encoding.run({});
  if (encoding.rendition->failed()) return error(Errc::broken, encoding.rendition->problem());
  return encoding.rendition;
}

/// One run over many songs, on several threads.
class Export {
 public:
  explicit Export(const ExportOptions& options) : options_(options) {}

  void write(const Song& song) {
    const auto extension = text::ascii_lower(song.path.extension().string());
    try {
      const auto as_it_is = place(song, extension);
      if (!up_to_date(as_it_is, song.path)) put(song.path, as_it_is);
      const auto plain = place(song, mp3);
      if (extension != mp3 && !up_to_date(plain, song.path) && !encode(song, plain)) return;
      if (!options_.low_quality) return;
      const auto low = place(song, low_quality_mp3);
      if (up_to_date(low, song.path)) return;
      if (extension == mp3) {
        encode(song, low);
      } else {
        put(plain, low);
      }
    } catch (const fs::filesystem_error& problem) {
      failed(song, problem.code().message());
    }
  }

  struct Counts {
    std::atomic<int> linked{0}, copied{0}, encoded{0}, failed{0};
  };
  const Counts& counts() const { return counts_; }

 private:
  fs::path place(const Song& song, std::string_view suffix) const {
    auto path = fs::path(options_.folder) / exported_path(song.id, suffix);
    fs::create_directories(path.parent_path());
    return path;
  }

  /// A file appears whole or not at all: a streamer may ask for it at any time.
  static fs::path unfinished(const fs::path& file) {
    auto path = file;
    path += ".new";
    fs::remove(path);
    return path;
  }

  void put(const fs::path& from, const fs::path& to) {
    const auto made = unfinished(to);
    std::error_code bad;
    fs::create_hard_link(from, made, bad);
    if (bad) fs::copy_file(from, made);
    fs::rename(made, to);
    fs::remove(made);  // to was the same file already
    ++(bad ? counts_.copied : counts_.linked);
  }

  bool encode(const Song& song, const fs::path& to) {
    const auto sound = encoded(song.path);
    if (!sound) return failed(song, sound.error().message);
    const auto made = unfinished(to);
    std::ofstream file(made, std::ios::binary);
    for (std::int64_t i = 0; i < (*sound)->frames_ready(); ++i) file << (*sound)->frame(i);
    file.close();
    if (!file) return failed(song, "its file could not be written");
    fs::rename(made, to);
    ++counts_.encoded;
    return true;
  }

  bool failed(const Song& song, const std::string& why) {
    ++counts_.failed;
    log::warn("{}: {}", song.path.string(), why);
    return false;
  }

  const ExportOptions& options_;
  Counts counts_;
};

void write_all(Export& out, const std::vector<Song>& songs, unsigned threads, Progress& progress) {
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t done = 0;
  std::vector<std::jthread> workers;
  for (unsigned i = 0; i < threads; ++i) {
    workers.emplace_back([&] {
      for (auto at = next++; at < songs.size(); at = next++) {
        out.write(songs[at]);
        const std::lock_guard lock(mutex);
        ++done;
        changed.notify_one();
      }
    });
  }
  std::unique_lock lock(mutex);
  for (std::size_t told = 0; told < songs.size();) {
    changed.wait(lock, [&] { return done > told; });
    told = done;
    progress.update(static_cast<std::int64_t>(told), static_cast<std::int64_t>(songs.size()), "writing");
  }
}

}  // namespace

fs::path exported_path(std::string_view file_id, std::string_view suffix) {
  return fs::path(file_id.substr(0, 3)) / file_id.substr(3, 3) /
         fmt::format("{}{}", file_id.substr(6), suffix);
}

int export_files(const Config& config, const ExportOptions& options) {
  const SystemClock clock;
  const auto store = look_into_store(config);
  const auto songs = store->read_now(songs_of);
  const auto wanted = config.media_threads > 0 ? static_cast<unsigned>(config.media_threads)
                                               : std::thread::hardware_concurrency();
  Progress progress("export", clock);
  Export out(options);
  write_all(out, songs, std::max(1u, wanted), progress);
  const auto& counts = out.counts();
  progress.finish(fmt::format("{} songs: {} files linked, {} copied, {} encoded, {} failed", songs.size(),
                              counts.linked.load(), counts.copied.load(), counts.encoded.load(),
                              counts.failed.load()));
  return counts.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

}  // namespace longwave::app
