// SPDX-License-Identifier: Apache-2.0
#include "api/sockets.hpp"

#include "base/assert.hpp"
#include "io/loop.hpp"
#include "web/websocket.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <algorithm>

namespace longwave::api {
namespace {

namespace json = boost::json;

constexpr hub::ClientId group_bits = 8;  // the low bits of a client's number say on which loop it lives

constexpr Duration look_after = std::chrono::milliseconds{20};

hub::GroupId group_of(hub::ClientId client) {
  return static_cast<hub::GroupId>(client & ((hub::ClientId{1} << group_bits) - 1));
}

/// A publication as it goes over the wire, except for those who ask for another dialect.
std::string wire_text(const hub::Publication& publication) {
  return rpc::notification(publication.method,
                           fmt::format(R"({{"channel":{},"offset":{},"epoch":{},"data":{}}})",
                                       json::serialize(json::string(publication.channel)), publication.offset,
                                       json::serialize(json::string(publication.epoch)), *publication.data));
}

}  // namespace

hub::Person person_of(hub::ClientId client, const rpc::Caller& caller) {
  return {.key = caller.user.empty() ? fmt::format("guest:{}", client) : "user:" + caller.user,
          .user = caller.user,
          .name = caller.name.empty() ? caller.user : caller.name};
}

/// What one net loop knows.
struct Sockets::Group {
  std::size_t index;
  io::Loop* loop;
  hub::ClientId next = 1;
  std::unordered_map<hub::ClientId, std::unique_ptr<Connection>> connections;
  std::unordered_map<std::string, std::vector<Connection*>> channels;
};

struct Sockets::Connection::Subscribing {
  rpc::Responder answer;
  std::size_t open;  // channels that haven't answered
  json::object result;
};

Sockets::Connection::Connection(hub::ClientId id, web::WebSocketSession& session,
                                const rpc::Surroundings& surroundings, rpc::Caller caller)
    : id_(id),
      session_(session),
      peer_(surroundings, *this, std::move(caller)),
      look_again_(session.loop()) {}

void Sockets::Connection::send(rpc::Message message) {
  session_.send_text(message.text);
}
std::size_t Sockets::Connection::queued_bytes() const {
  return session_.queued_bytes();
}

void Sockets::Connection::tell_when_drained() {
  if (!look_again_.armed()) look_again_.after(look_after, [this] { peer_.drained(); });
}

void Sockets::Connection::notify(std::string_view method, std::string_view params) {
  session_.send_text(rpc::notification(method, params));
}

Sockets::Sockets(io::LoopGroup& loops, Post hub_post, std::function<hub::Hub&()> hub,
                 std::function<rpc::Surroundings(std::size_t)> surroundings)
    : hub_post_(std::move(hub_post)),
      hub_(std::move(hub)),
      surroundings_(std::move(surroundings)),
      loops_(loops) {
  LW_ASSERT(loops.size() <= (std::size_t{1} << group_bits), "more net loops than a client's number can tell");
  for (std::size_t i = 0; i < loops.size(); ++i) {
    groups_.push_back(
        std::make_unique<Group>(Group{.index = i, .loop = &loops[i], .connections = {}, .channels = {}}));
  }
}

Sockets::~Sockets() = default;

void Sockets::accept(web::RequestContext&& context, rpc::Caller caller) {
  static const auto options = std::make_shared<const web::WebSocketOptions>();
  auto found = std::find_if(groups_.begin(), groups_.end(), [](const auto& g) { return g->loop->here(); });
  LW_ASSERT(found != groups_.end(), "a WebSocket is accepted on a net loop");
  Group& group = **found;
  auto* session = context.upgrade(options);
  if (!session) return;

  const hub::ClientId id = group.next++ << group_bits | group.index;
  caller.connection = id;
  auto& connection =
      *group.connections
           .emplace(id, std::make_unique<Connection>(id, *session, surroundings_(group.index), caller))
           .first->second;
  session->on_message([&connection](std::string_view payload, bool is_binary) {
    if (is_binary) {
      connection.session_.close(web::close_code::unsupported, "messages are text");
    } else {
      connection.peer_.receive(payload);
    }
  });
  session->on_drained([&connection] { connection.peer_.drained(); });
  session->on_close([this, &connection](std::uint16_t, std::string_view) { leave(connection); });
  hub_post_([this, id, group = static_cast<hub::GroupId>(group.index),
             person = person_of(id, caller)]() mutable { hub_().connect(id, group, std::move(person)); });
}

void Sockets::leave(Connection& connection) {
  Group& group = *groups_[group_of(connection.id_)];
  for (const auto& [channel, position] : connection.channels_) {
    auto& members = group.channels[channel];
    std::erase(members, &connection);
    if (members.empty()) group.channels.erase(channel);
  }
  const auto id = connection.id_;
  group.connections.erase(id);
  hub_post_([this, id] { hub_().disconnect(id); });
}

Sockets::Connection* Sockets::find(hub::ClientId client) {
  auto& connections = groups_[group_of(client)]->connections;
  const auto found = connections.find(client);
  return found == connections.end() ? nullptr : found->second.get();
}

void Sockets::post_to(hub::ClientId client, UniqueFunction<void(Connection&)> use) {
  if (group_of(client) >= groups_.size()) return;
  groups_[group_of(client)]->loop->post([this, client, use = std::move(use)]() mutable {
    if (auto* connection = find(client)) use(*connection);
  });
}

void Sockets::subscribe(hub::ClientId client,
                        std::vector<std::pair<std::string, std::optional<hub::Position>>> channels,
                        rpc::Responder answer) {
  auto* connection = find(client);
  if (!connection) return;
  const hub::Ticket ticket = ++connection->last_ticket_;
  auto call = std::make_shared<Connection::Subscribing>(
      Connection::Subscribing{.answer = std::move(answer), .open = channels.size(), .result = {}});
  for (const auto& [channel, since] : channels) {
    answered(*connection, channel, {{"error", "subscribed to again meanwhile"}});
    connection->joining_[channel] = {ticket, call};
  }
  hub_post_([this, client, ticket, channels = std::move(channels)] {
    for (const auto& [channel, since] : channels) hub_().subscribe(client, channel, since, ticket);
  });
}

void Sockets::answered(Connection& connection, const std::string& channel, json::object said) {
  const auto node = connection.joining_.extract(channel);
  if (!node) return;
  auto& call = *node.mapped().call;
  call.result[channel] = std::move(said);
  if (--call.open == 0) call.answer.finish(json::object{{"channels", std::move(call.result)}});
}

void Sockets::sessions_ended(const std::vector<std::string>& sessions) {
  for (const auto& group : groups_) {
    group->loop->post([this, sessions, &group = *group] {
      for (const auto& [id, connection] : group.connections) {
        rpc::Caller caller = connection->caller();
        if (caller.session.empty() ||
            std::find(sessions.begin(), sessions.end(), caller.session) == sessions.end())
          continue;
        caller.user.clear();
        caller.session.clear();
        caller.role = caller.loopback ? Role::admin : Role::anyone;
        connection->set_caller(caller);
        hub_post_([this, id = id, person = person_of(id, caller)]() mutable {
          hub_().identify(id, std::move(person));
        });
      }
    });
  }
}

void Sockets::unsubscribe(hub::ClientId client, const std::vector<std::string>& channels) {
  auto* connection = find(client);
  if (!connection) return;
  Group& group = *groups_[group_of(client)];
  for (const auto& channel : channels) {
    answered(*connection, channel, {{"error", "unsubscribed meanwhile"}});
    connection->channels_.erase(channel);
    const auto members = group.channels.find(channel);
    if (members == group.channels.end()) continue;
    std::erase(members->second, connection);
    if (members->second.empty()) group.channels.erase(members);
  }
  hub_post_([this, client, channels] {
    for (const auto& channel : channels) hub_().unsubscribe(client, channel);
  });
}

void Sockets::joined(hub::GroupId group, hub::ClientId client, const std::string& channel, hub::Ticket ticket,
                     Result<hub::Joined> joined) {
  groups_[group]->loop->post([this, client, channel, ticket, joined = std::move(joined)]() mutable {
    if (auto* connection = find(client)) arrived(*connection, channel, ticket, std::move(joined));
  });
}

void Sockets::arrived(Connection& connection, const std::string& channel, hub::Ticket ticket,
                      Result<hub::Joined> joined) {
  const auto waiting = connection.joining_.find(channel);
  if (waiting == connection.joining_.end() || waiting->second.ticket != ticket) return;  // given up meanwhile
  if (!joined) return answered(connection, channel, {{"error", joined.error().message}});
  auto& members = groups_[group_of(connection.id_)]->channels[channel];
  if (std::find(members.begin(), members.end(), &connection) == members.end()) members.push_back(&connection);
  connection.channels_[channel] = joined->position;
  // Values first, then the answer: when the call returns, the caller has what it asked for.
  for (auto publication : joined->first) {
    if (publication.offset == 0) {  // a present value: as of the position at which it joined
      publication.offset = joined->position.offset;
      publication.epoch = joined->position.epoch;
    }
    connection.session_.send_text(wire_text(publication));
  }
  json::object said{{"offset", joined->position.offset},
                    {"epoch", joined->position.epoch},
                    {"recovered", joined->recovered}};
  if (!joined->reason.empty()) said["reason"] = joined->reason;
  answered(connection, channel, std::move(said));
}

void Sockets::publish(hub::GroupId group, const std::shared_ptr<const hub::Publication>& publication) {
  groups_[group]->loop->post([this, group, publication] {
    const auto found = groups_[group]->channels.find(publication->channel);
    if (found == groups_[group]->channels.end()) return;
    web::SharedFrame frame;  // made once for all of this loop
    for (Connection* connection : found->second) {
      auto& known = connection->channels_[publication->channel];
      if (known.epoch == publication->epoch && publication->offset <= known.offset) continue;
      known = {publication->offset, publication->epoch};
      if (!frame) frame = web::Frame::text(wire_text(*publication));
      connection->session_.send_text(frame);
    }
  });
}

}  // namespace longwave::api
