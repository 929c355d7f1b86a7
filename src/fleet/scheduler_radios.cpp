// SPDX-License-Identifier: Apache-2.0
#include "base/log.hpp"
#include "fleet/scheduler.hpp"

#include <algorithm>
#include <utility>

// Radios and their masters (docs/protocols/scheduler.md 5.2 and 5.4), and the events of the web application
// (section 9).
namespace longwave::fleet {

void Scheduler::on(const PlayRadio& m) {
  departed_.forget(m.streamer, m.radio_uuid);  // it says itself what it wants of this radio
  register_again(m.streamer);
  heard(m.streamer);
  if (radios_->exists(m.radio_uuid)) {
    grant(m.radio_uuid, m.streamer);
  } else {
    seek(m.radio_uuid, m.streamer, nullptr);
  }
}

/// Only the database knows whether there is such a radio; what waits for its word is done then.
void Scheduler::seek(const std::string& radio, const std::string& asker, const AppEvent* event) {
  auto* sought = sought_.find(radio);
  if (!sought) {
    if (sought_.size() >= options_.most_waiting)
      return log::warn("too many unknown radios are asked for; {} is not looked for", radio);
    sought = &sought_.add(radio, clock_.now() + options_.radio_within, {});
    port_.find_radio(radio);
  }
  if (!asker.empty()) sought->askers.push_back(asker);
  if (event) sought->event = *event;
}

void Scheduler::radio_found(std::string_view radio_uuid, bool found) {
  const std::string radio(radio_uuid);
  const auto sought = sought_.take(radio);
  if (!sought) return;
  if (!found) {
    for (const auto& asker : sought->askers) send(asker, RadioUnknown{radio});
    for (const auto& listener : listeners_.take_of_radio(radio, [](const auto&) { return true; }))
      closed(listener);
    return;
  }
  if (sought->event && !radios_->exists(radio)) radios_->create(radio);
  for (const auto& asker : sought->askers) grant(radio, asker);
}

/// Steps 3 and 4 of 5.2.
void Scheduler::grant(const std::string& radio, const std::string& streamer) {
  const auto master = radios_->master(radio);
  if (!master || *master == streamer || !roster_.find(*master)) return start_radio(radio, streamer);
  if (options_.on_second_streamer == OnSecondStreamer::takeover) {
    send(*master, RadioStopped{radio});
    return start_radio(radio, streamer);
  }
  auto* known = checks_.find(radio);
  if (!known) return ask_master(radio, {*master, {streamer}});
  auto& askers = known->askers;
  if (std::find(askers.begin(), askers.end(), streamer) == askers.end()) askers.push_back(streamer);
}

void Scheduler::ask_master(const std::string& radio, Check check) {
  const auto master = check.master;
  checked_[master].insert(radio);
  checks_.add(radio, clock_.now() + options_.master_answers_within, std::move(check));
  send(master, Ping{});
}

/// Who streams it is stored first: a scheduler that dies behind `radio_started` leaves no stream that the
/// next one knows nothing of.
void Scheduler::start_radio(const std::string& radio, const std::string& streamer) {
  checks_.take(radio);
  forget_relay(radio, streamer);
  if (radios_->master(radio) == streamer) {
    if (!starting_.find(radio)) begin_stream(radio, streamer);
    return;
  }
  const auto* known = roster_.find(streamer);
  const radios::Master master{streamer, known && known->row.features.prepare};
  if (!radios_->exists(radio)) radios_->create(radio);
  radios_->set_master(radio, master);
  starting_.take(radio);
  if (options_.stored_within <= Duration{}) return begin_stream(radio, streamer);
  starting_.add(radio, clock_.now() + options_.stored_within, streamer);
}

/// `radio_started` goes first, always: the original waits for it with the lock held that its `play` needs.
void Scheduler::begin_stream(const std::string& radio, const std::string& streamer) {
  if (radios_->master(radio) != streamer) return;  // it was stopped meanwhile, or is another's
  if (!bus_up_) {                                  // it won't hear of it, and asks again
    radios_->set_master(radio, std::nullopt);
    return;
  }
  const auto* known = roster_.find(streamer);
  send(streamer, RadioStarted{radio});
  radios_->join(radio, radios::Master{streamer, known && known->row.features.prepare});
}

/// It was heard, or is gone for good: the checks of its radios are over.
void Scheduler::master_answered(const std::string& master) {
  const auto checked = checked_.extract(master);
  if (checked.empty()) return;
  const auto* known = roster_.find(master);
  for (const auto& radio : checked.mapped()) {
    const auto* present = checks_.find(radio);
    if (!present || present->master != master) continue;
    const auto check = checks_.take(radio);
    for (const auto& asker : check->askers) {
      if (known && radios_->master(radio) == master) {
        tell_exists(asker, radio, master);
      } else {
        grant(radio, asker);
      }
    }
  }
}

void Scheduler::tell_exists(const std::string& asker, const std::string& radio, const std::string& master) {
  const auto* to = roster_.find(asker);
  const auto* of = roster_.find(master);
  const bool with_address = to && to->row.features.prepare && of;
  send(asker, RadioExists{radio, master, with_address ? of->row.address : ""});
  if (!to || !to->row.features.prepare) return;
  relays_[radio].insert(asker);
  radios_->tell_ahead(radio, asker);
}

void Scheduler::forget_relay(const std::string& radio, const std::string& streamer) {
  const auto place = relays_.find(radio);
  if (place == relays_.end()) return;
  place->second.erase(streamer);
  if (place->second.empty()) relays_.erase(place);
}

/// The master did not answer at once. It may live: it is told to stop, so that there are never two.
void Scheduler::hand_over(const std::string& radio, Check check) {
  const auto first = std::move(check.askers.front());
  if (radios_->master(radio) == check.master) {
    log::warn("{} did not answer in time; radio {} goes over to {}", check.master, radio, first);
    ++counts_.handed_over;
    send(check.master, RadioStopped{radio});
    departed_.add(check.master, {radio});  // told again with its next sign of life
    stop_streaming(radio, check.master);
  }
  grant(radio, first);
  for (auto asker = check.askers.begin() + 1; asker != check.askers.end(); ++asker)
    tell_exists(*asker, radio, first);
}

void Scheduler::on(const StopRadio& m) {
  departed_.forget(m.streamer, m.radio_uuid);  // it says itself what it wants of this radio
  heard(m.streamer);
  forget_asker(m.streamer, &m.radio_uuid);
  forget_relay(m.radio_uuid, m.streamer);
  if (!radios_->exists(m.radio_uuid))
    return log::debug("{} stops {}, which is no radio", m.streamer, m.radio_uuid);
  if (radios_->master(m.radio_uuid) == m.streamer) stop_streaming(m.radio_uuid, m.streamer);
  send(m.streamer, RadioStopped{m.radio_uuid});
}

/// 5.4: those who listened there are counted out; its programme goes on.
void Scheduler::stop_streaming(const std::string& radio, const std::string& streamer) {
  const auto left = listeners_.take_of_radio(radio, [&](const Listener& listener) {
    return listener.streamer.empty() || listener.streamer == streamer;
  });
  port_.report(Stopped{radio, sum(left)});
  radios_->set_master(radio, std::nullopt);
}

/// It no longer wants this radio, or any.
void Scheduler::forget_asker(const std::string& streamer, const std::string* radio) {
  std::vector<std::string> without;
  sought_.each([&](const std::string& name, Sought& sought) {
    if (!radio || name == *radio) std::erase(sought.askers, streamer);
  });
  checks_.each([&](const std::string& name, Check& check) {
    if (radio && name != *radio) return;
    std::erase(check.askers, streamer);
    if (check.askers.empty()) without.push_back(name);
  });
  for (const auto& name : without) checks_.take(name);
}

void Scheduler::app_received(std::string_view json) {
  const auto event = parse_app_event(json);
  if (event) return app_event(*event);
  ++counts_.refused;
  log::warn("a message on {} was ignored: {}", app_channel, event.error().message);
}

void Scheduler::app_event(const AppEvent& event) {
  using Kind = AppEvent::Kind;
  switch (event.kind) {
    case Kind::wake_up:
      fetch_ = clock_.now() + options_.fetch_events_every;
      return port_.fetch_events();
    case Kind::radio_deleted:
      return delete_radio(event.radio_uuid);
    case Kind::playlist_deleted:
      if (radios_->exists(event.radio_uuid)) radios_->playlist_deleted(event.radio_uuid, event.playlist_id);
      return;
    default:
      return change_radio(event);
  }
}

/// Only the latest event of a radio is kept there, so each of them may be the one that makes it known.
void Scheduler::change_radio(const AppEvent& event) {
  if (!radios_->exists(event.radio_uuid)) return seek(event.radio_uuid, "", &event);
  if (event.kind != AppEvent::Kind::radio_added) radios_->programme_changed(event.radio_uuid);
}

void Scheduler::delete_radio(const std::string& radio) {
  if (!radios_->exists(radio)) return;
  const auto master = radios_->master(radio);
  const auto left = listeners_.take_of_radio(radio, [](const auto&) { return true; });
  if (master) send(*master, RadioStopped{radio});
  if (master || !left.empty()) port_.report(Stopped{radio, sum(left)});
  checks_.take(radio);
  relays_.erase(radio);
  radios_->remove(radio);
}

}  // namespace longwave::fleet
