// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hub/broker.hpp"

#include <string>

namespace longwave::hub {

/// Two brokers as one: the system channels (`station:…`, `library`, `server`) are of this process, for each
/// node has stations of its own and their pages live on without Redis; everything else is of all nodes.
class SplitBroker final : public Broker {
 public:
  /// Both outlive this.
  SplitBroker(Broker& here, Broker& everywhere) : here_(here), everywhere_(everywhere) {}

  void listen(BrokerEvents* events) override;
  void interest(const std::string& channel, bool wanted, Done<void> done) override;
  void publish(const std::string& channel, Message message, const Keep& keep, Done<Published> done) override;
  void history(const std::string& channel, const HistoryQuery& query, Done<History> done) override;
  void top(const std::string& channel, Done<Position> done) override;
  void find(const std::string& channel, const std::string& id, Done<Publication> done) override;
  void change(const std::string& channel, Change change, const Keep& keep, Done<Published> done) override;
  void present(const std::string& channel, std::vector<PresenceRow> rows, std::size_t strangers,
               Done<PresenceMoves> done) override;
  void presence(const std::string& channel, std::size_t most_rows, Done<Presence> done) override;
  void state(const std::string& user, Done<UserState> done) override;
  void set_state(const std::string& user, StateUpdate update, Done<StateChange> done) override;
  void tell_nodes(const std::string& kind, const std::string& text) override;
  void tick() override;

 private:
  Broker& of(const std::string& channel);

  Broker& here_;
  Broker& everywhere_;
};

}  // namespace longwave::hub
