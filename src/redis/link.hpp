// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "redis/reply.hpp"
#include "redis/wire.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::redis {

/// What a link asks of the outside: sockets in the program (redis/connection.hpp), a few lines in a test.
/// None of these may call the link from inside.
class Wire {
 public:
  /// Answered by Link::connected() or Link::lost().
  virtual void connect() = 0;
  virtual void write(std::string bytes) = 0;
  /// Closes at once, or ends the attempt; no lost() follows.
  virtual void close() = 0;
  /// Link::woken() at this time. One wish at a time; the last one counts.
  virtual void wake(Instant when) = 0;

 protected:
  ~Wire() = default;
};

struct LinkOptions {
  /// Sent first on every connection (AUTH, SELECT, …); an error in answer ends the connection.
  std::vector<Command> greeting;
  bool pubsub = false;  ///< for SUBSCRIBE and UNSUBSCRIBE; "message" goes to on_message()
  /// The oldest call that waits longer for its answer ends the connection: Redis is stuck, or it is gone and
  /// nobody told us.
  Duration answer_within = std::chrono::seconds{5};
  Duration ping_after = std::chrono::seconds{5};  ///< of silence
  Duration first_pause = std::chrono::milliseconds{50};
  Duration longest_pause = std::chrono::seconds{3};
  std::size_t waiting_bytes = 16 << 20;  ///< of calls without an answer; more calls are refused
  std::size_t reply_bytes = 64 << 20;    ///< of one reply
};

/// One lasting connection to Redis as a machine: greeting, pipelining (calls go out as they are made, answers
/// come in their order), time-outs, pings, and new connections after growing pauses. No sockets, no threads.
///
/// A call made while the link is down fails at once: whoever needs it repeats it, or tells its caller.
/// Callbacks may make calls, and may not destroy the link.
class Link {
 public:
  /// The answer, which may be an error of Redis; or `unavailable`: the link is down or was lost meanwhile
  /// (the command may have been carried out), or `full`.
  using Done = UniqueFunction<void(Result<Reply>)>;

  Link(const Clock& clock, Wire& wire, LinkOptions options, std::uint64_t seed);
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  /// Connects, and does so again whenever the connection is lost, until stop().
  void start();
  /// Ends the connection; what waits gets `cancelled`.
  void stop();
  /// Greeted: calls are taken.
  bool up() const { return state_ == State::up; }

  void call(const Command& command, Done done);
  /// Ends this connection as if it had been lost: for an answer that shows that it is of no use ("READONLY").
  void drop(const std::string& why);

  /// `answers` are those to the greeting.
  void on_up(std::function<void(const std::vector<Reply>& answers)> hook) { on_up_ = std::move(hook); }
  /// Each time the link goes down, and when an attempt fails for another reason than the one before. Comes
  /// after what waited was answered.
  void on_down(std::function<void(const std::string& why)> hook) { on_down_ = std::move(hook); }
  void on_message(std::function<void(const std::string& channel, std::string payload)> hook) {
    on_message_ = std::move(hook);
  }

  // From the wire.
  void connected();
  void received(std::string_view bytes);
  void lost(const std::string& why);
  void woken();

  std::size_t waiting() const { return waiting_.size(); }

 private:
  enum class State { idle, pausing, connecting, greeting, up };
  struct Waiting {
    Done done;
    Instant since;
    std::size_t bytes;
  };

  void send(const Command& command, Done done);
  void greeted(std::size_t index, Result<Reply> reply);
  void take(Reply reply);
  void attempt();
  void down(const std::string& why);
  void fail_waiting(Errc code, const std::string& why);
  void arrange_wake();

  const Clock& clock_;
  Wire& wire_;
  LinkOptions options_;
  Random random_;
  State state_ = State::idle;
  ReplyReader reader_;
  std::deque<Waiting> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::vector<Reply> greetings_;
  Duration pause_;
  Instant heard_{};                 // the last bytes, or the start of this attempt
  Instant again_{};                 // of a pause
  Instant wakes_ = Instant::max();  // what the wire was asked for
  std::uint64_t connection_ = 0;    // counts connections: what belongs to an earlier one is recognised
  std::string told_;                // the last reason that on_down() was told
  std::function<void(const std::vector<Reply>&)> on_up_;
  std::function<void(const std::string&)> on_down_;
  std::function<void(const std::string&, std::string)> on_message_;
};

}  // namespace longwave::redis
