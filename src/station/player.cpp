// SPDX-License-Identifier: Apache-2.0
#include "station/player.hpp"

#include "audio/icy.hpp"
#include "base/log.hpp"

#include <algorithm>
#include <utility>

namespace longwave::station {
namespace {

constexpr Duration poll_every = std::chrono::milliseconds{20};
/// The programme counts an item that many samples later than ordered as late.
constexpr Samples late_from{44100 / 10};
/// Room for a joint in front of a cut: priming and margin of either format.
constexpr Samples joint_room{20 * 1152};
/// Lanes of other formats get that long to become ready as well.
constexpr Duration together = std::chrono::milliseconds{1500};
/// An item on the air that no mount can enter has ended after that time.
constexpr Duration astray_limit = std::chrono::seconds{5};
/// What nobody could look up (the database is away) is asked for again after this.
constexpr Duration ask_again = std::chrono::seconds{2};
constexpr std::size_t known_limit = 32;

Samples floor_grid(Samples at) {
  return Samples{at.count() / 1152 * 1152};
}

}  // namespace

Player::Player(StationId station, std::string name, orders::StreamClock stream, const Clock& clock,
               const BroadcastOptions& options, Media& media, PlayerHost& host, StationMetrics& metrics)
    : station_(station),
      name_(std::move(name)),
      stream_(stream),
      clock_(clock),
      options_(options),
      media_(media),
      host_(host),
      metrics_(metrics),
      wake_(Instant::max()) {}

Player::~Player() = default;

void Player::receive(const orders::ToPlayer& message) {
  std::visit([this](const auto& order) { on(order); }, message);
  host_.hurry(station_);
}

void Player::on(const orders::Prepare& order) {
  prepare(order.item, order.track, true, order.by);
}

void Player::on(const orders::Play& order) {
  const auto now = stream_.position(clock_.now());
  stopped_ = false;
  // Silence goes on until the item begins; unless it was only announced for the end of what is on.
  const auto& items = plan_.items();
  if (std::any_of(items.begin(), items.end(),
                  [](const Item& item) { return item.started && !item.cut_short; }))
    rests_ = false;
  if (plan_.play(order, now, sent(now))) prepare(order.item, order.track, false);
}

void Player::on(const orders::Stop& order) {
  stopped_ = true;
  plan_.stop(order, sent(stream_.position(clock_.now())));
  if (!order.rest) return;
  rests_ = true;
  for (auto& item : plan_.items()) {
    if (!item.started || item.cut_short || item.end >= item.natural_end()) continue;
    item.cut_short = true;
    host_.tell(station_, orders::Ended{item.id, item.end, item.heard_by, item.problem});
  }
}

void Player::prepare(EntryId item, TrackId track, bool tell, Samples by) {
  auto& known = known_[item];
  if (known.ready) {
    if (tell) host_.tell(station_, orders::Prepared{item, known.ready->duration});
    return;
  }
  known.tell = known.tell || tell;
  if (known.work) return;
  known.track = track;
  known.again.reset();
  const auto soonest = std::max(clock_.now(), stream_.instant(by));
  known.work = media_.prepare(track, soonest, [this, item](Result<TrackReady> result) {
    auto& entry = known_[item];
    if (result) {
      entry.ready = std::move(result.value());
      for (auto& mount : mounts_)
        if (mount.lane) mount.lane->retitle(item);
      if (entry.tell) host_.tell(station_, orders::Prepared{item, entry.ready->duration});
      return;
    }
    if (result.error().code != Errc::unavailable) return cannot_prepare(item, result.error().message);
    entry.work = {};
    entry.again = clock_.now() + ask_again;
    next_again_ = std::min(next_again_, *entry.again);
    host_.hurry(station_);
  });
  for (auto old = known_.begin(); known_.size() > known_limit && old != known_.end();) {
    old = plan_.find(old->first) || old->first == item ? std::next(old) : known_.erase(old);
  }
}

void Player::prepare_again(Instant now) {
  if (now < next_again_) return;
  next_again_ = Instant::max();
  std::vector<std::pair<EntryId, TrackId>> due;
  for (const auto& [item, known] : known_) {
    if (known.again && *known.again <= now) due.emplace_back(item, known.track);
    if (known.again && *known.again > now) next_again_ = std::min(next_again_, *known.again);
  }
  for (const auto& [item, track] : due) prepare(item, track, false);
}

void Player::cannot_prepare(EntryId id, const std::string& reason) {
  auto* item = plan_.find(id);
  if (!item || !item->started) {
    give_up(id, reason);
    return;
  }
  if (item->cut_short) return;
  end_with_problem(*item, reason);
}

void Player::end_with_problem(Item& item, const std::string& problem) {
  const auto id = item.id;
  const auto at = on_grid(sent(stream_.position(clock_.now())));
  for (auto& mount : mounts_)
    if (mount.lane) mount.lane->distrust(id);
  plan_.cut_short(id, std::min(at, item.end), problem);
  in_trouble_ = true;
  host_.tell(station_, orders::Ended{id, item.end, item.heard_by, problem});
  host_.hurry(station_);
}

void Player::listeners(audio::Format format, int count) {
  auto& mount = mounts_[index(format)];
  if (count == 0 && mount.listeners > 0) mount.idle_since = clock_.now();
  mount.listeners = count;
  host_.hurry(station_);
}

int Player::total() const {
  int total = 0;
  for (const auto& mount : mounts_) total += mount.listeners;
  return total;
}

bool Player::running() const {
  return std::any_of(mounts_.begin(), mounts_.end(),
                     [](const Mount& m) { return m.lane && m.lane->running(); });
}

Samples Player::sent(Samples now) const {
  auto sent = now;
  for (const auto& mount : mounts_)
    if (mount.lane) sent = std::max(sent, mount.lane->sent(now));
  return sent;
}

Fallback Player::fallback() const {
  if (rests_) return Fallback::rest;
  // A gap that the next item ends soon is better filled than begun with a song.
  if (stopped_) return Fallback::filler;
  const auto& items = plan_.items();
  const bool soon = std::any_of(items.begin(), items.end(), [](const Item& item) { return !item.started; });
  return !in_trouble_ && soon ? Fallback::filler : Fallback::track;
}

TitlePtr Player::title(EntryId item) {
  auto title = std::make_shared<Title>();
  title->number = ++titles_;
  const auto known = known_.find(item);
  if (known != known_.end() && known->second.ready) {
    title->text = audio::icy_title(known->second.ready->artist, known->second.ready->title);
  } else {
    title->text = name_;
  }
  title->icy_block = audio::icy_block(title->text);
  return title;
}

void Player::commit(EntryId id) {
  auto* item = plan_.find(id);
  if (!item || item->started) return;
  item->started = true;
  in_trouble_ = false;
  if (!stopped_) rests_ = false;
  ++metrics_.items_started;
  if (item->start > item->ordered_start + late_from) ++metrics_.items_late;
  host_.tell(station_, orders::Started{id, item->start, item->offset});
}

void Player::late(EntryId id) {
  const auto* item = plan_.find(id);
  if (!item) return;
  for (const auto& mount : mounts_)
    if (mount.lane && mount.lane->running() && mount.lane->ready_for(*item)) return;
  log::info("station {}: item {} isn't ready in time", station_.value, id.value);
  plan_.let_float(id);
}

void Player::tick() {
  const auto instant = clock_.now();
  const auto now = stream_.position(instant);
  prepare_again(instant);
  open_and_close_lanes(instant);
  start_by_the_clock(now);
  for (auto& mount : mounts_)
    if (mount.lane) mount.lane->look_ahead(instant, stream_);
  drop_unplayable(instant);
  start_floating(instant, now);
  for (auto& mount : mounts_) {
    if (!mount.lane) continue;
    if (auto batch = mount.lane->advance(instant, now)) host_.batch(batch);
    if (const auto verdict = mount.lane->check(instant, now)) handle(*mount.lane, *verdict, now);
  }
  tell_heard(now);
  end_items(now);
  plan_wake(instant, now);
}

void Player::open_and_close_lanes(Instant now) {
  for (const auto format : audio::all_formats) {
    auto& mount = mounts_[index(format)];
    if (mount.listeners > 0 && !mount.lane) {
      mount.lane = std::make_unique<Lane>(station_, format, options_, media_, static_cast<LaneOwner&>(*this),
                                          metrics_);
      ++metrics_.mounts_live;
    } else if (mount.listeners == 0 && mount.lane && now - mount.idle_since >= options_.linger) {
      mount.lane.reset();
      --metrics_.mounts_live;
    }
  }
}

void Player::start_by_the_clock(Samples now) {
  if (running()) return;
  for (auto& item : plan_.items()) {
    if (item.started) continue;
    if (item.start > now) return;
    const bool stale = item.floating && !item.keeps_time && now - item.start > Samples{2 * 44100};
    plan_.fix(item.id, stale ? floor_grid(now) : item.start);
    commit(item.id);
  }
}

bool Player::ready_in_time(const Item& item, Instant instant) const {
  int ready = 0, lanes = 0;
  for (const auto& mount : mounts_) {
    if (!mount.lane || !mount.lane->running()) continue;
    ++lanes;
    if (mount.lane->ready_for(item)) ++ready;
  }
  return ready > 0 && (ready == lanes || instant - floating_since_ >= together);
}

std::optional<std::string> Player::hopeless(const Item& item, Instant instant) const {
  std::optional<std::string> why;
  const bool over = !item.started && item.keeps_time && item.end <= sent(stream_.position(instant));
  for (const auto& mount : mounts_) {
    const auto* lane = mount.lane.get();
    if (!lane) continue;
    auto problem = lane->problem(item.id);
    const auto astray = lane->astray_since(item.id);
    const bool gave_up = !item.keeps_time && astray && instant - *astray >= astray_limit;
    if (!problem && (over || gave_up)) problem = "It was not ready in time.";
    if (!problem) return std::nullopt;  // somebody may still hear it
    why = std::move(problem);
  }
  return why;
}

void Player::drop_unplayable(Instant instant) {
  for (bool again = true; again;) {
    again = false;
    for (auto& item : plan_.items()) {
      if (item.cut_short) continue;
      const auto why = hopeless(item, instant);
      if (!why) continue;
      if (item.started) {
        end_with_problem(item, *why);
      } else {
        give_up(item.id, *why);
      }
      again = true;
      break;
    }
  }
}

void Player::start_floating(Instant instant, Samples now) {
  const auto& items = plan_.items();
  const auto found = std::find_if(items.begin(), items.end(), [](const Item& item) { return item.floating; });
  const auto first = sent(now);
  if (found == items.end() || found->start > first || !running()) {
    floating_ = {};
    return;
  }
  const auto id = found->id;
  if (floating_ != id) {
    floating_ = id;
    floating_since_ = instant;
  }
  if (!ready_in_time(*found, instant)) {
    // What keeps its time is entered as long as there is anything of it.
    if (!found->keeps_time && instant - floating_since_ >= options_.give_up)
      give_up(id, "It was not ready in time.");
    return;
  }
  auto at = on_grid(first);
  if (found != items.begin()) {
    const auto& before = *std::prev(found);
    if (before.started && !before.cut_short && at < before.end)
      at = std::min(at + joint_room, on_grid(before.end));
  }
  const bool on_fallback = std::all_of(mounts_.begin(), mounts_.end(), [](const Mount& mount) {
    return !mount.lane || !mount.lane->running() || !mount.lane->playing();
  });
  if (on_fallback) at = on_grid(first) + joint_room;
  if (found->keeps_time && at >= found->end) return;
  plan_.fix(id, at);
}

void Player::give_up(EntryId id, const std::string& reason) {
  log::warn("station {}: item {} can't be played: {}", station_.value, id.value, reason);
  plan_.remove(id);
  known_.erase(id);
  floating_ = {};
  host_.tell(station_, orders::Failed{id, reason});
}

void Player::handle(Lane& lane, const Watchdog::Verdict& verdict, Samples now) {
  using Kind = Watchdog::Verdict::Kind;
  auto* item = plan_.find(verdict.item);
  if (item && item->cut_short && lane.playing() == item->id && item->end <= sent(now)) return lane.retreat();
  if (item && item->cut_short) return;  // another mount has said so already
  ++metrics_.watchdog_actions;
  log::warn("station {}: watchdog on {}: item {}: {}", station_.value, audio::info(lane.format()).extension,
            verdict.item.value, verdict.problem);
  host_.acted({station_, lane.format(), verdict.item, verdict.problem});
  if (!verdict.item || verdict.kind == Kind::unplanned || !item || !item->started) {
    lane.retreat();
    return;
  }
  lane.distrust(item->id);
  if (verdict.kind == Kind::stalled) {
    for (const auto& mount : mounts_) {
      const auto* other = mount.lane.get();
      if (!other || other == &lane || !other->running() || other->starved() || other->playing() != item->id)
        continue;
      lane.retreat();  // the others hear it well: it goes on for them
      return;
    }
  }
  end_with_problem(*item, verdict.problem);
  start_floating(clock_.now(), now);
}

void Player::end_items(Samples now) {
  auto& items = plan_.items();
  while (!items.empty() && items.front().started && items.front().end <= now) {
    const auto item = std::move(items.front());
    items.pop_front();
    known_.erase(item.id);
    if (!item.cut_short) host_.tell(station_, orders::Ended{item.id, item.end, item.heard_by, item.problem});
  }
}

void Player::tell_heard(Samples now) {
  const auto* present = plan_.at(now);
  const bool on = present && present->started;
  const auto id = on ? present->id : EntryId{};
  if (on) {
    auto& item = *plan_.find(id);
    item.heard_by = std::max(item.heard_by, total());
  }
  if (id == heard_) return;
  heard_ = id;
  host_.heard({station_, id, on ? present->track : TrackId{}, on ? present->start : now});
}

void Player::plan_wake(Instant instant, Samples now) {
  bool lanes = false, waiting = static_cast<bool>(floating_);
  for (const auto& mount : mounts_) {
    lanes = lanes || mount.lane;
    waiting = waiting || (mount.lane && mount.lane->waiting());
  }
  if (lanes) {
    const auto beat = options_.beat.count();
    const auto next = Instant{Duration{(instant.time_since_epoch().count() / beat + 1) * beat}};
    wake_ = waiting ? std::min(next, instant + poll_every) : next;
    return;
  }
  wake_ = next_again_;
  for (const auto& item : plan_.items()) {
    const auto next = item.started ? item.end : item.start;
    wake_ = std::min(wake_, stream_.instant(std::max(next, now + Samples{1})));
  }
}

}  // namespace longwave::station
