// rooms: library store
// SPDX-License-Identifier: Apache-2.0
//
// Scan and search against a tree of small tagged files, beside MPD on the same tree.
//   scan_bench [FILES=10000] [FOLDER=/tmp/longwave-scan-bench]
// Cold numbers need permission to drop the page cache (root); MPD needs /usr/bin/mpd.

#include "base/clock.hpp"
#include "base/text.hpp"
#include "library/library.hpp"
#include "library/queries.hpp"
#include "library/scan.hpp"
#include "store/store.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace fs = std::filesystem;
using namespace longwave;

const SystemClock system_clock;

std::string synchsafe(std::size_t v) {
  return {static_cast<char>(v >> 21 & 127), static_cast<char>(v >> 14 & 127), static_cast<char>(v >> 7 & 127),
          static_cast<char>(v & 127)};
}
std::string frame(const std::string& id, const std::string& text) {
  return id + synchsafe(text.size() + 1) + std::string(2, '\0') + "\x03" + text;
}

const char* const words[] = {"night",  "river",  "golden",     "love", "machine", "velvet", "summer",
                             "paper",  "north",  "électrique", "blue", "ghost",   "city",   "dream",
                             "silver", "garden", "stone",      "fire", "wave",    "Straße"};
std::string title(int n) {
  return fmt::format("{} {} {}", words[n % 20], words[n / 20 % 20], words[n / 7 % 20]);
}

std::string song(int i) {
  const int album = i / 12;
  const std::string tags = frame("TIT2", fmt::format("{} {}", title(i), i)) +
                           frame("TPE1", fmt::format("Artist {}", album / 3)) +
                           frame("TALB", fmt::format("{} {}", title(album * 31), album)) +
                           frame("TRCK", fmt::format("{}/12", i % 12 + 1)) +
                           frame("TDRC", std::to_string(1960 + album % 60)) + frame("TCON", "Rock");
  std::string out = "ID3" + std::string("\x04\0\0", 3) + synchsafe(tags.size()) + tags;
  std::uint32_t state = static_cast<std::uint32_t>(i) * 2654435761u + 1;
  for (int f = 0; f < 40; ++f) {
    out += "\xff\xfb\x90\x64";
    for (int b = 0; b < 413; ++b) {
      state = state * 1664525u + 1013904223u;
      out += static_cast<char>(state >> 25);
    }
  }
  return out;
}

void generate(const fs::path& folder, int files) {
  if (fs::exists(folder / fmt::format("ready-{}", files))) return;
  fmt::print("writing {} files of 17 KB to {}\n", files, folder.string());
  for (int i = 0; i < files; ++i) {
    const auto place = folder / "music" / fmt::format("artist{}", i / 36) / fmt::format("album{}", i / 12);
    if (i % 12 == 0) {
      fs::create_directories(place);
      std::ofstream(place / "cover.jpg", std::ios::binary)
          << "\xff\xd8\xff\xe0" << i << std::string(20000, 'j');
    }
    std::ofstream(place / fmt::format("{:02} {}.mp3", i % 12 + 1, i), std::ios::binary) << song(i);
  }
  std::ofstream(folder / fmt::format("ready-{}", files)) << "";
}

bool drop_caches() {
  ::sync();
  std::ofstream out("/proc/sys/vm/drop_caches");
  out << 3 << std::flush;
  return out.good();
}

struct Cost {
  double seconds = 0, cpu = 0;
};
double seconds_of(const timeval& t) {
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
}
double cpu_now(int who) {
  rusage usage{};
  ::getrusage(who, &usage);
  return seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
}
Cost measure(const std::function<void()>& work) {
  const auto began = system_clock.now();
  const double cpu = cpu_now(RUSAGE_SELF);
  work();
  return {static_cast<double>((system_clock.now() - began).count()) / 1e9, cpu_now(RUSAGE_SELF) - cpu};
}

void row(const char* who, const char* what, Cost cost, int files) {
  fmt::print("| {} | {} | {:.3f} s | {:.3f} s | {:.0f} µs |\n", who, what, cost.seconds, cost.cpu,
             cost.cpu * 1e6 / files);
}

void forget_database(const fs::path& folder) {
  for (const char* ending : {"", "-wal", "-shm"}) fs::remove(folder / (std::string("longwave.db") + ending));
}

Cost scan_once(const fs::path& folder, int threads, int* first_ms = nullptr) {
  return measure([&] {
    store::Store store({.file = folder / "longwave.db"}, {{"library", library::migrations()}});
    library::ScanObserver observer;
    const auto began = system_clock.now();
    observer.committed = [&](std::int64_t) {
      if (first_ms && *first_ms < 0) *first_ms = static_cast<int>(to_ms(system_clock.now() - began));
    };
    library::scan(store, {.music = {folder / "music"}, .threads = threads, .batch = 100}, system_clock, {},
                  observer);
    store.close();
  });
}

