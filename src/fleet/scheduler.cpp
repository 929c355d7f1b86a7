// SPDX-License-Identifier: Apache-2.0
#include "fleet/scheduler.hpp"

#include "base/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace longwave::fleet {
namespace {

/// A message this young when the bus was lost may have been lost with it: so long it takes to notice.
constexpr Duration doubt = std::chrono::seconds{10};
/// A round of pings that comes so late says that this process was held up, not that streamers are dead.
constexpr Duration held_up = std::chrono::seconds{5};
/// Streamers take a while to find a bus that is back: until then silence says nothing about them.
constexpr Duration reconnecting = std::chrono::seconds{5};
constexpr std::size_t page = 1000;

/// An original plays nothing else; `longwave export-files` puts one beside every song.
std::string as_mp3(std::string_view file) {
  return fmt::format("{}.mp3", file.substr(0, file.rfind('.')));
}

}  // namespace

Scheduler::Scheduler(const Clock& clock, fleet::Port& port, SchedulerOptions options)
    : clock_(clock), port_(port), options_(options), roster_(options.missed_rounds) {}

void Scheduler::start(radios::Programming& radios, const SavedFleet& saved) {
  radios_ = &radios;
  for (const auto& row : saved.streamers) roster_.put(row, clock_.now());
  const auto known = [this](const std::string& streamer) {
    if (!streamer.empty() && !roster_.find(streamer)) roster_.put({streamer}, clock_.now());
  };
  for (const auto& listener : saved.listeners) {
    listeners_.add(listener);
    known(listener.streamer);
  }
  for (std::size_t from = 0;; from += page) {
    const auto streaming = radios.list(radios::Show::streaming, from, page);
    for (const auto& radio : streaming) known(radio.master);
    if (streaming.size() < page) break;
  }
  for (const auto& [name, streamer] : roster_.all()) roster_.find(name)->behind = true;
  for (const auto& row : saved.departed) departed_.add(row.streamer, row.radios);
  (void)roster_.take_changed();
  (void)listeners_.take_changed();
  (void)departed_.take_changed();
  fetch_ = clock_.now();
}

void Scheduler::bus_up() {
  if (std::exchange(bus_up_, true)) return;
  ++connection_;
  bus_up_since_ = clock_.now();
  roster_.excuse_all();
  if (options_.ping_every <= Duration{}) return;
  ping_everyone();
  round_ = clock_.now() + options_.ping_every;
}

void Scheduler::bus_down() {
  if (!std::exchange(bus_up_, false)) return;
  round_.reset();
  checked_.clear();
  checks_.clear();  // a master can't answer now; whoever asked asks again
  const auto now = clock_.now();
  for (const auto& [name, streamer] : roster_.all()) {
    if (streamer.sent > now - doubt) roster_.find(name)->behind = true;
  }
}

void Scheduler::received(std::string_view json) {
  const auto message = parse_from_streamer(json);
  if (message) return receive(*message);
  ++counts_.refused;
  log::warn("a message on {} was ignored: {}", scheduler_channel, message.error().message);
}

void Scheduler::receive(const FromStreamer& message) {
  ++counts_.messages;
  std::visit([this](const auto& m) { on(m); }, message);
}

void Scheduler::heard(const std::string& streamer) {
  auto* known = roster_.find(streamer);
  if (!known) return;
  known->heard = clock_.now();
  known->heard_on = connection_;
  if (std::exchange(known->missed, 0) > 1) known->behind = true;  // it stood still, perhaps
  master_answered(streamer);
  if (std::exchange(known->behind, false)) radios_->resend(streamer);
  come_back(streamer);
}

/// Who is heard and isn't known was declared dead, or this scheduler is a new one: an original registers only
/// when it starts.
void Scheduler::register_again(const std::string& streamer) {
  if (streamer.empty() || roster_.find(streamer)) return;
  enroll({streamer});
}

void Scheduler::enroll(StreamerRow row) {
  const auto name = row.streamer;
  log::info("streamer {} is there", name);
  roster_.put(std::move(row), clock_.now());
  roster_.find(name)->heard_on = connection_;
  tell_streamers(name);
}

void Scheduler::on(const Test& m) {
  heard(m.streamer);
  send(m.streamer, TestAnswer{m.info});
}

void Scheduler::on(const RegisterStreamer& m) {
  if (roster_.find(m.streamer)) lose(m.streamer);
  departed_.forget(m.streamer);
  enroll({m.streamer, m.features, m.address});
}

void Scheduler::on(const UnregisterStreamer& m) {
  if (!roster_.find(m.streamer)) return;
  log::info("streamer {} leaves", m.streamer);
  lose(m.streamer);
  departed_.forget(m.streamer);
}

