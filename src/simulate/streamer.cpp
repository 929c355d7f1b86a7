// SPDX-License-Identifier: Apache-2.0
#include "simulate/streamer.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>
#include <variant>

namespace longwave::simulate {

using namespace std::chrono_literals;

namespace {

void insert(std::vector<Streamer::Planned>& plan, Streamer::Planned planned) {
  const auto place = std::upper_bound(plan.begin(), plan.end(), planned,
                                      [](const auto& a, const auto& b) { return a.start < b.start; });
  plan.insert(place, std::move(planned));
}

/// What was over long ago.
void forget(std::vector<Streamer::Planned>& plan, WallTime now) {
  while (plan.size() > 1 && plan[1].start <= now) plan.erase(plan.begin());
}

}  // namespace

void Streamer::start() {
  alive_ = true;
  port_.publish(name_, fleet::RegisterStreamer{name_, {prepares_}, prepares_ ? "http://" + name_ : ""});
}

void Streamer::crash() {
  alive_ = false;
  auto streams = std::exchange(streams_, {});
  for (const auto& [radio, stream] : streams) {
    for (const auto session : stream.waiting) port_.go_away(session, "");
    for (const auto session : stream.listening) port_.go_away(session, "");
  }
}

void Streamer::reconnected() {
  if (alive_ && prepares_) port_.publish(name_, fleet::Pong{name_, {true}, "http://" + name_});
}

void Streamer::come(std::int64_t session, const std::string& radio) {
  auto& stream = streams_[radio];
  if (stream.mastered) {
    stream.listening.insert(session);
    port_.publish(name_, fleet::RegisterListener{radio, std::to_string(session), session, name_});
    return;
  }
  const bool first = stream.waiting.empty();
  stream.waiting.insert(session);
  if (!first) return;
  port_.publish(name_, fleet::PlayRadio{name_, radio});
  port_.wait_for_answer(name_, radio);
}

void Streamer::leave(std::int64_t session, const std::string& radio) {
  const auto found = streams_.find(radio);
  if (found == streams_.end()) return;
  auto& stream = found->second;
  if (stream.listening.erase(session) > 0)
    port_.publish(name_, fleet::UnregisterListener{std::to_string(session), name_, radio, session});
  stream.waiting.erase(session);
  if (!stream.listening.empty() || !stream.waiting.empty()) return;
  if (stream.mastered) port_.publish(name_, fleet::StopRadio{name_, radio});
  streams_.erase(found);
}

void Streamer::timed_out(const std::string& radio) {
  const auto found = streams_.find(radio);
  if (found == streams_.end() || found->second.mastered) return;
  send_away(radio, "");
}

void Streamer::send_away(const std::string& radio, const std::string& to) {
  auto gone = streams_.extract(radio);
  if (gone.empty()) return;
  for (const auto session : gone.mapped().waiting) port_.go_away(session, to);
  for (const auto session : gone.mapped().listening) port_.go_away(session, to);
}

/// A new scheduler may not know of every stream; what it says nothing about is asked for.
void Streamer::heard_term(std::int64_t term) {
  if (term <= term_) return;
  if (std::exchange(term_, term) == 0) return;
  for (auto& [radio, stream] : streams_) stream.confirmed = !stream.mastered;
  port_.look_again(name_);
}

void Streamer::ask_about_unconfirmed() {
  bool asked = false;
  for (const auto& [radio, stream] : streams_) {
    if (stream.confirmed) continue;
    port_.publish(name_, fleet::PlayRadio{name_, radio});
    asked = true;
  }
  if (asked) port_.look_again(name_);
}

void Streamer::receive(const fleet::ToStreamer& message, WallTime now, WallTime said, std::int64_t term) {
  heard_term(term);
  if (std::holds_alternative<fleet::Ping>(message)) {
    fleet::Pong pong{name_, {}, ""};
    if (prepares_) pong = {name_, {true}, "http://" + name_};
    port_.publish(name_, pong);
  } else if (const auto* started = std::get_if<fleet::RadioStarted>(&message)) {
    const auto found = streams_.find(started->radio_uuid);
    if (found == streams_.end()) {  // everybody has left meanwhile
      port_.publish(name_, fleet::StopRadio{name_, started->radio_uuid});
      return;
    }
    auto& stream = found->second;
    if (!std::exchange(stream.mastered, true)) stream.since = now;
    stream.confirmed = true;
    for (const auto session : std::exchange(stream.waiting, {})) come(session, started->radio_uuid);
  } else if (const auto* exists = std::get_if<fleet::RadioExists>(&message)) {
    const auto found = streams_.find(exists->radio_uuid);
    if (found != streams_.end() && !found->second.mastered)
      send_away(exists->radio_uuid, exists->master_streamer);
  } else if (const auto* stopped = std::get_if<fleet::RadioStopped>(&message)) {
    const auto found = streams_.find(stopped->radio_uuid);
    if (found != streams_.end() && found->second.mastered) send_away(stopped->radio_uuid, "");
  } else if (const auto* play = std::get_if<fleet::Play>(&message)) {
    on_play(*play, now, said);
  } else if (const auto* prepare = std::get_if<fleet::Prepare>(&message)) {
    on_prepare(*prepare, now);
  }
}

void Streamer::on_play(const fleet::Play& play, WallTime now, WallTime said) {
  const auto found = streams_.find(play.radio_uuid);
  if (found == streams_.end() || !found->second.mastered) return;
  found->second.confirmed = true;
  auto& plan = found->second.plan;
  const auto start = said + play.delay;
  if (play.item != 0) {
    const auto same = [&](const Planned& p) {
      return p.item == play.item && p.start - p.offset < start - play.offset + 1s &&
             p.start - p.offset > start - play.offset - 1s;
    };
    if (std::any_of(plan.begin(), plan.end(), same)) return;  // confirmed
    std::erase_if(plan, [&](const Planned& p) { return p.item >= play.item || p.start > start - 1s; });
  }
  insert(plan, {play.item, start, play.offset, play.filename});
  forget(plan, now);
}

void Streamer::on_prepare(const fleet::Prepare& prepare, WallTime now) {
  const auto found = streams_.find(prepare.radio_uuid);
  if (found == streams_.end() || !found->second.mastered) return;
  found->second.confirmed = true;
  auto& plan = found->second.plan;
  std::erase_if(plan, [&](const Planned& p) { return p.start > prepare.start_at - 1s; });
  insert(plan, {prepare.item, prepare.start_at, prepare.offset, prepare.file});
  forget(plan, now);
}

const Streamer::Planned* Streamer::on_air(const Stream& stream, WallTime now) {
  const Planned* found = nullptr;
  for (const auto& planned : stream.plan)
    if (planned.start <= now) found = &planned;
  return found;
}

}  // namespace longwave::simulate