void bench_scan(const fs::path& folder, int files, bool can_drop) {
  for (const int threads : {0, 1, 2, 32}) {
    const std::string name = threads ? fmt::format("longwave, {} threads", threads) : "longwave, as it comes";
    forget_database(folder);
    if (can_drop) {
      drop_caches();
      int first = -1;
      row(name.c_str(), "cold", scan_once(folder, threads, &first), files);
      fmt::print("|  | first file committed after | {} ms | | |\n", first);
      forget_database(folder);
    }
    row(name.c_str(), "warm", scan_once(folder, threads), files);
    row(name.c_str(), "unchanged", scan_once(folder, threads), files);
    if (can_drop) {
      drop_caches();
      row(name.c_str(), "unchanged, cold", scan_once(folder, threads), files);
    }
  }
}

/// How long a small change takes, until it is on disk, while a scan fills the store.
void bench_changes(const fs::path& folder) {
  forget_database(folder);
  store::Store store({.file = folder / "longwave.db"}, {{"library", library::migrations()},
                                                        {"bench", {{1, "CREATE TABLE small (n INTEGER)"}}}});
  const auto changes = [&](const char* when, const std::function<bool()>& more) {
    std::vector<double> ms;
    while (more()) {
      ms.push_back(measure([&] {
                     store.write_now([](store::Session& s) { s.run("INSERT INTO small VALUES (:n)", 1); });
                   }).seconds *
                   1000);
      ::usleep(5000);
    }
    std::sort(ms.begin(), ms.end());
    if (ms.empty()) return;
    fmt::print("| small change, {} | {} | {:.2f} ms | {:.2f} ms | {:.2f} ms |\n", when, ms.size(),
               ms[ms.size() / 2], ms[ms.size() * 99 / 100], ms.back());
  };
  fmt::print("\n| | changes | median | p99 | worst |\n|---|---|---|---|---|\n");
  int n = 0;
  changes("alone", [&] { return n++ < 200; });
  std::atomic<bool> done{false};
  std::thread scanner([&] {
    library::scan(store, {.music = {folder / "music"}, .threads = 0, .batch = 100}, system_clock);
    done = true;
  });
  changes("during a scan", [&] { return !done; });
  scanner.join();
}

