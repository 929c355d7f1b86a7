// SPDX-License-Identifier: Apache-2.0
#include "fleet/stage.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace longwave::fleet {
namespace {

/// The stream of a radio doesn't begin at 0, so that what began before it has a place on it.
constexpr Samples before_us{std::int64_t{44100} * 86400 / 1152 * 1152};
/// More than what was sent to listeners lies ahead: what is to begin sooner, in place of something that is
/// heard, begins then, so much further into it.
constexpr Duration sent_ahead = std::chrono::milliseconds{3500};
constexpr int ordered_ahead = 2;  // behind what is on
constexpr int prepared_ahead = 8;
constexpr std::int64_t grid = 1152;

Samples down(Samples at) {
  return Samples{at.count() / grid * grid};
}
Samples up(Samples at) {
  return Samples{(at.count() + grid - 1) / grid * grid};
}

}  // namespace

void Stage::build(const std::string& name) {
  if (radios_.contains(name)) return;
  auto& radio = radios_[name];
  radio.station = StationId{++last_station_};
  radio.clock = {clock_.now(), before_us};
  names_[radio.station] = name;
  port_.open(radio.station, name, radio.clock);
}

void Stage::close(const std::string& name) {
  const auto place = radios_.find(name);
  if (place == radios_.end()) return;
  port_.close(place->second.station);
  names_.erase(place->second.station);
  radios_.erase(place);
}

std::optional<StationId> Stage::station(const std::string& name) const {
  const auto place = radios_.find(name);
  return place == radios_.end() ? std::nullopt : std::optional(place->second.station);
}

void Stage::air(const std::string& name, const Airing& airing, Duration spare) {
  const auto place = radios_.find(name);
  if (place == radios_.end()) return;
  auto& radio = place->second;
  std::erase_if(radio.items,
                [&](const Item& item) { return !item.started && item.airing.start >= airing.start; });
  radio.items.push_back({.id = EntryId{airing.number},
                         .track = port_.track(airing.file, airing.url),
                         .airing = airing,
                         .spare = spare,
                         .length = {}});
  prepare_ahead(radio);
}

/// What comes next, not everything that is known: a player keeps only so many in mind.
void Stage::prepare_ahead(Radio& radio) {
  int ahead = 0;
  for (auto& item : radio.items) {
    if (++ahead > prepared_ahead) return;
    if (std::exchange(item.asked_for, true)) continue;
    const auto by = std::max(item.airing.start, clock_.now()) + item.spare;
    port_.order(radio.station, orders::Prepare{item.id, item.track, radio.clock.position(by)});
  }
}

void Stage::receive(StationId station, const orders::FromPlayer& message) {
  const auto name = names_.find(station);
  if (name == names_.end()) return;
  auto& radio = radios_.at(name->second);
  std::visit([&](const auto& m) { on(radio, m); }, message);
}

Stage::Item* Stage::find(Radio& radio, EntryId id) {
  const auto place =
      std::find_if(radio.items.begin(), radio.items.end(), [id](const Item& item) { return item.id == id; });
  return place == radio.items.end() ? nullptr : &*place;
}

void Stage::on(Radio& radio, const orders::Prepared& m) {
  if (auto* item = find(radio, m.item); item && !item->length) item->length = m.duration;
  order_ahead(radio);
}

void Stage::on(Radio& radio, const orders::Failed& m) {
  const auto* item = find(radio, m.item);
  if (!item) return;
  log::warn("radio {}: {} can't be played: {}", names_.at(radio.station), item->airing.file, m.reason);
  std::erase_if(radio.items, [&](const Item& other) { return other.id == m.item; });
  order_ahead(radio);
}

void Stage::on(Radio& radio, const orders::Started& m) {
  if (auto* item = find(radio, m.item)) {
    item->started = true;
    item->zero = m.at - m.offset;
  }
  order_ahead(radio);
}

void Stage::on(Radio& radio, const orders::Ended& m) {
  while (!radio.items.empty() && radio.items.front().id != m.item &&
         radio.items.front().airing.number < m.item.value)
    radio.items.pop_front();
  if (!radio.items.empty() && radio.items.front().id == m.item) radio.items.pop_front();
  order_ahead(radio);
}

/// What is on, and two behind it. An order replaces what is planned from its start on, so what comes behind
/// one that is ordered late is ordered once more.
void Stage::order_ahead(Radio& radio) {
  const auto now = clock_.now();
  auto& items = radio.items;
  // What is over before it could begin.
  while (items.size() > 1 && !items[0].started && items[1].airing.start <= now) items.pop_front();
  const Item* before = nullptr;
  bool anew = false;
  int ahead = 0;
  for (auto& item : items) {
    if (item.airing.start > now && ++ahead > ordered_ahead) break;
    if (!item.length) continue;
    const auto length = to_duration(*item.length);
    if (item.airing.offset >= length || (!item.started && item.airing.zero() + length <= now)) continue;
    if (!item.started && (anew || !item.ordered)) {
      const auto order = play(radio, item, before);
      item.ordered = anew = true;
      item.zero = order.start_at - order.offset;
      port_.order(radio.station, order);
    }
    before = &item;
  }
  prepare_ahead(radio);
}

orders::Play Stage::play(const Radio& radio, const Item& item, const Item* before) const {
  const auto now = clock_.now();
  const auto& airing = item.airing;
  const auto zero = down(radio.clock.position(airing.zero()));
  const auto make = [&](Samples start, bool cut) {
    return orders::Play{.item = item.id,
                        .track = item.track,
                        .start_at = start,
                        .offset = start - zero,
                        .duration = *item.length,
                        .cut = cut,
                        .keeps_time = true};
  };
  const auto present = radio.clock.position(now);
  const auto start = up(radio.clock.position(airing.start));
  if (!before || before->end() <= present) {
    return start > present ? make(start, false) : make(zero, false);  // under way: it is entered
  }
  const auto end = before->end();
  if (end > start) {
    const auto soonest = up(present + to_samples(sent_ahead));
    if (std::max(start, soonest) < end) return make(std::max(start, soonest), true);
  } else if (end + to_samples(bridged) < start) {
    return make(start, false);
  }
  auto follows = make(start, false);
  follows.start_at = end;
  return follows;
}

}  // namespace longwave::fleet
