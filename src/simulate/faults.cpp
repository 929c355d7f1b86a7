// SPDX-License-Identifier: Apache-2.0
#include "simulate/world.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

/// What breaks, and for how long.
namespace longwave::simulate {

using namespace std::chrono_literals;

void World::plan_faults() {
  every(5h, [this] { lose_redis(); });
  every(4h, [this] { crash_streamer(); });
  every(9h, [this] { stall_streamer(); });
  every(8h, [this] { restart_scheduler(); });
  every(12h, [this] { lose_database(); });
  const auto edits = std::max<std::size_t>(1, database_.radios() / 50);  // each radio about every other day
  every(std::chrono::duration_cast<Duration>(1h) / edits, [this] { edit(); });
}

void World::lose_redis() {
  if (!redis_up_) return;
  report_.counts["Redis was lost"]++;
  trace("Redis is lost");
  redis_up_ = false;
  scheduler_connected_ = false;
  if (scheduler_) scheduler_->bus_down();
  for (auto& node : nodes_) node.streamer->bus(false);
  const auto away = 2s + std::chrono::milliseconds{random_.below(58'000)};
  redis_trouble_until_ = now() + away + 35s;
  in(away, [this] {
    redis_up_ = true;
    trace("Redis is there");
    for (auto& node : nodes_) {
      node.connected = false;
      in(std::chrono::milliseconds{random_.below(3000)}, [this, at = &node] {
        at->connected = redis_up_;
        if (at->connected && !at->stalled) at->streamer->bus(true);
      });
    }
    in(std::chrono::milliseconds{random_.below(2000)}, [this] {
      if (!redis_up_ || !scheduler_) return;
      scheduler_connected_ = true;
      scheduler_->bus_up();
    });
  });
}

void World::crash_streamer() {
  auto& node = nodes_[random_.below(nodes_.size())];
  if (!node.streamer->alive() || node.stalled) return;
  report_.counts["a streamer died"]++;
  trace(node.streamer->name() + " died");
  node.streamer->crash();
  in(5s + pause(60s), [this, at = &node] {
    at->connected = at->connected && redis_up_;
    at->streamer->start(at->connected);
  });
}

/// It stands still, and goes on later as if nothing had been.
void World::stall_streamer() {
  auto& node = nodes_[random_.below(nodes_.size())];
  if (!node.streamer->alive() || node.stalled) return;
  report_.counts["a streamer stood still"]++;
  trace(node.streamer->name() + " stands still");
  node.stalled = true;
  const auto length = 500ms + pause(40s);
  // An original counts a delay from when it reads it: what it read too late is right from the next song on.
  node.troubled_until = now() + length + (node.streamer->prepares() ? Duration{35s} : Duration{7min});
  in(length, [this, at = &node] {
    at->stalled = false;
    for (const auto& text : std::exchange(at->inbox, {})) deliver_to_streamer(*at, text);
    if (at->connected && redis_up_) at->streamer->bus(true);
  });
}

/// In a minute: kill -9, and a standby takes the lease.
void World::restart_scheduler() {
  if (std::exchange(about_to_kill_, true)) return;
  in(1min, [this] { kill_scheduler(); });
}

void World::kill_scheduler() {
  about_to_kill_ = false;
  if (!scheduler_) return;
  report_.counts["the scheduler was killed"]++;
  trace("the scheduler was killed");
  radios_.reset();
  scheduler_.reset();
  scheduler_connected_ = false;
  const auto away = 1s + pause(8s);
  // Streamers are sent everything again when they answer the first ping.
  scheduler_trouble_until_ = now() + away + 35s;
  for (auto& heard : heard_) heard.strict = false;
  in(away, [this] { take_over(); });
}

/// Without a database there is no lease to take.
void World::take_over() {
  if (!database_up_) {
    scheduler_trouble_until_ = now() + 36s;
    in(1s, [this] { take_over(); });
    return;
  }
  restarted_ = now();
  trace("a scheduler takes over");
  begin_scheduler();
}

void World::lose_database() {
  if (!database_up_) return;
  report_.counts["the database was lost"]++;
  trace("the database is lost");
  database_up_ = false;
  const auto away = 1s + pause(60s);
  database_trouble_until_ = now() + away + 25s;
  in(away, [this] { database_up_ = true; });
}

void World::edit() {
  const auto radio = static_cast<std::size_t>(random_.below(database_.radios()));
  if (!database_up_) return;
  report_.counts["programmes edited"]++;
  if (names_[radio] == options_.trace) trace("its programme is edited");
  const bool before = database_.playable(radio);
  database_.edit(radio);
  if (!before && database_.playable(radio)) playable_since_[radio] = now();
  heard_[radio].strict = false;
  edited_[radio] = now();
  fleet::AppEvent event;
  event.kind = fleet::AppEvent::Kind::playlist_updated;
  event.radio_uuid = names_[radio];
  event.playlist_id = 1;
  if (scheduler_) scheduler_->app_event(event);
}

}  // namespace longwave::simulate