// MPD in a process of its own, asked over its own socket.
class Mpd {
 public:
  explicit Mpd(const fs::path& folder) : folder_(folder) {
    fs::create_directories(folder / "mpd");
    std::ofstream(folder / "mpd/mpd.conf") << fmt::format(
        "music_directory \"{0}/music\"\ndb_file \"{0}/mpd/db\"\nlog_file \"{0}/mpd/log\"\nstate_file "
        "\"{0}/mpd/state\"\n"
        "bind_to_address \"{0}/mpd/socket\"\nfilesystem_charset \"UTF-8\"\nauto_update \"no\"\n"
        "audio_output {{\n type \"null\"\n name \"none\"\n}}\n",
        folder.string());
    fs::remove(folder / "mpd/socket");
    pid_ = ::fork();
    if (pid_ == 0) {
      const std::string conf = (folder / "mpd/mpd.conf").string();
      ::execl("/usr/bin/mpd", "mpd", "--no-daemon", conf.c_str(), nullptr);
      ::_exit(127);
    }
    for (int i = 0; i < 100 && !connect(); ++i) ::usleep(50'000);
    if (socket_ >= 0) answer();
  }
  ~Mpd() {
    if (socket_ >= 0) ::close(socket_);
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
  }
  bool works() const { return socket_ >= 0; }

  Cost update(const char* command) {
    const double cpu = cpu_of();
    const auto began = system_clock.now();
    ask(command);
    ask("idle update");  // answered when the update is done
    while (ask("status").find("updating_db") != std::string::npos) ask("idle update");
    return {static_cast<double>((system_clock.now() - began).count()) / 1e9, cpu_of() - cpu};
  }
  std::string ask(const std::string& command) {
    const std::string line = command + "\n";
    if (::write(socket_, line.data(), line.size()) < 0) return {};
    return answer();
  }

 private:
  bool connect() {
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    const std::string path = (folder_ / "mpd/socket").string();
    std::copy(path.begin(), path.end(), address.sun_path);
    socket_ = ::socket(AF_UNIX, SOCK_STREAM, 0);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return true;
    ::close(socket_);
    socket_ = -1;
    return false;
  }
  std::string answer() {
    std::string text;
    char buffer[4096];
    while (!text.ends_with("OK\n") && !text.starts_with("OK MPD") && !text.starts_with("ACK")) {
      const auto n = ::read(socket_, buffer, sizeof buffer);
      if (n <= 0) break;
      text.append(buffer, static_cast<std::size_t>(n));
    }
    return text;
  }
  double cpu_of() const {
    std::ifstream in(fmt::format("/proc/{}/stat", pid_));
    std::string text((std::istreambuf_iterator<char>(in)), {});
    const auto fields = text::split(std::string_view(text).substr(text.rfind(')') + 2), ' ');
    return (std::stod(std::string(fields[11])) + std::stod(std::string(fields[12]))) /
           static_cast<double>(::sysconf(_SC_CLK_TCK));
  }
  fs::path folder_;
  pid_t pid_ = -1;
  int socket_ = -1;
};

void bench_mpd(const fs::path& folder, int files, bool can_drop) {
  if (!fs::exists("/usr/bin/mpd")) return;
  if (can_drop) {
    fs::remove_all(folder / "mpd");
    Mpd mpd(folder);
    if (!mpd.works()) return;
    drop_caches();
    row("mpd", "cold", mpd.update("update"), files);
  }
  fs::remove_all(folder / "mpd");
  Mpd mpd(folder);
  if (!mpd.works()) return;
  row("mpd", "warm", mpd.update("update"), files);
  row("mpd", "unchanged", mpd.update("update"), files);
  if (can_drop) {
    drop_caches();
    row("mpd", "unchanged, cold", mpd.update("update"), files);
  }
}

void bench_search(int tracks) {
  store::Store store({}, {{"library", library::migrations()}});
  store.write_now([&](store::Session& s) {
    s.run("INSERT INTO library_folder(id, path) VALUES (:id, :path)", 1, "/m");
    for (int a = 1; a <= tracks / 36 + 1; ++a) {
      s.run("INSERT INTO library_artist(id, name, fold, sort) VALUES (:id, :n, :f, :s)", a,
            fmt::format("Artist {}", a), fmt::format("artist {}", a), fmt::format("artist {:06}", a));
    }
    for (int a = 1; a <= tracks / 12 + 1; ++a) {
      s.run(
          "INSERT INTO library_album(id, key, title, sort, artist_id, by_folder) VALUES (:id, :k, :t, :s, "
          ":a, 0)",
          a, std::to_string(a), title(a), title(a), a / 3 + 1);
    }
    for (int i = 0; i < tracks; ++i) {
      s.run(
          "INSERT INTO library_track(folder_id, name, size, mtime, inode, identity, title, artist, "
          "artist_id, album_artist, album, "
          "album_id, track, disc, year, genre, duration_ms, format, sample_rate, channels, bitrate_kbps, "
          "art, art_embedded, added_ms) "
          "VALUES (1, :name, 1, 1, 1, :identity, :title, :artist, :artist_id, '', :album, :album_id, :track, "
          "1, 2000, 'Rock', 200000, "
          "'mp3', 44100, 2, 128, '', 0, 0)",
          std::to_string(i), i + 1, fmt::format("{} {}", title(i), i), fmt::format("Artist {}", i / 36),
          i / 36 + 1, title(i / 12), i / 12 + 1, i % 12 + 1);
    }
  });
  store.read_now([&](store::Session& s) {
    const auto time = [&](const char* what, const std::function<std::int64_t()>& work) {
      std::vector<double> ms;
      std::int64_t total = 0;
      for (int i = 0; i < 15; ++i) ms.push_back(measure([&] { total = work(); }).seconds * 1000);
      std::sort(ms.begin(), ms.end());
      fmt::print("| {} tracks | {} | {} | {:.2f} ms | {:.2f} ms |\n", tracks, what, total, ms[ms.size() / 2],
                 ms.back());
    };
    for (const char* text : {"l", "lo", "love", "love riv", "electrique stone 77", "artist 12", "zzz", ""}) {
      time(fmt::format("search \"{}\"", text).c_str(), [&] { return library::search(s, text).total; });
    }
    time("artists", [&] { return library::artists(s).total; });
    time("albums", [&] { return library::albums(s).total; });
    time("albums, last page",
         [&] { return library::albums(s, {}, {.limit = 50, .offset = tracks / 12 - 50}).total; });
    time("catalogue", [&] { return static_cast<std::int64_t>(library::load_catalogue(s)->size()); });
  });
}

}  // namespace

int main(int argc, char** argv) {
  const int files = argc > 1 ? std::atoi(argv[1]) : 10000;
  const fs::path folder = argc > 2 ? argv[2] : "/tmp/longwave-scan-bench";
  generate(folder, files);
  const bool can_drop = drop_caches();
  fmt::print(
      "{} files, page cache {} be dropped\n| who | what | time | CPU | CPU per file "
      "|\n|---|---|---|---|---|\n",
      files, can_drop ? "can" : "can't");
  bench_scan(folder, files, can_drop);
  bench_mpd(folder, files, can_drop);
  bench_changes(folder);
  fmt::print("\n| library | question | matches | median | worst of 15 |\n|---|---|---|---|---|\n");
  for (const int tracks : {10000, 100000}) bench_search(tracks);
}
