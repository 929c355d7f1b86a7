// SPDX-License-Identifier: Apache-2.0
#include "base/log.hpp"
#include "fleet/scheduler.hpp"

#include <utility>

// Listeners and users (docs/protocols/scheduler.md sections 6 and 7).
namespace longwave::fleet {
namespace {

bool given(const std::optional<std::string>& text) {
  return text && !text->empty();
}

}  // namespace

void Scheduler::on(const AskUser& m) {
  heard(m.streamer);
  const auto& what = m.credentials;
  const bool checkable = given(what.auth_token) || (given(what.username) && given(what.api_key));
  if (!checkable || asked_.size() >= options_.most_waiting) return answer_user(m, {});
  asked_.emplace(++last_ticket_, Asked{m, clock_.now() + options_.user_within});
  port_.find_user(last_ticket_, what);
}

void Scheduler::user_found(std::uint64_t ticket, const User& user) {
  const auto asked = asked_.extract(ticket);
  if (!asked.empty()) answer_user(asked.mapped().question, user);
}

/// The streamer finds the request that waits by what it had sent: all of it goes back, also when it was
/// wrong.
void Scheduler::answer_user(const AskUser& question, const User& user) {
  const bool known = user.id && *user.id != 0;
  send(question.streamer, UserAnswer{question.credentials, known ? user.id : std::nullopt, known && user.hd});
}

void Scheduler::user_unknown(std::int64_t user_id) {
  listeners_.forget_user(user_id);
}

void Scheduler::on(const RegisterListener& m) {
  register_again(m.streamer);
  heard(m.streamer);
  if (!radios_->exists(m.radio_uuid) && !sought_.find(m.radio_uuid))
    return log::debug("a listener of {} was ignored: there is no such radio", m.radio_uuid);
  Listener listener{m.session_id, m.streamer, m.radio_uuid, m.user_id, clock_.wall()};
  if (const auto before = listeners_.add(std::move(listener))) closed(*before);
  port_.report(StartListening{m.radio_uuid, m.user_id});
  // It streams what nobody was known to stream: the scheduler before this one started it, perhaps.
  if (!m.streamer.empty() && radios_->exists(m.radio_uuid) && !radios_->master(m.radio_uuid))
    start_radio(m.radio_uuid, m.streamer);
}

void Scheduler::on(const UnregisterListener& m) {
  heard(m.streamer);
  if (const auto listener = listeners_.remove(m.session_id, m.streamer, m.radio_uuid)) closed(*listener);
}

void Scheduler::closed(const Listener& listener) {
  port_.report(StopListening{listener.radio_uuid, listener.user_id, listener.seconds(clock_.wall())});
}

std::int64_t Scheduler::sum(const std::vector<Listener>& listeners) const {
  std::int64_t seconds = 0;
  for (const auto& one : listeners) seconds += one.seconds(clock_.wall());
  return seconds;
}

}  // namespace longwave::fleet
