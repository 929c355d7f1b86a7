// SPDX-License-Identifier: Apache-2.0
#include "simulate/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>

/// What must hold at any time, and how long a fault excuses it.
namespace longwave::simulate {

using namespace std::chrono_literals;

namespace {

constexpr Duration bound = 20ms;          ///< of an event
constexpr Duration heard_within = 150ms;  ///< two ways through the bus
constexpr std::size_t slices = 16;
constexpr std::size_t examples = 20;

}  // namespace

void World::violation(const std::string& what) {
  ++report_.violations;
  if (report_.examples.size() < examples)
    report_.examples.push_back(
        fmt::format("{:.3f} h: {}", std::chrono::duration<double>(now() - from_).count() / 3600, what));
}

void World::plan_checks() {
  in(10s, [this] {
    if (!scheduler_troubled()) {
      check_silence();
      if (slice_ % 3 == 0) {
        check_streams();
        check_masters();
      }
    }
    plan_checks();
  });
}

void World::check_song(const fleet::SongStarted& song) {
  ++count_.songs;
  const auto radio = Database::number(song.radio_uuid);
  const auto length = database_.length(radio, song.song_id);
  database_.played(radio, song.song_id, song.at);
  if (!scheduler_troubled() && now() - song.at > bound)
    violation(fmt::format("{} began {} ms late", song.radio_uuid, to_ms(now() - song.at)));
  auto& heard = heard_[radio];
  if (heard.strict && !scheduler_troubled()) {
    const auto gap = song.at - heard.end;
    if (gap > 1ms || gap < -1ms)
      violation(fmt::format("{}: {} ms between two songs", song.radio_uuid, to_ms(gap)));
  }
  heard = {song.at, song.at + length,
           database_.steady(radio) && !scheduler_troubled() && now() > edited_[radio] + 20min};
}

/// Never a silent radio with a playable song: a part of all radios at a time.
void World::check_silence() {
  slice_ = (slice_ + 1) % slices;
  if (database_troubled()) return;
  for (auto radio = slice_; radio < database_.radios(); radio += slices) {
    if (!database_.playable(radio) || now() < playable_since_[radio] + 25s) continue;
    const auto current = radios_->current(names_[radio]);
    ++count_.silence;
    if (!current || current->end + bound <= now()) violation(fmt::format("{} is silent", names_[radio]));
  }
}

void World::check_streams() {
  for (const auto& node : nodes_) {
    if (!node.streamer->alive() || node.stalled || now() < node.troubled_until) continue;
    for (const auto& made : node.streamer->made())
      if (made.since + 2s <= clock_.now()) check_stream(node, made);
    for (const auto& relay : node.streamer->passed_on())
      if (relay.since + 15s <= clock_.now()) check_relay(node, relay);
  }
}

/// The right second of the right song. One that prepares isn't excused by a Redis that is away.
void World::check_stream(const Node& node, const Streamer::Made& made) {
  const auto& radio = made.radio;
  const auto number = Database::number(radio);
  const bool bus_troubled = now() < redis_trouble_until_;
  const bool edited = now() < edited_[number] + 10min;
  if (bus_troubled && (!node.streamer->prepares() || edited || made.since + 10s > clock_.now())) return;
  if (!bus_troubled && radios_->master(radio) != node.streamer->name()) {
    violation(fmt::format("{} plays {}, whose master is {}", node.streamer->name(), radio,
                          radios_->master(radio).value_or("nobody")));
    return;
  }
  const auto current = radios_->current(radio);
  if (!current || database_troubled()) return;
  // At a joint the streamer may be some milliseconds behind.
  if (current->end - now() < 1s || now() - current->start < 1s || (made.anything && made.started_ago < 1s))
    return;
  ++count_.heard;
  if (!made.anything) {
    violation(fmt::format("{} has nothing to play of {}", node.streamer->name(), radio));
    return;
  }
  const auto heard = made.position;
  const auto meant = now() - current->play_time;
  if (made.file != current->file || heard - meant > heard_within || meant - heard > heard_within)
    violation(fmt::format("{} plays {} at {} ms of {}, meant is {} at {} ms{}", node.streamer->name(),
                          made.file, to_ms(heard), radio, current->file, to_ms(meant),
                          bus_troubled ? " (Redis is away)" : ""));
}

/// Somebody's stream is there, whoever that is now.
void World::check_relay(const Node& node, const Streamer::PassedOn& relay) {
  const auto found = std::find_if(nodes_.begin(), nodes_.end(),
                                  [&](const Node& n) { return n.streamer->name() == relay.from; });
  if (found == nodes_.end() || found->stalled || now() < found->troubled_until) return;
  ++count_.passed_on;
  if (!found->streamer->alive() || !found->streamer->has(relay.radio))
    violation(fmt::format("{} passes on {} of {}, which has no such stream", node.streamer->name(),
                          relay.radio, relay.from));
}

void World::check_masters() {
  if (now() < redis_trouble_until_) return;
  std::map<std::string, std::string> masters;
  for (const auto& node : nodes_) {
    if (!node.streamer->alive() || node.stalled || now() < node.troubled_until) continue;
    for (const auto& made : node.streamer->made()) {
      if (made.since + 2s > clock_.now()) continue;
      const auto [place, first] = masters.emplace(made.radio, node.streamer->name());
      ++count_.masters;
      if (!first) {
        violation(
            fmt::format("{} has two masters, {} and {}", made.radio, place->second, node.streamer->name()));
      }
    }
  }
}

}  // namespace longwave::simulate
