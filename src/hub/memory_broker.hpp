// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "hub/broker.hpp"

#include <deque>
#include <map>
#include <unordered_map>

namespace longwave::hub {

struct MemoryBrokerLimits {
  std::size_t bytes = 1024 * 1024;         ///< of a channel's log, and of its history
  std::size_t keys = 100'000;              ///< remembered for repeated publications; the oldest go first
  Duration idle = std::chrono::hours{72};  ///< a channel nobody has used for so long is forgotten
  std::size_t channels = 100'000;          ///< that have publications; a publication on another is full
};

/// The broker of one process: answers at once, forgets when the process ends (the epoch tells).
class MemoryBroker final : public Broker {
 public:
  /// `epoch` differs from one start of the process to the next.
  MemoryBroker(std::string epoch, const Clock& clock, MemoryBrokerLimits limits = {});

  void listen(BrokerEvents* events) override { events_ = events; }
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
  void tell_nodes(const std::string&, const std::string&) override {}
  void tick() override;

  std::size_t channels() const { return channels_.size(); }

 private:
  struct Entry {
    Publication publication;  // without data: taken out
    Instant at;
  };
  struct Kept {
    std::deque<Entry> entries;  // in the order of their offsets
    std::size_t bytes = 0;
    void push(const Entry& entry);
    void pop();
    void trim(std::size_t most, std::size_t most_bytes, Instant oldest);
    Entry* find(const std::string& id);
    void replace(Entry& entry, Payload data);
  };
  struct Member {
    PresenceRow row;
    Instant until;
  };
  struct Channel {
    Position top;
    Kept log, history;
    Keep keep;
    bool wanted = false;
    Instant used{};
    std::map<std::string, Member> people;
    std::size_t strangers = 0, connections = 0;  // of the rows
    Instant strangers_until{};
    Instant earliest = Instant::max();  // no row runs out before
    std::vector<PresenceRow> gone;      // have run out; the next present() says so
  };
  struct Key {
    Published first;
    Instant at;
  };
  struct User {
    UserState state;
    Instant used;
  };
  Channel& open(const std::string& name);
  Channel* find(const std::string& name);
  std::string epoch() const;
  void trim(Channel& channel) const;
  Published append(Channel& channel, const std::string& name, Message&& message);
  static void expire(Channel& channel, Instant now);
  void forget_keys();

  std::string epoch_;
  const Clock& clock_;
  MemoryBrokerLimits limits_;
  std::uint64_t forgotten_ = 0;  // channels; each makes another epoch for those that begin after it
  std::unordered_map<std::string, Channel> channels_;
  std::unordered_map<std::string, Key> keys_;  // by channel, a line feed, and key
  std::deque<std::string> key_order_;
  std::unordered_map<std::string, User> users_;
  BrokerEvents* events_ = nullptr;
};

}  // namespace longwave::hub
