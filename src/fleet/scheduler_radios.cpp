// SPDX-License-Identifier: Apache-2.0
#include "base/log.hpp"
#include "fleet/scheduler.hpp"

#include <algorithm>
#include <utility>

// Radios and their masters (docs/protocols/scheduler.md 5.2 and 5.4), and the events of the web application
// (section 9).
namespace longwave::fleet {

void Scheduler::on(const PlayRadio& m) {
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
  const auto known = sought_.find(radio);
  if (known == sought_.end() && sought_.size() >= options_.most_waiting)
    return log::warn("too many unknown radios are asked for; {} is not looked for", radio);
  auto& sought = sought_[radio];
  if (!asker.empty()) sought.askers.push_back(asker);
  if (event) sought.event = *event;
  if (known != sought_.end()) return;
  sought.until = clock_.now() + options_.radio_within;
  port_.find_radio(radio);
}

void Scheduler::radio_found(std::string_view radio_uuid, bool found) {
  const auto sought = sought_.extract(std::string(radio_uuid));
  if (sought.empty()) return;
  const auto& radio = sought.key();
  if (!found) {
    for (const auto& asker : sought.mapped().askers) send(asker, RadioUnknown{radio});
    for (const auto& listener : listeners_.take_of_radio(radio, [](const auto&) { return true; }))
      closed(listener);
    return;
  }
  if (sought.mapped().event && !radios_->exists(radio)) radios_->create(radio);
  for (const auto& asker : sought.mapped().askers) grant(radio, asker);
}

/// Steps 3 and 4 of 5.2.
void Scheduler::grant(const std::string& radio, const std::string& streamer) {
  const auto master = radios_->master(radio);
  if (!master || *master == streamer || !roster_.find(*master)) return start_radio(radio, streamer);
  if (options_.on_second_streamer == OnSecondStreamer::takeover) {
    send(*master, RadioStopped{radio});
    return start_radio(radio, streamer);
  }
  const auto known = checks_.find(radio);
  if (known == checks_.end()) {
    checks_.emplace(radio, Check{*master, clock_.now() + options_.master_answers_within, {streamer}});
    return send(*master, Ping{});
  }
  auto& askers = known->second.askers;
  if (std::find(askers.begin(), askers.end(), streamer) == askers.end()) askers.push_back(streamer);
}

/// `radio_started` goes first, always: the original waits for it with the lock held that its `play` needs.
void Scheduler::start_radio(const std::string& radio, const std::string& streamer) {
  const auto* known = roster_.find(streamer);
  checks_.erase(radio);
  send(streamer, RadioStarted{radio});
  radios_->join(radio, radios::Master{streamer, known && known->row.features.prepare});
}

/// It was heard, or is gone for good: the checks of its radios are over.
void Scheduler::master_answered(const std::string& master) {
  std::vector<std::pair<std::string, Check>> over;
  for (const auto& [radio, check] : checks_) {
    if (check.master == master) over.emplace_back(radio, check);
  }
  for (const auto& [radio, check] : over) {
    checks_.erase(radio);
    const auto* known = roster_.find(master);
    for (const auto& asker : check.askers) {
      if (known && radios_->master(radio) == master) {
        const auto* of_ours = roster_.find(asker);
        const bool ours = of_ours && of_ours->row.features.prepare;
        send(asker, RadioExists{radio, master, ours ? known->row.address : ""});
      } else {
        grant(radio, asker);
      }
    }
  }
}

/// The master did not answer at once. It may live: it is told to stop, so that there are never two.
void Scheduler::hand_over(const std::string& radio, Check check) {
  const auto first = std::move(check.askers.front());
  if (radios_->master(radio) == check.master) {
    log::warn("{} did not answer in time; radio {} goes over to {}", check.master, radio, first);
    ++counts_.handed_over;
    send(check.master, RadioStopped{radio});
    stop_streaming(radio, check.master);
  }
  grant(radio, first);
  const auto* known = roster_.find(first);
  for (auto asker = check.askers.begin() + 1; asker != check.askers.end(); ++asker) {
    const auto* of_ours = roster_.find(*asker);
    const bool ours = of_ours && of_ours->row.features.prepare;
    send(*asker, RadioExists{radio, first, ours && known ? known->row.address : ""});
  }
}

void Scheduler::on(const StopRadio& m) {
  heard(m.streamer);
  forget_asker(m.streamer, &m.radio_uuid);
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
  for (auto place = sought_.begin(); place != sought_.end(); ++place) {
    if (!radio || place->first == *radio) std::erase(place->second.askers, streamer);
  }
  for (auto place = checks_.begin(); place != checks_.end();) {
    auto& askers = place->second.askers;
    if (!radio || place->first == *radio) std::erase(askers, streamer);
    place = askers.empty() ? checks_.erase(place) : std::next(place);
  }
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
  checks_.erase(radio);
  radios_->remove(radio);
}

}  // namespace longwave::fleet
