// SPDX-License-Identifier: Apache-2.0
#include "network.hpp"
#include "network_client.hpp"
#include "network_server.hpp"

#include <gtest/gtest.h>
#include <malloc.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

/// Clients and a server over a network that delays, splits, joins, stalls and breaks: the WebSocket machine
/// in both roles, JSON-RPC peers calling in both directions, subscriptions recovered by offset and epoch, a
/// server that is started anew. Every call completes exactly once; items are exact and in order; of no
/// channel a publication is lost or repeated, or the client is told that it begins anew; nothing is left
/// over.
///
/// 10,000 runs (500 under a sanitizer). LONGWAVE_SEED and LONGWAVE_RUNS choose others.
namespace longwave::sim {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t usual_runs = 500;
#else
constexpr std::uint64_t usual_runs = 10'000;
#endif

struct Sums {
  std::size_t calls = 0, answers = 0, items = 0, connections = 0, recoveries = 0, starts = 0, heard = 0,
              breaks = 0, servers = 0;
};

class Episode {
 public:
  Episode(std::uint64_t seed, web::Deflater& deflater, Sums& sums)
      : world_(seed), ledger_(world_), deflater_(deflater), sums_(sums) {
    weather_.latency = std::chrono::milliseconds{1 + static_cast<int>(world_.random.below(400))};
    weather_.piece = 1 + world_.random.below(world_.random.chance(0.2) ? 40 : 1400);
    weather_.window = 200 + world_.random.below(20'000);
    weather_.heard_of_death = world_.random.unit();
    busy_ = Duration{std::chrono::milliseconds{20 + static_cast<int>(world_.random.below(400))}};
    start_server();
    for (std::uint64_t i = 0; i < 1 + world_.random.below(3); ++i) {
      clients_.push_back(std::make_unique<Client>(world_, ledger_, deflater_,
                                                  [this](web::DeflateTerms terms) { return dial(terms); }));
      clients_.back()->connect();
    }
  }

  std::string problem() {
    stir();
    world_.run_until(Instant{8s});
    calm_ = true;
    // A half-open connection is found out by its pings, calls run out of time; then everything has come.
    world_.run_until(Instant{35s});
    check_rest();
    for (auto& client : clients_) sum(*client);
    sums_.calls += ledger_.size();
    for (auto& client : clients_) client->close();
    clients_.clear();
    server_.reset();
    ledger_.check_all();
    return world_.problem;
  }

 private:
  void start_server() {
    ++sums_.servers;
    server_ =
        std::make_unique<Server>(world_, facts_, "epoch" + std::to_string(++starts_), ledger_, deflater_);
  }

  std::shared_ptr<Wire> dial(web::DeflateTerms terms) {
    if (!server_) return nullptr;
    auto wire = std::make_shared<Wire>(world_, weather_);
    server_->accept(wire, options_, terms);
    return wire;
  }

  /// The next of the things that happen, until it is calm.
  void stir() {
    world_.after(world_.delay(busy_), [this] {
      if (calm_) return;
      const auto dice = world_.random.below(1000);
      auto& client = *clients_[world_.random.below(clients_.size())];
      if (dice < 450) {
        client.act();
      } else if (dice < 800) {
        if (server_) server_->change(static_cast<int>(world_.random.below(channels)));
      } else if (dice < 960) {
        if (server_) server_->ask();
      } else if (Wire* wire = client.wire(); dice < 975) {
        if (wire) wire->stall(static_cast<int>(world_.random.below(2)), world_.delay(4s));
      } else if (dice < 990) {
        if (wire) wire->break_off(), ++sums_.breaks;
      } else if (dice < 994) {
        client.close();
      } else if (dice < 997) {
        if (server_) server_->close_one(3001);
      } else if (dice < 998) {
        crash();
      }
      stir();
    });
  }

  /// The server is gone, and soon another one is there.
  void crash() {
    server_.reset();
    for (auto& client : clients_)
      if (Wire* wire = client->wire()) wire->break_off();
    world_.after(world_.delay(2s), [this] {
      if (!server_) start_server();
    });
  }

  void check_rest() {
    if (!world_.problem.empty()) return;
    if (!server_) return world_.wrong("there is no server");
    for (auto& client : clients_) {
      if (!client->connected()) world_.wrong("a client isn't connected at the end");
      if (client->busy() != 0) world_.wrong("a client's peer still has calls at the end");
      for (int i = 0; i < channels; ++i) {
        const auto& follower = client->follower(i);
        if (follower.sure() && follower.value() != facts_.numbers[i])
          world_.wrong(fmt::format("{}: a client knows {} and not {}", channel_name(i), follower.value(),
                                   facts_.numbers[i]));
        if (hub::Position{follower.offset(), follower.epoch()} != server_->top(i))
          world_.wrong(fmt::format("{}: a client is at {} and not at {}", channel_name(i), follower.offset(),
                                   server_->top(i).offset));
      }
    }
    if (server_->busy() != 0) world_.wrong("the server's peers still have calls at the end");
    if (server_->lines() != clients_.size()) world_.wrong("the server has connections that aren't");
    if (server_->hub().clients() != clients_.size()) world_.wrong("the hub has clients that aren't");
    if (server_->hub().channels() != channels) world_.wrong("the hub has channels that nobody has");
  }

  void sum(const Client& client) {
    sums_.answers += client.answers;
    sums_.items += client.items;
    sums_.connections += client.connections;
    for (int i = 0; i < channels; ++i) {
      sums_.recoveries += client.follower(i).recoveries;
      sums_.starts += client.follower(i).starts;
      sums_.heard += client.follower(i).heard;
    }
  }

  World world_;
  Ledger ledger_;
  web::Deflater& deflater_;
  Sums& sums_;
  Weather weather_;
  Duration busy_;
  Facts facts_;
  int starts_ = 0;
  bool calm_ = false;
  std::shared_ptr<const web::WebSocketOptions> options_ =
      std::make_shared<web::WebSocketOptions>(web::WebSocketOptions{
          .queue_limit = 65536, .ping_every = 5s, .pong_within = 2s, .closing_timeout = 2s});
  std::unique_ptr<Server> server_;
  std::vector<std::unique_ptr<Client>> clients_;
};

std::uint64_t chosen(const char* name, std::uint64_t otherwise) {
  const char* given = std::getenv(name);
  return given ? std::strtoull(given, nullptr, 10) : otherwise;
}

TEST(Network, EverythingArrivesOnceOrTheClientIsTold) {
  const auto first = chosen("LONGWAVE_SEED", 1);
  const auto runs = chosen("LONGWAVE_RUNS", usual_runs);
  web::Deflater deflater;
  Sums sums;
  std::size_t early_bytes = 0;
  for (std::uint64_t seed = first; seed < first + runs; ++seed) {
    const auto problem = Episode(seed, deflater, sums).problem();
    ASSERT_EQ(problem, "") << "LONGWAVE_SEED=" << seed << " LONGWAVE_RUNS=1 repeats it";
    if (seed == first + runs / 10) early_bytes = mallinfo2().uordblks;
  }
  const auto late_bytes = mallinfo2().uordblks;
  std::printf(
      "%llu runs: %zu connections, %zu broken off, %zu servers, %zu calls, %zu answers, %zu items, %zu "
      "publications heard, "
      "%zu recoveries, %zu beginnings\n",
      static_cast<unsigned long long>(runs), sums.connections, sums.breaks, sums.servers, sums.calls,
      sums.answers, sums.items, sums.heard, sums.recoveries, sums.starts);
  if (runs < 100) return;
  EXPECT_GT(sums.recoveries, runs);
  EXPECT_GT(sums.starts, runs);
  EXPECT_GT(sums.items, runs);
  EXPECT_LE(late_bytes, early_bytes + 256 * 1024) << "memory grows from run to run";
}

}  // namespace
}  // namespace longwave::sim
