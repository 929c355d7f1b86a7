// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "network.hpp"

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

/// What a Redis and the connections to it can do to a node, in virtual time: commands and their answers
/// arrive late and in order; a break loses answers of what was done and commands that weren't; publications
/// of different channels overtake each other, those of one never do; now and then one is lost without a word,
/// or all of them for a while; the server dies and comes back with its data, without, or with older ones.
namespace longwave::sim {

struct RedisWeather {
  Duration command = 40ms;  ///< at most, each way
  Duration message = 80ms;  ///< at most, of a publication
  double lost = 0.003;      ///< publications that one node never hears of
};

class RedisLink;

/// What `done` of a command gets: the script's answer, which may be a refusal, or that there is none.
template <class T>
struct AnswerOf {
  using type = Result<T>;
};
template <class T>
struct AnswerOf<Result<T>> {
  using type = Result<T>;
};

/// The server: whether it is there, and who is connected. What it keeps is RedisData
/// (redis_broker_model.hpp), which the script of one command reads and changes in one go.
class RedisHost {
 public:
  bool up() const { return up_; }
  void die();
  void start() { up_ = true; }
  const std::vector<RedisLink*>& links() const { return links_; }

 private:
  friend class RedisLink;
  bool up_ = true;
  std::vector<RedisLink*> links_;
};

/// One node's connections: one for commands, one for what it has subscribed to. They break and come back
/// together.
class RedisLink {
 public:
  RedisLink(World& world, RedisHost& host, const RedisWeather& weather)
      : world_(world), host_(host), weather_(weather) {
    host_.links_.push_back(this);
  }
  ~RedisLink() {
    alive_.reset();
    std::erase(host_.links_, this);
  }

  std::function<void()> on_lost, on_back;

  bool ready() const { return ready_; }
  /// Subscribed to from the first connection on.
  void always(const std::string& channel) { wanted_.insert(channel); }
  void connect() { try_to_connect(); }

  /// `script` runs on the server; `done` gets what it returned, or unavailable: then it ran or it didn't.
  template <class Script, class Done>
  void command(Script script, Done done) {
    using Answer = typename AnswerOf<std::invoke_result_t<Script&>>::type;
    if (!ready_) return done(Answer(error(Errc::unavailable, "Redis can't be reached")));
    send(std::move(script), std::move(done));
  }

  /// As a command of its own: takes effect when it gets there.
  void subscribe(const std::string& channel, bool wanted, UniqueFunction<void(Result<void>)> done) {
    if (wanted)
      wanted_.insert(channel);
    else
      wanted_.erase(channel);
    command(
        [this, channel, wanted] {
          if (wanted)
            subscribed_.insert(channel);
          else
            subscribed_.erase(channel);
          return true;
        },
        [done = std::move(done)](Result<bool> said) mutable {
          if (!done) return;
          if (said)
            done({});
          else
            done(said.error());
        });
  }

  /// Something of a channel is on its way to this node, if it has subscribed to it.
  void hand_over(const std::string& channel, Task arrive) {
    if (!connected_ || !subscribed_.contains(channel)) return;
    if (world_.now() < deaf_until_ || world_.random.chance(weather_.lost)) {
      ++lost;
      return;
    }
    Instant& last = lanes_[channel];
    last = std::max(last, world_.now() + world_.delay(weather_.message));
    later(last, [arrive = std::move(arrive)]() mutable { arrive(); });
  }

  /// Both connections are gone; everything under way is.
  void break_off() {
    if (!connected_) return;
    connected_ = false;
    ++life_;
    subscribed_.clear();
    lanes_.clear();
    deaf_until_ = {};
    const bool was_ready = std::exchange(ready_, false);
    auto open = std::exchange(open_, {});
    retry();
    for (auto& [number, fail] : open) fail();
    if (was_ready && on_lost) on_lost();
  }

  /// Nothing that is published reaches this node for a while, and nobody knows.
  void deafen(Duration length) { deaf_until_ = world_.now() + length; }

  /// From here on nothing is lost.
  void clear_up() {
    weather_.lost = 0;
    deaf_until_ = {};
  }

  std::size_t lost = 0;

 private:
  friend class RedisHost;

  template <class F>
  void later(Instant when, F task) {
    world_.at(when, [this, alive = std::weak_ptr(alive_), life = life_, task = std::move(task)]() mutable {
      if (alive.lock() && life == life_) task();
    });
  }

  template <class Script, class Done>
  void send(Script script, Done done) {
    using Answer = typename AnswerOf<std::invoke_result_t<Script&>>::type;
    const auto number = ++last_command_;
    auto shared = std::make_shared<Done>(std::move(done));
    open_.emplace(number,
                  [shared] { (*shared)(Answer(error(Errc::unavailable, "the connection to Redis broke"))); });
    there_ = std::max(there_, world_.now() + world_.delay(weather_.command));
    later(there_, [this, number, shared, script = std::move(script)]() mutable {
      auto answer = std::make_shared<Answer>(script());
      back_ = std::max(back_, world_.now() + world_.delay(weather_.command));
      later(back_, [this, number, shared, answer] {
        open_.erase(number);
        (*shared)(std::move(*answer));
      });
    });
  }

  void retry() {
    later(world_.now() + 50ms + world_.delay(2s), [this] { try_to_connect(); });
  }

  void try_to_connect() {
    if (connected_) return;
    if (!host_.up()) return retry();
    connected_ = true;
    ++life_;
    there_ = back_ = {};
    subscribed_.clear();
    renew();
  }

  /// First everything is subscribed to again, then the node may use it.
  void renew() {
    send(
        [this] {
          subscribed_ = wanted_;
          return true;
        },
        [this](const Result<bool>& said) {
          if (!said) return;
          if (subscribed_ != wanted_) return renew();
          ready_ = true;
          if (on_back) on_back();
        });
  }

  World& world_;
  RedisHost& host_;
  RedisWeather weather_;
  bool connected_ = false, ready_ = false;
  std::uint64_t life_ = 0, last_command_ = 0;
  Instant there_{}, back_{}, deaf_until_{};
  std::map<std::uint64_t, std::function<void()>> open_;
  std::map<std::string, Instant> lanes_;
  std::set<std::string> wanted_;      // by the node
  std::set<std::string> subscribed_;  // as the server has it
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

inline void RedisHost::die() {
  up_ = false;
  for (RedisLink* link : std::vector(links_)) link->break_off();
}

}  // namespace longwave::sim
