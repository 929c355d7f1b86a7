// SPDX-License-Identifier: Apache-2.0
#include "hub/split_broker.hpp"

#include "hub/rules.hpp"

#include <utility>

namespace longwave::hub {

Broker& SplitBroker::of(const std::string& channel) {
  return is_system_channel(channel) ? here_ : everywhere_;
}

void SplitBroker::listen(BrokerEvents* events) {
  here_.listen(events);
  everywhere_.listen(events);
}

void SplitBroker::interest(const std::string& channel, bool wanted, Done<void> done) {
  of(channel).interest(channel, wanted, std::move(done));
}

void SplitBroker::publish(const std::string& channel, Message message, const Keep& keep,
                          Done<Published> done) {
  of(channel).publish(channel, std::move(message), keep, std::move(done));
}

void SplitBroker::history(const std::string& channel, const HistoryQuery& query, Done<History> done) {
  of(channel).history(channel, query, std::move(done));
}

void SplitBroker::top(const std::string& channel, Done<Position> done) {
  of(channel).top(channel, std::move(done));
}

void SplitBroker::find(const std::string& channel, const std::string& id, Done<Publication> done) {
  of(channel).find(channel, id, std::move(done));
}

void SplitBroker::change(const std::string& channel, Change change, const Keep& keep, Done<Published> done) {
  of(channel).change(channel, std::move(change), keep, std::move(done));
}

void SplitBroker::present(const std::string& channel, std::vector<PresenceRow> rows, std::size_t strangers,
                          Done<PresenceMoves> done) {
  of(channel).present(channel, std::move(rows), strangers, std::move(done));
}

void SplitBroker::presence(const std::string& channel, std::size_t most_rows, Done<Presence> done) {
  of(channel).presence(channel, most_rows, std::move(done));
}

void SplitBroker::state(const std::string& user, Done<UserState> done) {
  everywhere_.state(user, std::move(done));
}

void SplitBroker::set_state(const std::string& user, StateUpdate update, Done<StateChange> done) {
  everywhere_.set_state(user, std::move(update), std::move(done));
}

void SplitBroker::tell_nodes(const std::string& kind, const std::string& text) {
  everywhere_.tell_nodes(kind, text);
}

void SplitBroker::tick() {
  here_.tick();
  everywhere_.tick();
}

}  // namespace longwave::hub
