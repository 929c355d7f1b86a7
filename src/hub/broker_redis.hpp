// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hub/broker.hpp"
#include "hub/broker_redis_scripts.hpp"
#include "redis/link.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

namespace longwave::hub {

struct RedisBrokerOptions {
  std::string prefix = "longwave:";     ///< of every key and channel in Redis
  std::string node;                     ///< this process; no colon, no space; another one after every start
  std::size_t channel_bytes = 2 << 20;  ///< kept of one channel; the oldest goes first
};

/// What the world may know of the broker; any thread.
class RedisBrokerState {
 public:
  bool up() const { return up_; }
  /// Empty when all is well.
  std::string problem() const;
  std::uint64_t lost() const { return lost_; }
  std::uint64_t back() const { return back_; }
  std::uint64_t refused() const { return refused_; }  ///< calls that Redis couldn't carry out, or never got

 private:
  friend class RedisBroker;
  void set_problem(std::string problem);

  std::atomic<bool> up_{false};
  std::atomic<std::uint64_t> lost_{0}, back_{0}, refused_{0};
  mutable std::mutex mutex_;
  std::string problem_ = "Redis hasn't answered yet";
};

/// The broker between nodes: every step is one script in Redis, publications come by its pub/sub
/// (docs/adr/0013, docs/cluster.md). Two links: one for commands, one that subscribes; when either is lost
/// the broker is lost, until both reach the same run of Redis and everything wanted is subscribed again.
///
/// A restart of Redis gives every channel a new epoch, for its newest publications may not have been saved.
class RedisBroker final : public Broker {
 public:
  /// Both links belong to the hub's thread, aren't started, greet with greeting(), and outlive the broker.
  RedisBroker(redis::Link& commands, redis::Link& messages, RedisBrokerOptions options);
  ~RedisBroker() override;

  /// What either link sends first, behind what its address wants (redis::greeting_for).
  static std::vector<redis::Command> greeting();

  void start();
  /// What waits is answered.
  void stop();
  const RedisBrokerState& state() const { return state_; }

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
  void tell_nodes(const std::string& kind, const std::string& text) override;

 private:
  using Texts = std::vector<std::string>;

  void commands_up(const std::vector<redis::Reply>& answers);
  void messages_up(const std::vector<redis::Reply>& answers);
  void link_down(const std::string& why);
  void renew();
  void renewed(std::uint64_t round, bool well);
  void heard(const std::string& channel, const std::string& payload);

  std::string pubsub(const std::string& channel) const { return options_.prefix + "live:" + channel; }
  Texts channel_keys(const std::string& channel, const std::string& key = {}) const;
  Texts presence_keys(const std::string& channel) const;
  Texts publication_arguments(const std::string& channel, const Message& message, const Keep& keep) const;
  /// `done` gets an answer that is no error, or unavailable.
  void run(const redis::Script& script, const Texts& keys, const Texts& values, Done<redis::Reply> done);
  Error refused(const redis::Reply& reply);
  static void published(Result<redis::Reply> reply, Done<Published>& done);
  /// From row `first` on; a long list is several scripts.
  void present_some(const std::string& channel, std::shared_ptr<const std::vector<PresenceRow>> rows,
                    std::size_t first, const std::string& strangers, PresenceMoves moves,
                    Done<PresenceMoves> done);

  redis::Link& commands_;
  redis::Link& messages_;
  redis::ScriptRunner runner_;
  RedisBrokerOptions options_;
  RedisScripts scripts_;
  RedisBrokerState state_;
  BrokerEvents* events_ = nullptr;
  std::string commands_run_, messages_run_;  // of the Redis that each link has reached; empty: none
  std::unordered_set<std::string> wanted_;
  std::uint64_t round_ = 0;    // of subscribing everything
  std::size_t unrenewed_ = 0;  // of this round
  bool usable_ = false;
  std::string last_refusal_;  // its first word: the same again isn't told again
};

}  // namespace longwave::hub
