// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "station/backends/xmms2_value.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace longwave::station::xmms2 {

/// What a daemon tells without being asked; docs/protocols/xmms2.md.
enum class Broadcast {
  quit,
  playlist_changed,
  current_pos,
  playlist_loaded,
  config_changed,
  status,
  volume,
  current_id,
  entry_added,
  entry_changed,
  entry_removed,
  collection_changed,
  reader_status
};

/// How the client reaches the daemon. Implemented by the shell, and by tests.
class Wire {
 public:
  /// Answered by Client::connected() or Client::lost(), never from inside.
  virtual void connect() = 0;
  virtual void write(std::string bytes) = 0;
  virtual void close() = 0;
  /// Client::woken() is to be called at that instant; a later call replaces it.
  virtual void wake(Instant when) = 0;

 protected:
  ~Wire() = default;
};

struct ClientOptions {
  std::string name = "wxmms2";  ///< [A-Za-z0-9_-]
  Duration answer_within = std::chrono::seconds{10};
  Duration slow_within = std::chrono::seconds{120};  ///< imports and queries
  Duration first_pause = std::chrono::milliseconds{250};
  Duration longest_pause = std::chrono::seconds{10};
};

/// A client of an XMMS2 daemon: greets (protocol 24, then 18), subscribes, calls, and comes back after a loss
/// with a pause that doubles. Pure: bytes and time in, bytes out. Belongs to one loop.
///
/// A call ends exactly once: with the daemon's value, with `broken` and the daemon's own words, or with
/// `unavailable`. An answer that is overdue, a message that is too long or no value: the connection is given
/// up, as its other answers can't be trusted to come.
class Client {
 public:
  using Done = UniqueFunction<void(Result<Value>)>;

  Client(const Clock& clock, Wire& wire, ClientOptions options = {});

  void start();
  /// Ends everything; calls under way get `cancelled`.
  void stop();

  /// It answers, and has been subscribed to.
  std::function<void()> on_up = [] {};
  std::function<void(const std::string& why)> on_down = [](const std::string&) {};
  std::function<void(Broadcast, const Value&)> on_broadcast = [](Broadcast, const Value&) {};

  bool up() const { return state_ == State::up; }
  Protocol protocol() const { return protocol_; }  ///< while up

  /// `slow`: may take long (an import, a query).
  void call(std::uint32_t object, std::uint32_t command, List arguments, Done done, bool slow = false);

  // The shell's side.
  void connected();
  void received(std::string_view bytes);
  void lost(const std::string& why);
  void woken();

 private:
  enum class State { idle, connecting, greeting, up, pausing };
  struct Waiting {
    Done done;
    Instant due;
  };
  void hello();
  void greeted(Result<Value> answer);
  void subscribe();
  void send(std::uint32_t object, std::uint32_t command, List arguments, Done done, Duration within);
  void take(const Header& header, std::string_view payload);
  void down(const std::string& why);
  void fail_all(const Error& why);
  void arrange_wake();

  const Clock& clock_;
  Wire& wire_;
  ClientOptions options_;
  State state_ = State::idle;
  Protocol protocol_ = Protocol::v24;
  std::uint64_t connection_ = 0;  // a callback may end it
  std::uint32_t last_cookie_ = 0;
  std::string unread_;
  std::map<std::uint32_t, Waiting> waiting_;       // by cookie
  std::map<std::uint32_t, Broadcast> subscribed_;  // by cookie
  Duration pause_;
  Instant again_{};
};

}  // namespace longwave::station::xmms2