void Scheduler::on(const Pong& m) {
  auto* known = roster_.find(m.streamer);
  if (!known) {
    enroll({m.streamer, m.features, m.address});
  } else if ((m.features.prepare || !m.address.empty()) &&
             roster_.put({m.streamer, m.features, m.address}, clock_.now())) {
    for (const auto& radio : radios_->radios_of(m.streamer))
      radios_->set_master(radio, radios::Master{m.streamer, m.features.prepare});
    tell_streamers(m.streamer);
  }
  heard(m.streamer);
}

/// It was only out of reach, and plays on as if it were still the master of its radios. What it was told
/// meanwhile it may not have heard.
void Scheduler::come_back(const std::string& streamer) {
  for (const auto& radio : departed_.take(streamer)) {
    if (!radios_->exists(radio)) continue;
    const auto master = radios_->master(radio);
    if (!master) {
      start_radio(radio, streamer);
    } else if (*master != streamer) {
      send(streamer, RadioStopped{radio});
    }
  }
}

void Scheduler::lose(const std::string& streamer) {
  const bool keep = options_.streamer_loss == StreamerLoss::keep;
  const auto radios = keep ? radios_->release(streamer) : radios_->radios_of(streamer);
  for (const auto& radio : radios) {
    const auto left = listeners_.take_of_radio(radio, [&](const Listener& listener) {
      return !keep || listener.streamer.empty() || listener.streamer == streamer;
    });
    port_.report(Stopped{radio, sum(left)});
    if (!keep) radios_->remove(radio);
  }
  // Of radios that go on elsewhere.
  for (const auto& listener : listeners_.take_of_streamer(streamer)) closed(listener);
  roster_.remove(streamer);
  forget_asker(streamer, nullptr);
  for (auto place = relays_.begin(); place != relays_.end();) {
    place->second.erase(streamer);
    place = place->second.empty() ? relays_.erase(place) : std::next(place);
  }
  if (keep) departed_.add(streamer, radios);
  tell_streamers();
  master_answered(streamer);  // whoever waited for its answer has it
}

void Scheduler::ping_everyone() {
  const auto round = roster_.next_round();
  for (const auto& streamer : round.lost) {
    log::warn("streamer {} is dead: nothing was heard of it in {} rounds of pings", streamer,
              options_.missed_rounds);
    ++counts_.lost;
    lose(streamer);
  }
  for (const auto& streamer : round.ping) send(streamer, Ping{});
}

/// The others are told only what is new.
void Scheduler::tell_streamers(const std::string& newcomer) {
  Streamers list;
  for (const auto& [name, streamer] : roster_.all()) {
    if (!streamer.row.address.empty()) list.streamers.push_back({name, streamer.row.address});
  }
  const bool changed = list != told_;
  for (const auto& [name, streamer] : roster_.all()) {
    if (streamer.row.features.prepare && (changed || name == newcomer)) send(name, list);
  }
  told_ = std::move(list);
}

void Scheduler::send(const std::string& streamer, const ToStreamer& message) {
  auto* known = roster_.find(streamer);
  if (!bus_up_) {
    ++counts_.unsent;
    if (known) known->behind = true;
    return;
  }
  if (known && !std::holds_alternative<Ping>(message)) {
    known->sent = clock_.now();
    if (known->heard_on != connection_) known->behind = true;  // is it back at all?
  }
  const bool ours = known && known->row.features.prepare;
  port_.send(streamer, message, ours ? std::optional(Stamp{options_.term, clock_.wall()}) : std::nullopt);
}

void Scheduler::tick() {
  const auto now = clock_.now();
  while (!asked_.empty() && asked_.begin()->second.until <= now) {
    const auto late = asked_.extract(asked_.begin());
    log::warn("who a listener of {} is could not be found out in time; it is nobody",
              late.mapped().question.streamer);
    answer_user(late.mapped().question, {});
  }
  for (auto& [radio, check] : checks_.take_due(now)) {
    if (now < bus_up_since_ + reconnecting) {
      ask_master(radio, std::move(check));
    } else {
      hand_over(radio, std::move(check));
    }
  }
  for (const auto& [radio, streamer] : starting_.take_due(now)) {
    log::warn("that {} streams radio {} is not in the store yet; it starts all the same", streamer, radio);
    begin_stream(radio, streamer);
  }
  for (const auto& [radio, sought] : sought_.take_due(now))
    log::warn("the database did not say in time whether there is a radio {}", radio);
  if (round_ && *round_ <= now) {
    if (now - *round_ > held_up) roster_.excuse_all();
    ping_everyone();
    round_ = std::max(*round_ + options_.ping_every, now + options_.ping_every / 2);
  }
  if (fetch_ <= now) {
    fetch_ = now + options_.fetch_events_every;
    port_.fetch_events();
  }
}

