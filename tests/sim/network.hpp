// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/task.hpp"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

/// A network in virtual time: what is written arrives in order, later, in other pieces; connections stall,
/// break with what was under way, and their two ends hear of it at different times or never. Everything is
/// drawn from one seed.
namespace longwave::sim {

using namespace std::chrono_literals;

/// Time and chance of one run. Outlives everything that uses it.
class World {
 public:
  explicit World(std::uint64_t seed) : random(seed) {}

  Random random;
  ManualClock clock;

  Instant now() const { return clock.now(); }
  void at(Instant when, Task task) {
    events_.emplace(std::pair{std::max(when, now()), ++last_}, std::move(task));
  }
  void after(Duration delay, Task task) { at(now() + delay, std::move(task)); }

  /// Lets everything happen up to this moment.
  void run_until(Instant end) {
    while (problem.empty() && !events_.empty() && events_.begin()->first.first <= end) {
      auto event = events_.extract(events_.begin());
      if (event.key().first > now()) clock.advance(event.key().first - now());
      event.mapped()();
    }
    if (problem.empty() && end > now()) clock.advance(end - now());
  }

  /// Mostly short, seldom as long as this.
  Duration delay(Duration most) {
    const double x = random.unit();
    return Duration{static_cast<Duration::rep>(static_cast<double>(most.count()) * x * x * x)};
  }

  /// Something was not as promised; the first is kept, and ends the run.
  void wrong(std::string what) {
    if (problem.empty()) problem = std::move(what);
  }
  std::string problem;

 private:
  std::map<std::pair<Instant, std::uint64_t>, Task> events_;
  std::uint64_t last_ = 0;
};

/// What a thread is in the real program: tasks handed to it run in order, each a little later. Those that
/// haven't run when it goes never run.
class Thread {
 public:
  Thread(World& world, Duration most) : world_(world), most_(most) {}
  void post(Task task) {
    last_ = std::max(last_, world_.now() + world_.delay(most_));
    world_.at(last_, [alive = std::weak_ptr(alive_), task = std::move(task)]() mutable {
      if (alive.lock()) task();
    });
  }
  Post poster() {
    return [this](Task task) { post(std::move(task)); };
  }

 private:
  World& world_;
  Duration most_;
  Instant last_{};
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

/// One end's view of a connection.
class Socket {
 public:
  virtual void on_bytes(std::span<char> bytes) = 0;
  /// Some of what was queued has left.
  virtual void on_drained() = 0;
  /// The other end has closed, or the connection broke. Nothing comes after it.
  virtual void on_lost() = 0;

 protected:
  ~Socket() = default;
};

struct Weather {
  Duration latency = 200ms;     ///< at most, of each piece
  std::size_t piece = 1400;     ///< bytes that travel together, at most
  std::size_t window = 16384;   ///< bytes under way; the rest waits in the sender's queue
  double heard_of_death = 0.6;  ///< chance that an end is told that the connection broke
};

/// One TCP connection. Shared by its two ends, each of which lets go when it is through with it.
class Wire : public std::enable_shared_from_this<Wire> {
 public:
  Wire(World& world, const Weather& weather) : world_(world), weather_(weather) {}

  /// Ends are 0 (who connected) and 1.
  void attach(int end, Socket& socket) { sockets_[end] = &socket; }

  void write(int end, std::string_view bytes) {
    Direction& way = ways_[end];
    if (broken_ || way.closed) return;
    way.queue.append(bytes);
    pump(end);
  }
  std::size_t queued_bytes(int end) const { return ways_[end].queue.size(); }

  /// This end wants nothing more to do with it; what it has written still arrives, then the other end hears.
  void close(int end) {
    sockets_[end] = nullptr;
    ways_[end].closed = true;
    pump(end);
  }

  /// The network loses it, with what is under way.
  void break_off() {
    if (broken_) return;
    broken_ = true;
    for (int end : {0, 1}) {
      ways_[end] = {};
      if (!world_.random.chance(weather_.heard_of_death)) continue;  // a half-open connection
      world_.after(world_.delay(5s), [self = shared_from_this(), end] { self->tell_lost(end); });
    }
  }

  /// Nothing arrives at this end for a while.
  void stall(int end, Duration length) {
    Direction& way = ways_[1 - end];
    way.last = std::max(way.last, world_.now() + length);
  }

 private:
  struct Direction {
    std::string queue;  // not sent yet
    std::deque<std::pair<Instant, std::string>> pieces;
    std::size_t under_way = 0;
    Instant last{};  // when the latest piece arrives
    bool closed = false;
    bool told = false;
  };

  void pump(int from) {
    Direction& way = ways_[from];
    while (!way.queue.empty() && way.under_way < weather_.window) {
      const auto size = std::min<std::size_t>(way.queue.size(), 1 + world_.random.below(weather_.piece));
      way.last = std::max(way.last, world_.now() + world_.delay(weather_.latency));
      way.pieces.emplace_back(way.last, way.queue.substr(0, size));
      way.queue.erase(0, size);
      way.under_way += size;
      world_.at(way.last, [self = shared_from_this(), from] { self->arrive(from); });
    }
    if (way.closed && way.queue.empty() && way.pieces.empty() && !way.told) {
      way.told = true;
      world_.after(world_.delay(weather_.latency), [self = shared_from_this(), from] {
        if (!self->broken_) self->tell_lost(1 - from);
      });
    }
  }

  void arrive(int from) {
    Direction& way = ways_[from];
    if (broken_ || way.pieces.empty() || way.pieces.front().first > world_.now()) return;
    std::string bytes;
    // What has come in the meantime is read together, or not.
    do {
      bytes += way.pieces.front().second;
      way.pieces.pop_front();
    } while (!way.pieces.empty() && way.pieces.front().first <= world_.now() && world_.random.chance(0.7));
    if (!way.pieces.empty() && way.pieces.front().first <= world_.now())
      world_.after(0s, [self = shared_from_this(), from] { self->arrive(from); });
    way.under_way -= bytes.size();
    const bool waited = !way.queue.empty();
    const auto self = shared_from_this();  // the socket may let go
    if (Socket* to = sockets_[1 - from]) to->on_bytes(bytes);
    if (broken_) return;
    pump(from);
    if (Socket* writer = sockets_[from]; writer && waited && way.queue.empty()) writer->on_drained();
  }

  void tell_lost(int end) {
    if (Socket* socket = std::exchange(sockets_[end], nullptr)) socket->on_lost();
  }

  World& world_;
  Weather weather_;
  Socket* sockets_[2] = {};
  Direction ways_[2];
  bool broken_ = false;
};

}  // namespace longwave::sim
