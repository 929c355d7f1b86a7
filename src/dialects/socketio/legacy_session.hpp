// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/task.hpp"
#include "base/time.hpp"
#include "dialects/socketio/legacy_packet.hpp"
#include "web/frame.hpp"

#include <boost/json/fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace longwave::socketio::legacy {

struct SessionOptions {
  Duration heartbeat_interval = std::chrono::seconds{5};  ///< between ours; also the longest wait of a poll
  Duration heartbeat_timeout = std::chrono::seconds{60};  ///< without a word of the client it ends
  std::size_t queue_limit = 1024 * 1024;                  ///< bytes that wait for a poll; more: it ends
};

/// Who asked for an ack, to be given to Session::ack(); empty id: nobody did.
struct AckId {
  std::string id = {};
};

/// What lives above a session: its namespaces. May call the session from inside any of these.
class User {
 public:
  virtual ~User() = default;
  /// The client wants into a namespace; to be answered by accept(), refuse() or end(), now or later. What the
  /// client says meanwhile waits. False: there is no such namespace.
  virtual bool on_connect(const std::string& endpoint, const std::string& query) = 0;
  /// It left, or the session has ended; only after accept(). `goodbye`: somebody meant it; else the
  /// connection broke or fell silent.
  virtual void on_disconnect(const std::string& endpoint, bool goodbye) = 0;
  /// False: there is no such event here.
  virtual bool on_event(const std::string& endpoint, const std::string& name, boost::json::array& args,
                        AckId ack) = 0;
  /// Packets of the types 3 and 4.
  virtual void on_text(const std::string& endpoint, std::string_view text, AckId ack);
  virtual void on_json(const std::string& endpoint, boost::json::value& value, AckId ack);
  /// A packet or a poll came, so what was sent before a while has arrived. Often.
  virtual void on_heard() {}
  /// The last call.
  virtual void on_ended() {}
};

/// Where a session's words go; called from inside its functions.
class Outlet {
 public:
  virtual void send(const web::SharedFrame& frame) = 0;  ///< to the WebSocket
  virtual void close_socket() = 0;
  virtual void answer_poll(std::string body) = 0;  ///< to the poll that waits
  virtual void ended() = 0;  ///< the session is over; nothing more comes, destroy it later

 protected:
  ~Outlet() = default;
};

/// One session of Socket.IO 0.9 over a WebSocket or polls, as a machine: transports, packets and the time go
/// in, words for the client and calls of the User come out. Pure; belongs to one thread.
class Session {
 public:
  Session(const SessionOptions& options, Instant now, Outlet& outlet, User& user);
  ~Session();

  // What the transports bring.
  void open_socket(Instant now);
  void text(std::string_view packets, Instant now);
  void socket_lost();
  /// The body to answer at once; nullopt: it waits. A poll that waited before is answered with a noop.
  std::optional<std::string> poll(Instant now);
  void poll_gone() { poll_waits_ = false; }
  /// The body of a POST. False: it isn't one.
  bool post(std::string_view body, Instant now);
  /// When on_time() is wanted next.
  Instant due() const;
  void on_time(Instant now);

  // What the User does.
  void accept(const std::string& endpoint);
  void refuse(const std::string& endpoint, Reason reason);
  void leave(const std::string& endpoint);
  /// A packet that may be shared with other sessions.
  void send(const web::SharedFrame& packet);
  void send(std::string_view packet) { send(web::Frame::text(packet)); }
  void emit(std::string_view endpoint, std::string_view name, std::string_view args_json) {
    send(event_packet(endpoint, name, args_json));
  }
  /// `answer` gets the arguments as JSON text ("" if there were none), once, or is dropped.
  using Answer = UniqueFunction<void(std::string_view args_json)>;
  void emit(std::string_view endpoint, std::string_view name, std::string_view args_json, Answer answer);
  void ack(std::string_view endpoint, const AckId& to, std::string_view args_json);
  /// `goodbye` as of User::on_disconnect.
  void end(bool goodbye = true);

  bool over() const { return over_; }
  bool connected(const std::string& endpoint) const;

 private:
  enum class Carrier : std::uint8_t { none, socket, polls };
  enum class Stage : std::uint8_t { asked, open };

  void take(std::string_view packet);
  void handle(const Packet& packet);
  void handle_connect(const Packet& packet);
  void handle_event(const Packet& packet);
  void handle_data(const Packet& packet);
  void handle_ack(const Packet& packet);
  void auto_ack(const Packet& packet);
  void garbage(const std::string& endpoint, std::string_view name, std::string_view text);
  bool asking() const;
  void settled();
  void flush();
  std::string queued();

  const SessionOptions& options_;
  Outlet& outlet_;
  User& user_;
  Carrier carrier_ = Carrier::none;
  bool poll_waits_ = false;
  bool over_ = false;
  bool settling_ = false;
  Instant heard_;
  Instant beat_;  // when the next heartbeat, or the noop of the waiting poll, is due
  std::deque<web::SharedFrame> queue_;
  std::size_t queued_bytes_ = 0;
  std::map<std::string, Stage, std::less<>> endpoints_;
  std::deque<Packet> held_;  // said while a namespace was asked for
  std::map<std::uint64_t, Answer> answers_;
  std::uint64_t last_id_ = 0;
  std::size_t garbage_ = 0;  // in a row
};

}  // namespace longwave::socketio::legacy
