// rooms: station
// SPDX-License-Identifier: Apache-2.0
//
// What a station and a listener cost. Frames are made up (418 bytes each), everything behind them is the real
// thing: players, lanes, batches, rings, the web server and its sockets. The clients are a process of their
// own.
//
//   station_bench stations            CPU per station, nobody listening and one mount each, in virtual time
//   station_bench listeners N SECONDS CPU per listener-hour over loopback, with ICY, and the same of icecast2
//   if it
//                                     is installed (as Debian has it; the program drops to the user icecast2)
#include "audio/icy.hpp"
#include "io/loop.hpp"
#include "io/timer.hpp"
#include "station/broadcaster.hpp"
#include "station/player.hpp"
#include "web/router.hpp"
#include "web/server.hpp"

#include "players.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

using namespace longwave;
using bench::Clients;
using bench::process_cpu;
using bench::resident_bytes;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t track_frames = 9188;  // four minutes

class FlatRendition final : public audio::Rendition {
 public:
  explicit FlatRendition(audio::Format format)
      : format_(format), bytes_(format == audio::Format::mp3_128 ? 418 : 240, 'x') {}
  audio::Format format() const override { return format_; }
  std::int64_t first_frame() const override { return 0; }
  std::int64_t frames_ready() const override { return 20'000; }
  std::string_view frame(std::int64_t) const override { return bytes_; }
  bool complete() const override { return true; }
  bool failed() const override { return false; }
  std::string problem() const override { return {}; }
  int level_db(std::int64_t) const override { return -20; }
  std::int64_t samples() const override { return 20'000ll * audio::info(format_).frame_samples; }
  audio::Edge head() const override { return {}; }
  audio::Edge tail() const override { return {}; }
  std::size_t size_bytes() const override { return 0; }

 private:
  audio::Format format_;
  std::string bytes_;
};

/// Answers when run() is called; joints are ready-made frames.
class FlatMedia final : public station::Media {
 public:
  FlatMedia() {
    for (const auto format : audio::all_formats) flat_.push_back(std::make_shared<FlatRendition>(format));
  }
  station::MediaWork prepare(TrackId, Instant, Done<station::TrackReady> done) override {
    return later([done = std::move(done)]() mutable {
      done(station::TrackReady{Samples{track_frames * 1152}, "Artist", "Title"});
    });
  }
  station::MediaWork open(TrackId, audio::Format format, std::int64_t, Instant,
                          Done<audio::RenditionPtr> done) override {
    return later([this, format, done = std::move(done)]() mutable { done(filler(format)); });
  }
  station::MediaWork joint(station::JointRequest r, Instant, Done<audio::SegmentPtr> done) override {
    ++joints;
    return later([r, done = std::move(done)]() mutable {
      auto segment = std::make_shared<audio::Segment>();
      const std::string frame(r.format == audio::Format::mp3_128 ? 418 : 240, 'j');
      segment->a_end = r.a_frame - 4;
      segment->b_begin = r.b_frame + 6;
      for (int i = 0; i < 10; ++i) {
        segment->bytes += frame;
        segment->ends.push_back(static_cast<std::uint32_t>(segment->bytes.size()));
        segment->level_db.push_back(-20);
      }
      done(audio::SegmentPtr{std::move(segment)});
    });
  }
  audio::RenditionPtr filler(audio::Format format) override {
    return flat_[static_cast<std::size_t>(format)];
  }
  audio::RenditionPtr rest(audio::Format format) override { return filler(format); }
  void run() {
    while (!queue_.empty()) {
      auto todo = std::move(queue_.front());
      queue_.pop_front();
      if (*todo.first) todo.second();
    }
  }
  Post on_work;  ///< when set, completions are posted there
  std::int64_t joints = 0;

 private:
  struct Work final : station::MediaWork::Job {
    explicit Work(std::shared_ptr<bool> w) : wanted(std::move(w)) {}
    ~Work() override { *wanted = false; }
    std::shared_ptr<bool> wanted;
  };
  station::MediaWork later(Task task) {
    auto wanted = std::make_shared<bool>(true);
    queue_.emplace_back(wanted, std::move(task));
    if (on_work) on_work([this] { run(); });
    return station::MediaWork{std::make_unique<Work>(wanted)};
  }
  std::deque<std::pair<std::shared_ptr<bool>, Task>> queue_;
  std::vector<audio::RenditionPtr> flat_;
};

double cpu_seconds(clockid_t clock) {
  timespec t{};
  clock_gettime(clock, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

// --- stations
// -----------------------------------------------------------------------------------------------------

struct CountingHost final : station::PlayerHost {
  void tell(StationId id, const orders::FromPlayer& m) override { told.emplace_back(id, m); }
  void batch(const station::MountBatchPtr& b) override { bytes += b->bytes.size(); }
  void heard(const station::Heard&) override {}
  void acted(const station::WatchdogActed&) override { std::abort(); }
  void hurry(StationId id) override { hurried.push_back(id); }
  std::vector<std::pair<StationId, orders::FromPlayer>> told;
  std::vector<StationId> hurried;
  std::size_t bytes = 0;
};

void stations(std::size_t count, bool listened, Duration length) {
  ManualClock clock;
  FlatMedia media;
  CountingHost host;
  station::BroadcastOptions options;
  station::StationMetrics metrics;
  std::vector<std::unique_ptr<station::Player>> players;
  std::vector<std::int64_t> last(count, 0);
  std::multimap<Instant, std::size_t> wakes;
  const auto order = [&](std::size_t i) {
    const auto n = ++last[i];
    players[i]->receive(orders::Prepare{{n}, {1 + n % 50}});
    // The stations' boundaries are spread over the four minutes.
    const Samples at{((n - 1) * track_frames - static_cast<std::int64_t>(i) % track_frames) * 1152};
    players[i]->receive(orders::Play{.item = {n},
                                     .track = {1 + n % 50},
                                     .start_at = at,
                                     .offset = {},
                                     .duration = Samples{track_frames * 1152}});
  };
  for (std::size_t i = 0; i < count; ++i) {
    players.push_back(std::make_unique<station::Player>(
        StationId{static_cast<std::int64_t>(i + 1)}, "Station", orders::StreamClock{clock.now(), Samples{0}},
        clock, options, media, host, metrics));
    if (listened) players[i]->listeners(audio::Format::mp3_128, 1);
    for (int k = 0; k < 3; ++k) order(i);
  }
  std::vector<Instant> armed(count, Instant::max());
  const auto settle = [&] {
    while (true) {
      media.run();
      auto told = std::exchange(host.told, {});
      for (const auto& [id, message] : told)
        if (std::holds_alternative<orders::Ended>(message)) order(static_cast<std::size_t>(id.value - 1));
      if (host.hurried.empty()) return;
      auto hurried = std::exchange(host.hurried, {});
      std::sort(hurried.begin(), hurried.end());
      hurried.erase(std::unique(hurried.begin(), hurried.end()), hurried.end());
      for (const auto id : hurried) {
        const auto i = static_cast<std::size_t>(id.value - 1);
        players[i]->tick();
        if (players[i]->wake() != armed[i]) wakes.emplace(armed[i] = players[i]->wake(), i);
      }
    }
  };
  settle();
  const auto until = clock.now() + length;
  const auto begin = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID);
  std::int64_t ticks = 0;
  while (!wakes.empty() && wakes.begin()->first < until) {
    const auto [when, i] = *wakes.begin();
    wakes.erase(wakes.begin());
    if (armed[i] != when) continue;
    if (when > clock.now()) clock.advance(when - clock.now());
    players[i]->tick();
    ++ticks;
    wakes.emplace(armed[i] = players[i]->wake(), i);
    settle();
  }
  const auto cpu = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID) - begin;
  const auto seconds = std::chrono::duration<double>(length).count();
  const auto per = cpu / static_cast<double>(count) / seconds;
  std::ifstream statm("/proc/self/statm");
  long pages = 0, resident = 0;
  statm >> pages >> resident;
  fmt::print(
      "{:>6} stations {:<16} {:>6.0f} virtual s  {:>10.3f} us CPU per station-second = {:>9.0f} stations per "
      "core"
      "  (ticks {}, joints {}, fallbacks {}, resident {} MB)\n",
      count, listened ? "one mount live" : "nobody listening", seconds, per * 1e6, 1 / per, ticks,
      media.joints, metrics.fallbacks, resident * 4096 / 1'000'000);
}

// --- listeners
// ----------------------------------------------------------------------------------------------------

void print(const char* name, int count, double cpu, double seconds, std::int64_t alive, double bytes,
           double memory) {
  fmt::print(
      "{:<22} {:>5} listeners ({} alive) {:>5.1f} s  {:.4f} CPU s per listener-hour  {:.1f} kbit/s each  "
      "{:.1f} KB each\n",
      name, count, alive, seconds, cpu / (count * seconds / 3600), bytes * 8 / 1000 / seconds / count,
      memory);
}

struct QuietProgrammer final : orders::ProgrammerPort {
  void receive(StationId, const orders::FromPlayer&) override {}
};

void ours(int count, int seconds) {
  SystemClock clock;
  io::LoopGroup station_loops{1}, net_loops{1};
  FlatMedia media;
  media.on_work = station_loops[0].poster();
  QuietProgrammer programmer;
  station::BroadcastOptions options;
  options.max_listeners = count + 10;
  station::Broadcaster broadcaster(station_loops[0], {&net_loops[0]}, media, programmer, clock, options);
  web::Router router;
  broadcaster.add_routes(router);
  broadcaster.open({.id = {1},
                    .slug = "main",
                    .name = "Bench",
                    .genre = "",
                    .url = "",
                    .clock = {clock.now(), Samples{0}}});
  web::Server server(net_loops, clock, router, web::ServerOptions{});
  const auto endpoint = server.listen({.endpoint = {.host = "127.0.0.1", .port = 21550, .unix_path = {}}});
  if (!endpoint) {
    fmt::print("{}\n", endpoint.error().message);
    return;
  }
  station_loops.start();
  net_loops.start();
  station_loops[0].post([&] {
    for (std::int64_t n = 0; n < 4; ++n)
      broadcaster.receive({1}, orders::Play{.item = {n + 1},
                                            .track = {n + 1},
                                            .start_at = Samples{n * 700 * 1152},
                                            .offset = {},
                                            .duration = Samples{700 * 1152}});
  });
  const auto memory_before = resident_bytes(::getpid());
  {
    Clients clients(21550, "/listen/main.mp3", count);
    clients.wait_for_all(count);
    const auto memory = (resident_bytes(::getpid()) - memory_before) / 1024 / count;
    const auto bytes = clients.bytes;
    const auto cpu = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID);
    const auto begin = std::chrono::steady_clock::now();
    std::this_thread::sleep_for(std::chrono::seconds(seconds));
    const auto used = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    const auto time = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    clients.look();
    print("longwave, 1 s cadence", count, used, time, clients.alive,
          static_cast<double>(clients.bytes - bytes), memory);
    const auto m = broadcaster.metrics();
    fmt::print("  joints {} late {} fallbacks {} dropped {}\n", m.joints_made, m.joints_late, m.fallbacks,
               m.listeners_dropped);
  }
  net_loops.stop();
  station_loops.stop();
}

void icecast(int count, int seconds) {
  if (::access("/usr/bin/icecast2", X_OK) != 0) {
    fmt::print("icecast2 is not installed: no comparison\n");
    return;
  }
  const std::string folder = "/tmp/station_bench_icecast";
  const auto config = folder + "/icecast.xml";
  if (std::system(("rm -rf " + folder + " && mkdir -p " + folder + " && chmod 777 " + folder).c_str()) != 0)
    return;
  std::ofstream(config)
      << R"(<icecast><limits><clients>20000</clients><sources>2</sources><queue-size>1048576</queue-size>
<burst-on-connect>1</burst-on-connect><burst-size>65536</burst-size></limits>
<authentication><source-password>bench</source-password><admin-user>a</admin-user><admin-password>b</admin-password></authentication>
<hostname>localhost</hostname><listen-socket><port>21560</port><bind-address>127.0.0.1</bind-address></listen-socket>
<paths><basedir>)"
      << folder << "</basedir><logdir>" << folder << "</logdir><webroot>/usr/share/icecast2/web</webroot>"
      << R"(<adminroot>/usr/share/icecast2/admin</adminroot></paths>
<logging><accesslog>access.log</accesslog><errorlog>error.log</errorlog><loglevel>1</loglevel></logging>
<security><chroot>0</chroot><changeowner><user>icecast2</user><group>icecast</group></changeowner></security></icecast>)";
  const auto pid = ::fork();
  if (pid == 0) {
    const int null = ::open("/dev/null", O_WRONLY);
    ::dup2(null, 1);
    ::dup2(null, 2);
    ::execl("/usr/bin/icecast2", "icecast2", "-c", config.c_str(), nullptr);
    ::_exit(1);
  }
  std::this_thread::sleep_for(2s);
  const int source = bench::connect_to(21560, 0);
  const std::string hello =
      "PUT /bench.mp3 HTTP/1.0\r\nAuthorization: Basic c291cmNlOmJlbmNo\r\nContent-Type: "
      "audio/mpeg\r\nice-name: Bench\r\n\r\n";
  if (source < 0 || ::send(source, hello.data(), hello.size(), 0) < 0) {
    fmt::print("icecast2 did not take the source\n");
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return;
  }
  std::jthread feeder([source](std::stop_token stop) {
    // 128 kbit/s as a source client sends it: a frame each 26 ms.
    std::string frame(418, 'x');
    frame[0] = '\xff';
    frame[1] = '\xfb';
    auto next = std::chrono::steady_clock::now();
    for (int i = 0; i < 150; ++i) (void)::send(source, frame.data(), frame.size(), MSG_NOSIGNAL);
    while (!stop.stop_requested()) {
      (void)::send(source, frame.data(), frame.size(), MSG_NOSIGNAL);
      next += 26122us;
      std::this_thread::sleep_until(next);
    }
  });
  std::this_thread::sleep_for(1s);
  const auto memory_before = resident_bytes(pid);
  {
    Clients clients(21560, "/bench.mp3", count);
    clients.wait_for_all(count);
    const auto memory = (resident_bytes(pid) - memory_before) / 1024 / count;
    const auto bytes = clients.bytes;
    const auto cpu = process_cpu(pid);
    const auto begin = std::chrono::steady_clock::now();
    std::this_thread::sleep_for(std::chrono::seconds(seconds));
    const auto used = process_cpu(pid) - cpu;
    const auto time = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    clients.look();
    print("icecast2", count, used, time, clients.alive, static_cast<double>(clients.bytes - bytes), memory);
  }
  feeder.request_stop();
  feeder.join();
  ::close(source);
  ::kill(pid, SIGTERM);
  ::waitpid(pid, nullptr, 0);
}

}  // namespace

int main(int argc, char** argv) {
  signal(SIGPIPE, SIG_IGN);
  rlimit files{20'000, 20'000};
  ::setrlimit(RLIMIT_NOFILE, &files);
  const std::string what = argc > 1 ? argv[1] : "";
  if (what == "stations") {
    for (int i = 0; i < 3; ++i) {
      stations(1'000, false, 1h);
      stations(100'000, false, 20min);
      stations(1'000, true, 10min);
    }
    return 0;
  }
  if (what == "listeners") {
    const int count = argc > 2 ? std::atoi(argv[2]) : 2000;
    const int seconds = argc > 3 ? std::atoi(argv[3]) : 20;
    for (int i = 0; i < 3; ++i) {
      ours(count, seconds);
      icecast(count, seconds);
    }
    return 0;
  }
  fmt::print("station_bench stations | listeners [N] [SECONDS]\n");
  return 2;
}
