// SPDX-License-Identifier: Apache-2.0
#include "simulate/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

namespace longwave::simulate {

using namespace std::chrono_literals;

namespace {

constexpr std::int64_t most_streamers = 1000;
/// Written at once when somebody waits: those come first.
constexpr std::size_t awaited_rows = 16;

}  // namespace

World::World(const Options& options, WallTime from)
    : options_(options),
      clock_(from),
      from_(from),
      random_(options.seed),
      database_(options.radios, options.seed),
      playable_since_(options.radios, from),
      edited_(options.radios),
      heard_(options.radios) {
  for (std::size_t i = 0; i < options.radios; ++i) names_.push_back(Database::name(i));
  for (std::size_t i = 0; i < options.streamers; ++i) {
    Node node;
    auto name = fmt::format("st-{:02}", i + 1);
    node.streamer = i % 2 == 0 ? make_ours(name, clock_, *this) : make_original(name, clock_, *this);
    nodes_.push_back(std::move(node));
  }
  report_.from = from;
  report_.to = from + options.days * 24h;
}

void World::trace(const std::string& what) {
  if (options_.trace.empty() || !options_.say) return;
  options_.say(
      fmt::format("{:.4f} h: {}", std::chrono::duration<double>(now() - from_).count() / 3600, what));
}

Duration World::pause(Duration mean) {
  return std::chrono::duration_cast<Duration>(-std::log(1.0 - random_.unit()) * mean) + 1ms;
}

/// Again and again, at random.
void World::every(Duration mean, const std::function<void()>& what) {
  in(pause(mean), [this, mean, what] {
    what();
    every(mean, what);
  });
}

Report World::run() {
  begin_scheduler();
  create_all();
  for (auto& node : nodes_) node.streamer->start(true);
  tick_streamers();
  plan_checks();
  if (options_.faults) plan_faults();
  const Duration length = 20min;
  every(length / std::max<std::size_t>(options_.listeners, 1), [this] { arrive(); });
  for (auto hour = from_ + 1h; hour <= report_.to; hour += 1h) {
    step(hour);
    if (options_.say) {
      options_.say(fmt::format("{:>4} h: {} songs, {} sessions, {} violations", (hour - from_) / 1h,
                               count_.songs, ledger_.sessions(), report_.violations));
    }
  }
  report_.counts["songs started"] = count_.songs;
  report_.counts["looked whether a radio is silent"] = count_.silence;
  report_.counts["looked what is heard"] = count_.heard;
  report_.counts["looked what is passed on"] = count_.passed_on;
  report_.counts["looked for two masters"] = count_.masters;
  report_.counts["messages to streamers"] = count_.sent;
  report_.counts["messages to the scheduler"] = count_.received;
  report_.counts["programmes read"] = count_.loads;
  report_.counts["listening sessions"] = ledger_.sessions();
  report_.counts["listening seconds reported"] = ledger_.seconds();
  report_.counts["sessions still open"] = ledger_.open();
  return report_;
}

void World::create_all() {
  for (const auto& name : names_) radios_->create(name);
  scheduler_trouble_until_ = now() + 20s;
}

/// A first one, or the one that takes the lease after another died: with what that one had stored.
void World::begin_scheduler() {
  ++generation_;
  fleet::SchedulerOptions options;
  options.term = static_cast<std::int64_t>(generation_);
  options.stored_within = 1s;
  scheduler_ = std::make_unique<fleet::Scheduler>(clock_, *this, options);
  radios_ = std::make_unique<radios::Radios>(clock_, *scheduler_, *this, radios::Settings{},
                                             options_.seed + generation_);
  radios_->restore(database_.states());
  const auto people = database_.people();
  ledger_.restart(people);
  scheduler_->start(*radios_, people);
  if (generation_ == 1) flush();
  scheduler_connected_ = redis_up_;
  if (redis_up_) scheduler_->bus_up();
}

/// Every second, as a scheduler does. What is stored is only ever read after it was killed, so long before
/// that it makes no difference when it is written.
void World::flush() {
  store(~std::size_t{});
  in(about_to_kill_ ? Duration{1s} : Duration{50s}, [this] { flush(); });
}

/// What changed is on disk some milliseconds later, if the database and the scheduler still live then.
void World::store(std::size_t rows) {
  if (!scheduler_ || writing_ == generation_) return;
  writing_ = generation_;
  auto changes = std::make_shared<std::pair<radios::Changes, fleet::FleetChanges>>(
      radios_->take_changes(rows), scheduler_->take_changes());
  in(latency(), [this, changes, generation = generation_] {
    if (writing_ == generation) writing_ = 0;
    if (!scheduler_ || generation != generation_) return;
    if (!database_up_) {
      radios_->not_written(changes->first);
      scheduler_->not_written(changes->second);
      return;
    }
    database_.write(changes->first);
    database_.write(changes->second);
    scheduler_->written(changes->first);
    if (scheduler_->wants_store()) store(awaited_rows);
  });
}

WallTime World::next_time() const {
  auto next = agenda_.next();
  if (radios_) next = std::min(next, radios_->deadline().value_or(WallTime::max()));
  if (scheduler_) {
    if (const auto at = scheduler_->deadline()) next = std::min(next, from_ + at->time_since_epoch());
  }
  return next;
}

void World::step(WallTime end) {
  for (auto next = next_time(); next <= end; next = next_time()) {
    if (next > now()) clock_.advance(next - now());
    while (agenda_.run_one(now())) {
    }
    if (radios_ && radios_->deadline().value_or(WallTime::max()) <= now()) radios_->tick();
    if (scheduler_ && scheduler_->deadline() && *scheduler_->deadline() <= clock_.now()) scheduler_->tick();
  }
  if (end > now()) clock_.advance(end - now());
}

World::Node* World::node(const std::string& streamer) {
  const auto found = std::find_if(nodes_.begin(), nodes_.end(),
                                  [&](const Node& n) { return n.streamer->name() == streamer; });
  return found == nodes_.end() ? nullptr : &*found;
}

Streamer* World::serving(const std::string& streamer) {
  auto* found = node(streamer);
  return found && found->streamer->alive() && !found->stalled ? found->streamer.get() : nullptr;
}

void World::tick_streamers() {
  for (auto& node : nodes_)
    if (node.streamer->alive() && !node.stalled) node.streamer->tick();
  in(1s, [this] { tick_streamers(); });
}

// The bus: text, late by some milliseconds, in order for each receiver, lost while Redis or an end is away.

void World::send(std::string_view streamer, const fleet::ToStreamer& message,
                 const std::optional<fleet::Stamp>& stamp) {
  ++count_.sent;
  auto* to = node(std::string(streamer));
  if (!redis_up_ || !scheduler_connected_ || !to) return;
  to->last_delivery = std::max(to->last_delivery, now() + latency());
  agenda_.at(to->last_delivery, [this, to, text = fleet::format(message, stamp)] {
    if (!redis_up_ || !to->connected || !to->streamer->alive()) return;
    if (to->stalled) {
      to->inbox.push_back(text);
    } else {
      deliver_to_streamer(*to, text);
    }
  });
}

void World::deliver_to_streamer(Node& node, const std::string& text) {
  if (!options_.trace.empty() && text.find(options_.trace) != std::string::npos)
    trace(node.streamer->name() + " <- " + text);
  node.streamer->receive(text);
}

bool World::publish(const std::string& streamer, const fleet::FromStreamer& said) {
  ++count_.received;
  const auto* from = node(streamer);
  if (!redis_up_ || !from->connected) return false;
  auto message = said;
  // Each session is another user, whose number tells where it listens.
  if (auto* comes = std::get_if<fleet::RegisterListener>(&message))
    comes->user_id = comes->user_id.value_or(0) * most_streamers + (from - nodes_.data());
  scheduler_last_delivery_ = std::max(scheduler_last_delivery_, now() + latency());
  agenda_.at(scheduler_last_delivery_, [this, text = fleet::format(message)] {
    if (!options_.trace.empty() && text.find(options_.trace) != std::string::npos)
      trace("scheduler <- " + text);
    if (!redis_up_ || !scheduler_connected_ || !scheduler_) return;
    scheduler_->received(text);
    if (database_up_ && scheduler_->wants_store()) store(awaited_rows);
  });
  return true;
}

void World::report(const fleet::Report& report) {
  if (const auto* song = std::get_if<fleet::SongStarted>(&report)) {
    check_song(*song);
    return;
  }
  const auto wrong = ledger_.enter(report, now(), [this](const std::string& radio) {
    std::set<std::int64_t> users;
    if (scheduler_->listeners().of_radio(radio) == 0) return users;
    for (const auto& [key, listener] : scheduler_->listeners().all())
      if (listener.radio_uuid == radio) users.insert(listener.user_id.value_or(0));
    return users;
  });
  if (wrong) violation(*wrong);
}

void World::find_radio(std::string_view radio_uuid) {
  in(5ms, [this, radio = std::string(radio_uuid), generation = generation_] {
    if (scheduler_ && generation == generation_)
      scheduler_->radio_found(radio, Database::number(radio) < database_.radios());
  });
}

void World::load(std::string_view radio) {
  ++count_.loads;
  in(latency(), [this, radio = std::string(radio), generation = generation_] {
    if (!radios_ || generation != generation_) return;
    radios_->loaded(radio, database_up_ ? database_.programme(Database::number(radio)) : nullptr);
  });
}

}  // namespace longwave::simulate
