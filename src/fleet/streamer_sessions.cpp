// SPDX-License-Identifier: Apache-2.0
#include "fleet/streamer.hpp"

#include <fmt/format.h>

#include <utility>

// Listeners (docs/protocols/scheduler.md sections 6 and 7), as a streamer sees them.
namespace longwave::fleet {
namespace {

constexpr std::size_t most_unsaid = 10'000;

bool says_who(const Credentials& given) {
  const auto filled = [](const std::optional<std::string>& text) { return text && !text->empty(); };
  return filled(given.auth_token) || (filled(given.username) && filled(given.api_key));
}

}  // namespace

std::string Streamer::session_name(SessionId id) const {
  return fmt::format("{}-{}", options_.session, id);
}

void Streamer::listen(SessionId id, const std::string& name, const Caller& caller) {
  const auto known = radios_.find(name);
  if (waiting_.size() >= options_.most_waiting ||
      (known == radios_.end() && radios_.size() >= options_.most_radios))
    return port_.admit(id, {});
  auto& session = sessions_[id];
  session.radio = name;
  session.counted = caller.counted;
  session.until = clock_.now() + options_.answer_within;
  waiting_.insert(id);
  auto& radio = radios_[name];
  ++radio.sessions;
  radio.idle_since.reset();
  if (known == radios_.end()) ask(name, radio);
  if (caller.known) {
    session.user = caller.known->id;
    session.hd = caller.known->hd;
  } else if (says_who(caller.credentials)) {
    session.credentials = caller.credentials;
    session.asks_who = publish(AskUser{options_.name, caller.credentials, name});
  }
  consider(id, session);
}

/// Everything that it waits for may be there.
void Streamer::consider(SessionId id, Session& session) {
  if (!waiting_.contains(id) || session.asks_who || !radios_.at(session.radio).stream) return;
  waiting_.erase(id);
  session.credentials = {};
  port_.admit(id, {Admission::Kind::playing, session.user, session.hd});
}

void Streamer::refuse(SessionId id, Admission::Kind why) {
  forget(sessions_.find(id));
  port_.admit(id, {why});
}

void Streamer::began(SessionId id) {
  const auto place = sessions_.find(id);
  if (place == sessions_.end() || std::exchange(place->second.began, true)) return;
  tell(id, place->second);
}

void Streamer::left(SessionId id) {
  const auto place = sessions_.find(id);
  if (place != sessions_.end()) forget(place);
}

/// The scheduler passes over an end that it knows no beginning of.
void Streamer::forget(Sessions::iterator place) {
  const auto& [id, session] = *place;
  if (session.began && session.counted) {
    UnregisterListener end{session_name(id), options_.name, session.radio, session.user};
    if (!publish(end) && unsaid_ends_.size() < most_unsaid) unsaid_ends_.push_back(std::move(end));
  }
  auto& radio = radios_.at(session.radio);
  if (--radio.sessions == 0) radio.idle_since = clock_.now();
  waiting_.erase(id);
  sessions_.erase(place);
}

void Streamer::tell(SessionId id, Session& session) {
  if (!session.began || !session.counted) return;
  if (publish(RegisterListener{session.radio, session_name(id), session.user, options_.name}))
    session.told = clock_.now();
}

void Streamer::tell_all(const std::string& radio) {
  for (auto& [id, session] : sessions_) {
    if (session.radio == radio && !session.told) tell(id, session);
  }
}

void Streamer::on(const UserAnswer& m, const std::optional<Stamp>&) {
  for (const auto id : waiting_) {
    auto& session = sessions_.at(id);
    if (!session.asks_who || session.credentials != m.credentials) continue;
    session.asks_who = false;
    session.user = m.user_id;
    session.hd = m.hd;
    return consider(id, session);
  }
}

}  // namespace longwave::fleet
