// SPDX-License-Identifier: Apache-2.0
#include "fleet/streamer.hpp"

#include "base/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

// The bus and the radios; streamer_sessions.cpp has the listeners.
namespace longwave::fleet {
namespace {

/// The same airing, told again, is that close to what was told first.
constexpr Duration same_item = std::chrono::milliseconds{100};
constexpr Duration same_file = std::chrono::seconds{1};  // from an original there is nothing else to go by
constexpr Duration kept = std::chrono::minutes{1};       // what is over
constexpr std::size_t most_planned = 256;
constexpr Duration longest_wait = std::chrono::seconds{64};
/// What was published so short before the bus was lost may be lost with it.
constexpr Duration doubt = std::chrono::seconds{10};
/// A stream that lasted so long was no failure.
constexpr Duration well = std::chrono::minutes{1};
constexpr std::size_t most_unsaid = 10'000;
// A scheduler of ours tells what comes 180 s ahead, others say something with every song.
constexpr Duration least_ahead = std::chrono::seconds{90};
constexpr Duration doubt_again = std::chrono::seconds{30};
constexpr Duration confirmed_within = std::chrono::seconds{5};
constexpr Duration first_order = std::chrono::seconds{10};
constexpr Duration longest_song = std::chrono::minutes{20};

Duration between(Instant a, Instant b) {
  return a < b ? b - a : a - b;
}

}  // namespace

Streamer::Streamer(const Clock& clock, StreamerPort& port, StreamerOptions options)
    : clock_(clock), port_(port), options_(std::move(options)) {}

// ---- the bus ----

bool Streamer::publish(const FromStreamer& message) {
  if (up_ && port_.publish(message)) return true;
  ++counts_.lost;
  return false;
}

void Streamer::bus_up() {
  if (std::exchange(up_, true)) return;
  const Features features{.prepare = true};
  if (!std::exchange(registered_, true)) {
    publish(RegisterStreamer{options_.name, features, options_.address});
    publish(Test{options_.name, R"("hello")"});
  } else {
    publish(Pong{options_.name, features, options_.address});
  }
  for (auto& end : std::exchange(unsaid_ends_, {})) publish(end);
  for (auto& radio : std::exchange(unsaid_stops_, {})) {
    if (!radios_.contains(radio)) publish(StopRadio{options_.name, radio});
  }
  for (auto& [name, radio] : radios_) {
    if (radio.state == State::asking && !radio.ask_at) ask(name, radio);
  }
  for (auto& [id, session] : sessions_) {
    if (!session.told) tell(id, session);
  }
}

void Streamer::bus_down() {
  up_ = false;
  for (auto& [id, session] : sessions_) {
    if (session.told && *session.told > clock_.now() - doubt) session.told.reset();
  }
}

void Streamer::received(std::string_view json) {
  const auto message = parse_to_streamer(json);
  if (message) return receive(*message);
  ++counts_.refused;
  log::warn("a message to this streamer was ignored: {}", message.error().message);
}

void Streamer::receive(const Stamped& message) {
  ++counts_.messages;
  if (message.stamp) {
    if (message.stamp->term < term_) {
      ++counts_.outdated;
      return log::warn("a scheduler with term {} speaks; term {} was heard", message.stamp->term, term_);
    }
    if (message.stamp->term > std::exchange(term_, message.stamp->term)) {
      // It may have another clock, and not know of what the one before started last.
      scheduler_clock_ = {};
      for (auto& [name, radio] : radios_) {
        if (radio.state != State::asking) radio.confirm_at = clock_.now() + confirmed_within;
      }
    }
    scheduler_clock_.heard(message.stamp->sent_at, clock_.now());
  }
  std::visit([&](const auto& m) { on(m, message.stamp); }, message.message);
}

void Streamer::on(const Ping&, const std::optional<Stamp>&) {
  publish(Pong{options_.name, Features{.prepare = true}, options_.address});
}

void Streamer::on(const Streamers& m, const std::optional<Stamp>&) {
  streamers_ = m.streamers;
  std::stable_partition(streamers_.begin(), streamers_.end(),
                        [this](const auto& one) { return one.streamer == options_.name; });
}

void Streamer::leave() {
  publish(UnregisterStreamer{options_.name});
}

// ---- radios ----

void Streamer::ask(const std::string& name, Radio& radio) {
  radio.state = State::asking;
  radio.ask_at.reset();
  radio.asked_until = clock_.now() + options_.answer_within;
  publish(PlayRadio{options_.name, name});
}

/// Each time it has to be asked again soon after, the wait doubles: two streamers that take a radio from each
/// other must come to rest.
void Streamer::ask_later(const std::string& name, Radio& radio, Duration wait) {
  if (radio.state != State::asking && clock_.now() - radio.settled > well) radio.refusals = 0;
  radio.state = State::asking;
  for (int i = 0; i < radio.refusals && wait < longest_wait; ++i) wait *= 2;
  if (radio.refusals++ == 0 && wait <= Duration{}) return ask(name, radio);
  radio.ask_at =
      clock_.now() + std::min(std::max<Duration>(wait, std::chrono::milliseconds{500}), longest_wait);
}

void Streamer::settle(const std::string& name, Radio& radio, State state) {
  if (radio.state != state) radio.settled = clock_.now();
  radio.state = state;
  radio.heard = clock_.now();
  radio.confirm_at.reset();
  radio.ask_at.reset();
  if (state == State::building && radio.stream != State::building) port_.build(name);
  radio.stream = state;
  tell_all(name);
  for (auto id = waiting_.begin(); id != waiting_.end();) {
    auto& session = sessions_.at(*id);
    const auto present = *id++;  // what is decided leaves the set
    if (session.radio == name) consider(present, session);
  }
}

void Streamer::on(const RadioStarted& m, const std::optional<Stamp>&) {
  const auto place = radios_.find(m.radio_uuid);
  if (place == radios_.end()) {  // nobody waits for it any more
    publish(StopRadio{options_.name, m.radio_uuid});
    return;
  }
  if (place->second.state == State::building) {  // its listeners were lost there
    for (auto& [id, session] : sessions_) {
      if (session.radio == m.radio_uuid) session.told.reset();
    }
  }
  settle(m.radio_uuid, place->second, State::building);
}

void Streamer::on(const RadioExists& m, const std::optional<Stamp>&) {
  const auto place = radios_.find(m.radio_uuid);
  if (place == radios_.end()) return;
  auto& radio = place->second;
  if (m.master_streamer == options_.name) return;
  if (radio.state == State::relaying && radio.master == m.master_streamer) {
    radio.heard = clock_.now();
    radio.confirm_at.reset();
    return;
  }
  radio.master = m.master_streamer;
  port_.relay(m.radio_uuid, m.master_streamer, m.address);
  settle(m.radio_uuid, radio, State::relaying);
}

void Streamer::on(const RadioUnknown& m, const std::optional<Stamp>&) {
  drop(m.radio_uuid, Admission::Kind::unknown);
}

/// It was given to another streamer, or is deleted, or the scheduler thought us dead: asking tells. What is
/// planned is heard on meanwhile.
void Streamer::on(const RadioStopped& m, const std::optional<Stamp>&) {
  const auto place = radios_.find(m.radio_uuid);
  if (place == radios_.end() || place->second.state != State::building) return;
  for (auto& [id, session] : sessions_) {
    if (session.radio == m.radio_uuid) session.told.reset();
  }
  ask_later(m.radio_uuid, place->second, std::chrono::seconds{1});
}

void Streamer::relay_lost(const std::string& name) {
  const auto place = radios_.find(name);
  if (place == radios_.end() || place->second.state != State::relaying) return;
  log::info("the stream of radio {} from {} broke", name, place->second.master);
  place->second.master.clear();
  ask_later(name, place->second, {});
  stand_in(name, place->second);
}

/// Its listeners have only seconds in hand, so nobody's answer is waited for: what the radio plays now is
/// known, if it was told. Whose it is from now on is the scheduler's to say.
void Streamer::stand_in(const std::string& name, Radio& radio) {
  const auto now = clock_.now();
  const bool known = std::any_of(radio.plan.begin(), radio.plan.end(), [&](const Planned& planned) {
    return planned.airing.start <= now && now < planned.airing.start + planned.airing.duration;
  });
  if (!known) return;
  radio.stream = State::building;
  port_.build(name);
}

/// The radio an order is for. Whoever sends one takes us for its master.
Streamer::Radio* Streamer::building(const std::string& name) {
  const auto place = radios_.find(name);
  if (place == radios_.end()) {
    publish(StopRadio{options_.name, name});
    return nullptr;
  }
  if (place->second.state != State::building) settle(name, place->second, State::building);
  place->second.heard = clock_.now();
  place->second.confirm_at.reset();
  return &place->second;
}

/// The radio that is told ahead although another streamer is its master.
Streamer::Radio* Streamer::passed_on(const std::string& name) {
  const auto place = radios_.find(name);
  if (place == radios_.end()) {
    publish(StopRadio{options_.name, name});
    return nullptr;
  }
  auto& radio = place->second;
  if (radio.state == State::building || !radio.stream) return nullptr;
  if (radio.state == State::relaying) radio.heard = clock_.now();
  return &radio;
}

/// Nothing more comes for a radio that is built here: the order was lost, or the word that another streamer
/// is its master now. Or for one that is passed on, of which too little is known ahead.
std::optional<Instant> Streamer::doubt_at(const Radio& radio) {
  if (radio.state == State::asking) return std::nullopt;
  if (radio.confirm_at) return radio.confirm_at;
  const bool ours = radio.state == State::building;
  if (radio.plan.empty()) return ours ? std::optional(radio.heard + first_order) : std::nullopt;
  std::optional<Instant> end;
  for (const auto& planned : radio.plan) {
    const auto& airing = planned.airing;
    if (airing.duration > Duration{}) end = std::max(end.value_or(Instant{}), airing.start + airing.duration);
  }
  // Of what is passed on nobody tells ahead if its master can't prepare.
  if (!ours && (!end || *end <= radio.heard)) return std::nullopt;
  return end ? std::max(*end - least_ahead, radio.heard + doubt_again) : radio.heard + longest_song;
}

void Streamer::on(const Play& m, const std::optional<Stamp>& stamp) {
  auto* radio = building(m.radio_uuid);
  if (!radio) return;
  // The time on the way counts where it can be known.
  const auto sent = stamp ? scheduler_clock_.local(stamp->sent_at) : clock_.now();
  put(m.radio_uuid, *radio,
      {.airing = {.file = m.filename, .start = sent + m.delay, .offset = m.offset}, .item = m.item},
      m.item ? same_item : same_file);
}

void Streamer::on(const Prepare& m, const std::optional<Stamp>& stamp) {
  if (!stamp) return log::warn("a prepare without a time was ignored");
  auto* radio = m.relay ? passed_on(m.radio_uuid) : building(m.radio_uuid);
  if (!radio) return;
  const auto start = scheduler_clock_.local(m.start_at);
  if (start + m.duration < clock_.now()) return;
  put(m.radio_uuid, *radio,
      {.airing = {.file = m.file, .url = m.url, .start = start, .offset = m.offset, .duration = m.duration},
       .item = m.item},
      same_item);
}

void Streamer::put(const std::string& name, Radio& radio, Planned planned, Duration tolerance) {
  auto& plan = radio.plan;
  while (plan.size() > 1 && plan[1].airing.start + kept < clock_.now()) plan.pop_front();
  auto& airing = planned.airing;
  for (auto& other : plan) {
    const auto moved = between(other.airing.zero(), airing.zero());
    if (other.airing.file != airing.file || moved > tolerance) continue;
    if (other.item != planned.item && moved > same_item) continue;
    if (other.airing.duration > Duration{} && airing.duration > other.airing.duration + same_item) {
      // What was to cut it comes no more: all that is planned behind it goes, as behind another.
      airing.start = other.airing.start;
      airing.offset = other.airing.offset;
      break;
    }
    other.item = planned.item;  // a scheduler that is new may count anew
    if (airing.duration > Duration{}) other.airing.duration = airing.duration;
    return;
  }
  std::erase_if(plan, [&](const Planned& other) {
    return other.airing.start >= airing.start || (planned.item && other.item == planned.item);
  });
  if (plan.size() >= most_planned) return log::warn("too much is planned for radio {}", name);
  airing.number = ++last_airing_;
  plan.push_back(std::move(planned));
  port_.air(name, plan.back().airing);
}

void Streamer::drop(const std::string& name, Admission::Kind why) {
  const auto place = radios_.find(name);
  if (place == radios_.end()) return;
  const bool open = place->second.stream.has_value();
  std::vector<SessionId> all;
  for (const auto& [id, session] : sessions_) {
    if (session.radio == name) all.push_back(id);
  }
  for (const auto id : all) {
    if (waiting_.contains(id)) {
      refuse(id, why);
    } else {
      forget(sessions_.find(id));
    }
  }
  radios_.erase(name);
  if (open) port_.close(name);
}

void Streamer::release(const std::string& name) {
  const bool ours = radios_.at(name).state == State::building;
  drop(name, Admission::Kind::unavailable);
  if (!ours || publish(StopRadio{options_.name, name})) return;
  if (unsaid_stops_.size() < most_unsaid) unsaid_stops_.push_back(name);
}

// ---- time ----

void Streamer::tick() {
  const auto now = clock_.now();
  while (!waiting_.empty()) {
    const auto id = *waiting_.begin();
    auto& session = sessions_.at(id);
    if (session.until > now) break;
    session.asks_who = false;  // nobody said who it is: nobody
    consider(id, session);
    if (waiting_.contains(id)) refuse(id, Admission::Kind::unavailable);
  }
  std::vector<std::string> idle;
  for (auto& [name, radio] : radios_) {
    if (radio.idle_since && *radio.idle_since + options_.linger <= now) {
      idle.push_back(name);
    } else if (radio.state == State::asking && (radio.ask_at ? *radio.ask_at : radio.asked_until) <= now) {
      ask(name, radio);
    } else if (const auto doubt = doubt_at(radio); up_ && doubt && *doubt <= now) {
      radio.heard = now;
      radio.confirm_at.reset();
      publish(PlayRadio{options_.name, name});
    }
  }
  for (const auto& name : idle) release(name);
}

std::optional<Instant> Streamer::deadline() const {
  std::optional<Instant> next;
  const auto sooner = [&next](Instant at) { next = next ? std::min(*next, at) : at; };
  if (!waiting_.empty()) sooner(sessions_.at(*waiting_.begin()).until);
  for (const auto& [name, radio] : radios_) {
    if (radio.idle_since) sooner(*radio.idle_since + options_.linger);
    if (radio.state == State::asking) sooner(radio.ask_at.value_or(radio.asked_until));
    if (const auto doubt = doubt_at(radio); up_ && doubt) sooner(*doubt);
  }
  return next;
}

// ---- for people ----

Streamer::Counts Streamer::counts() const {
  auto counts = counts_;
  counts.radios = radios_.size();
  counts.sessions = sessions_.size();
  for (const auto& [name, radio] : radios_) {
    if (radio.state == State::building) ++counts.building;
    if (radio.state == State::relaying) ++counts.relaying;
  }
  return counts;
}

std::optional<Streamer::State> Streamer::state(const std::string& radio) const {
  const auto place = radios_.find(radio);
  return place == radios_.end() ? std::nullopt : std::optional(place->second.state);
}

std::vector<Airing> Streamer::airings(const std::string& radio) const {
  std::vector<Airing> all;
  if (const auto place = radios_.find(radio); place != radios_.end()) {
    for (const auto& planned : place->second.plan) all.push_back(planned.airing);
  }
  return all;
}

}  // namespace longwave::fleet
