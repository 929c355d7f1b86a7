// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/loop.hpp"
#include "io/timer.hpp"
#include "simulated_media.hpp"
#include "station/broadcaster.hpp"
#include "web/router.hpp"
#include "web/server.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

/// Real sockets on a real server, sound from the simulation.
namespace longwave::station::listening {

using namespace std::chrono_literals;
constexpr StationId main_station{1};

/// Completions come on the station loop, a moment later.
class LoopMedia final : public Media {
 public:
  LoopMedia(const Clock& clock, io::Loop& loop) : inner(clock), loop_(loop), timer_(loop) {
    inner.cached = true;
  }
  MediaWork prepare(TrackId track, Instant by, Done<TrackReady> done) override {
    return soon(inner.prepare(track, by, std::move(done)));
  }
  MediaWork open(TrackId track, audio::Format f, std::int64_t from, Instant by,
                 Done<audio::RenditionPtr> done) override {
    return soon(inner.open(track, f, from, by, std::move(done)));
  }
  MediaWork joint(JointRequest request, Instant by, Done<audio::SegmentPtr> done) override {
    return soon(inner.joint(std::move(request), by, std::move(done)));
  }
  audio::RenditionPtr filler(audio::Format format) override { return inner.filler(format); }
  audio::RenditionPtr rest(audio::Format format) override { return inner.rest(format); }
  simulated::Media inner;

 private:
  MediaWork soon(MediaWork work) {
    loop_.post([this] { again(); });
    return work;
  }
  void again() {
    inner.run();
    if (inner.next()) timer_.at(*inner.next(), [this] { again(); });
  }
  io::Loop& loop_;
  io::Timer timer_;
};

class Nobody final : public orders::ProgrammerPort {
 public:
  void receive(StationId, const orders::FromPlayer& message) override {
    if (std::holds_alternative<orders::Prepared>(message)) ++prepared;
    if (std::holds_alternative<orders::Started>(message)) ++started;
  }
  std::atomic<int> prepared{0}, started{0};
};

class House {
 public:
  explicit House(BroadcastOptions options = {}) : net_loops(2), media(clock, station_loops[0]) {
    media.inner.tracks[1].frames = 1200;
    for (const auto id : {2, 3}) media.inner.tracks[id].frames = 40;  // a second
    media.inner.tracks[4].frames = 100'000;
    std::vector<io::Loop*> loops{&net_loops[0], &net_loops[1]};
    broadcaster = std::make_unique<Broadcaster>(station_loops[0], loops, media, nobody, clock, options);
    broadcaster->add_routes(router);
    stream_clock = {clock.now(), Samples{0}};
    broadcaster->open({.id = main_station,
                       .slug = "main",
                       .name = "Test FM",
                       .genre = "",
                       .url = "",
                       .clock = stream_clock});
    server = std::make_unique<web::Server>(net_loops, clock, router, web::ServerOptions{});
    auto endpoint = server->listen({.endpoint = {.host = "127.0.0.1", .port = 0, .unix_path = {}}});
    port = endpoint.value().port;
    started_sub = broadcaster->listener_started.connect([this](const ListenerStarted& e) {
      const std::lock_guard lock(mutex);
      started.push_back(e);
      changed.notify_all();
    });
    count_sub = broadcaster->listeners_changed.connect([this](const ListenersChanged& e) {
      const std::lock_guard lock(mutex);
      total = e.total();
      changed.notify_all();
    });
    station_loops.start();
    net_loops.start();
  }
  ~House() {
    net_loops.stop();
    station_loops.stop();
  }
  void order(std::int64_t item, std::int64_t at, std::int64_t frames) {
    station_loops[0].post([this, item, at, frames] {
      broadcaster->receive(main_station, orders::Prepare{{item}, {item}});
      broadcaster->receive(main_station, orders::Play{.item = {item},
                                                      .track = {item},
                                                      .start_at = Samples{at * 1152},
                                                      .offset = {},
                                                      .duration = Samples{frames * 1152}});
    });
  }
  void order_all() {
    order(2, 0, 40);
    order(3, 40, 40);
    order(4, 80, 100'000);
  }
  template <class F>
  bool wait_for(F f, Duration most = 30s) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, most, f);
  }

  SystemClock clock;
  io::LoopGroup station_loops{1};
  io::LoopGroup net_loops;
  LoopMedia media;
  Nobody nobody;
  web::Router router;
  std::unique_ptr<Broadcaster> broadcaster;
  std::unique_ptr<web::Server> server;
  orders::StreamClock stream_clock;
  std::uint16_t port = 0;
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<ListenerStarted> started;
  int total = -1;
  Subscription started_sub, count_sub;
};

/// A client that reads what comes until it has enough, the time is over, or the server closes.
class Client {
 public:
  Client(std::uint16_t port, const std::string& request, int receive_buffer = 0) {
    fd_ = ::socket(AF_INET, SOCK_STREAM, 0);
    if (receive_buffer) ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
    EXPECT_EQ(::send(fd_, request.data(), request.size(), 0), static_cast<ssize_t>(request.size()));
  }
  ~Client() { ::close(fd_); }
  Client(const Client&) = delete;
  std::string& read(std::size_t enough, Duration most = 30s) {
    const auto until = std::chrono::steady_clock::now() + most;
    while (got.size() < enough && !closed) {
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
      if (left.count() <= 0) break;
      pollfd p{fd_, POLLIN, 0};
      if (::poll(&p, 1, static_cast<int>(left.count())) <= 0) break;
      char buffer[65536];
      const auto n = ::recv(fd_, buffer, sizeof buffer, 0);
      if (n <= 0) {
        closed = true;
      } else {
        got.append(buffer, static_cast<std::size_t>(n));
      }
    }
    return got;
  }
  std::string head() {
    while (got.find("\r\n\r\n") == std::string::npos && !closed) read(got.size() + 1);
    return got.substr(0, got.find("\r\n\r\n"));
  }
  std::string body(std::size_t enough, Duration most = 30s) {
    const auto begin = head().size() + 4;
    return read(begin + enough, most).substr(begin);
  }
  std::string got;
  bool closed = false;

 private:
  int fd_;
};

inline std::string get(const std::string& path, const std::string& more = "",
                       const std::string& version = "1.1") {
  return "GET " + path + " HTTP/" + version + "\r\nHost: localhost\r\n" + more + "\r\n";
}

}  // namespace longwave::station::listening