std::optional<Instant> Scheduler::deadline() {
  Instant next = fetch_;
  if (round_) next = std::min(next, *round_);
  if (!asked_.empty()) next = std::min(next, asked_.begin()->second.until);
  for (const auto due : {checks_.next(), sought_.next(), starting_.next()})
    next = std::min(next, due.value_or(next));
  return next;
}

FleetChanges Scheduler::take_changes() {
  FleetChanges changes;
  for (auto& name : roster_.take_changed()) {
    if (const auto* known = roster_.find(name)) {
      changes.put_streamers.push_back(known->row);
    } else {
      changes.removed_streamers.push_back(name);
    }
  }
  for (const auto& key : listeners_.take_changed()) {
    const auto place = listeners_.all().find(key);
    if (place != listeners_.all().end()) {
      changes.put_listeners.push_back(place->second);
    } else {
      changes.removed_listeners.push_back(key);
    }
  }
  changes.departed = departed_.take_changed();
  return changes;
}

void Scheduler::not_written(const FleetChanges& changes) {
  for (const auto& row : changes.put_streamers) roster_.mark_changed(row.streamer);
  for (const auto& name : changes.removed_streamers) roster_.mark_changed(name);
  for (const auto& one : changes.put_listeners) listeners_.mark_changed({one.session_id, one.streamer});
  for (const auto& key : changes.removed_listeners) listeners_.mark_changed(key);
  for (const auto& row : changes.departed) departed_.mark_changed(row.streamer);
}

void Scheduler::written(const radios::Changes& changes) {
  if (!wants_store()) return;
  for (const auto& row : changes.put) {
    const auto* streamer = starting_.find(row.radio);
    if (!streamer || *streamer != row.master) continue;
    const auto stored = starting_.take(row.radio);
    begin_stream(row.radio, *stored);
  }
}

void Scheduler::all_written() {
  for (const auto& [radio, streamer] : starting_.take_all()) begin_stream(radio, streamer);
}

Scheduler::Counts Scheduler::counts() const {
  auto counts = counts_;
  counts.streamers = roster_.size();
  counts.listeners = listeners_.size();
  return counts;
}

/// A radio that is being started gets what there is to play behind its `radio_started`.
void Scheduler::play(const radios::Play& play) {
  if (wants_store() && starting_.find(std::string(play.radio))) return;
  const std::string streamer(play.streamer);
  const auto* known = roster_.find(streamer);
  const bool ours = known && known->row.features.prepare;
  send(streamer, Play{.radio_uuid = std::string(play.radio),
                      .filename = ours ? std::string(play.file) : as_mp3(play.file),
                      .delay = play.delay,
                      .offset = play.offset,
                      .crossfade = play.crossfade,
                      .item = ours ? play.item : 0});
}

void Scheduler::prepare(const radios::Prepare& prepare) {
  const std::string radio(prepare.radio), streamer(prepare.streamer);
  if (wants_store() && starting_.find(radio)) return;
  const auto* known = roster_.find(streamer);
  if (!known || !known->row.features.prepare) return;
  Prepare message{.radio_uuid = radio,
                  .item = prepare.item,
                  .file = std::string(prepare.file),
                  .start_at = prepare.start_at,
                  .offset = prepare.offset,
                  .duration = prepare.duration};
  const auto relays = relays_.find(radio);
  const bool to_relay = relays != relays_.end() && relays->second.contains(streamer);
  message.relay = to_relay;
  send(streamer, message);
  if (to_relay || relays == relays_.end()) return;
  message.relay = true;
  for (const auto& relay : relays->second) send(relay, message);
}

void Scheduler::song_started(const radios::SongStarted& song) {
  port_.report(SongStarted{std::string(song.radio), song.song, song.at});
}

void Scheduler::item_ended(const radios::ItemEnded& item) {
  port_.played({.radio_uuid = std::string(item.radio),
                .song_id = item.song,
                .start = item.start,
                .end = item.end,
                .offset = item.offset,
                .show = item.show,
                .slot = item.slot,
                .why = item.why,
                .text = item.programme ? item.why.text(*item.programme) : "",
                .listeners = listeners_.of_radio(item.radio)});
}

void Scheduler::request_started(std::string_view radio, std::int64_t request) {
  port_.request_started(radio, request);
}

}  // namespace longwave::fleet
