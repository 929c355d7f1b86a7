// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dialects/socketio/legacy_server.hpp"
#include "io/deadline.hpp"
#include "web/context.hpp"
#include "web/websocket.hpp"

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

/// The inside of legacy::Server: for its two files only.
namespace longwave::socketio::legacy {

/// A session with its shell: the waiting poll, the WebSocket, the time.
class Conversation final : public Client,
                           private Outlet,
                           private web::WebSocketHandler,
                           private io::Deadline {
 public:
  Conversation(Server::State& owner, std::uint32_t group, std::uint64_t serial, std::string id,
               std::shared_ptr<const Handshake> handshake);
  ~Conversation() override = default;

  Ref ref() const override { return {group_, serial_}; }
  const Handshake& handshake() const override { return *handshake_; }
  Session& session() override { return session_; }
  const std::string& id() const { return id_; }

  bool has_socket() const { return socket_ != nullptr; }
  void open(web::WebSocketSession& socket);
  void poll(web::RequestContext context, std::uint64_t number);
  void poll_gone(std::uint64_t number);
  void post(web::RequestContext context);
  /// The words of the User may have changed what is due.
  void rearm();

 private:
  void send(const web::SharedFrame& frame) override;
  void close_socket() override;
  void answer_poll(std::string body) override;
  void ended() override;
  void on_message(std::string_view payload, bool is_binary) override;
  void on_drained() override {}
  void on_close(std::uint16_t code, std::string_view reason) override;
  void on_deadline(Instant now) override;
  Instant now() const;

  Server::State& owner_;
  std::uint32_t group_;
  std::uint64_t serial_;
  std::string id_;
  std::shared_ptr<const Handshake> handshake_;
  web::WebSocketSession* socket_ = nullptr;
  std::optional<web::RequestContext> poll_;
  std::uint64_t poll_number_ = 0;
  std::unique_ptr<User> user_;
  Session session_;
};

struct Server::State {
  /// The sessions of one loop.
  struct Group {
    io::Loop* loop = nullptr;
    Post post;
    std::unordered_map<std::string, std::unique_ptr<Conversation>> by_id;
    std::unordered_map<std::uint64_t, Conversation*> by_serial;
  };
  /// What is known of an id on every loop: before its first transport only the handshake.
  struct Known {
    std::optional<std::uint32_t> group;  // none: its first transport hasn't come
    std::shared_ptr<Handshake> handshake;
    std::string guest = {};  // the address that is charged for it until then; empty: this machine
  };

  State(io::LoopGroup& loops, ServerOptions given, Accept accept_user);
  std::uint32_t here() const;
  web::Response answer(const web::Request& request, int status, std::string body) const;

  void shake(web::RequestContext context);
  void serve(web::RequestContext context);
  void disconnect(web::RequestContext context, const std::string& id);
  void open(web::RequestContext context, const std::string& id);
  void pass_on(web::RequestContext context, const std::string& id);
  bool offered(std::string_view transport) const;
  std::optional<std::uint32_t> claim(const std::string& id, const web::Request& request);
  std::optional<std::uint32_t> group_of(const std::string& id);
  Conversation* conversation(std::uint32_t group, const std::string& id);
  Conversation* ensure(std::uint32_t group, const std::string& id);
  void forget(Conversation& conversation);
  void forget_unclaimed(Instant now);
  void discharge(Known& entry);

  ServerOptions options;
  Accept accept;
  std::shared_ptr<const web::WebSocketOptions> socket_terms;
  std::vector<Group> groups;
  std::atomic<std::uint64_t> last_number{0};
  mutable std::mutex mutex;  // of what follows
  std::unordered_map<std::string, Known> known;
  std::unordered_map<std::string, std::size_t> guests;    // address -> its handshakes without a transport
  std::deque<std::pair<Instant, std::string>> unclaimed;  // in the order of their handshakes
};

}  // namespace longwave::socketio::legacy
