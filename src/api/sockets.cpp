// SPDX-License-Identifier: Apache-2.0
#include "api/sockets.hpp"

#include "access/password.hpp"
#include "api/channel_access.hpp"
#include "api/socket_connection.hpp"
#include "api/sockets_group.hpp"
#include "api/stream_connection.hpp"
#include "api/subscribing.hpp"
#include "base/assert.hpp"
#include "base/text.hpp"
#include "io/loop.hpp"
#include "web/websocket.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <unordered_map>

namespace longwave::api {
namespace {

namespace json = boost::json;

constexpr std::size_t secret_bytes = 16;

std::shared_ptr<const web::WebSocketOptions> socket_options() {
  static const auto options = std::make_shared<const web::WebSocketOptions>();
  return options;
}

/// The secret of a stream begins with its number, so that any loop knows where to look for it.
std::string new_secret(hub::ClientId client) {
  return fmt::format("{:x}.{}", client, access::random_token(secret_bytes));
}
hub::ClientId client_of(std::string_view secret) {
  hub::ClientId client = 0;
  std::from_chars(secret.data(), secret.data() + std::min(secret.find('.'), secret.size()), client, 16);
  return client;
}

/// The call that a stream with `?channels=` makes for its client.
std::string subscribing_call(std::string_view channels, std::string_view last_event_id) {
  json::array names;
  for (const auto name : text::split(channels, ',')) names.emplace_back(name);
  json::object since;
  for (const auto& [channel, position] : parse_positions(last_event_id)) {
    if (std::find(names.begin(), names.end(), json::value(channel)) == names.end()) continue;
    since[channel] = {{"offset", position.offset}, {"epoch", position.epoch}};
  }
  json::object params{{"channels", std::move(names)}};
  if (!since.empty()) params["since"] = std::move(since);
  return json::serialize(json::object{{"jsonrpc", "2.0"},
                                      {"id", "channels"},
                                      {"method", "channel.subscribe"},
                                      {"params", std::move(params)}});
}

}  // namespace

Sockets::Sockets(io::LoopGroup& loops, Post hub_post, std::function<hub::Hub&()> hub,
                 std::function<const rpc::Surroundings&(std::size_t)> surroundings, access::Rates* rates)
    : hub_post_(std::move(hub_post)),
      hub_(std::move(hub)),
      surroundings_(std::move(surroundings)),
      loops_(loops),
      rates_(rates) {
  for (std::size_t i = 0; i < loops.size(); ++i)
    groups_.push_back(std::make_unique<Group>(Group{.index = i, .loop = &loops[i]}));
}

void Sockets::attach(hub::Hub& hub) {
  first_group_ = hub.add_groups(*this, groups_.size());
  for (const auto& group : groups_) group->group = first_group_ + static_cast<hub::GroupId>(group->index);
}

Sockets::~Sockets() = default;

Sockets::Group& Sockets::here() {
  const auto found =
      std::find_if(groups_.begin(), groups_.end(), [](const auto& group) { return group->loop->here(); });
  LW_ASSERT(found != groups_.end(), "a connection belongs to a net loop");
  return **found;
}

void Sockets::refuse(web::RequestContext&& context, std::uint16_t code, std::string_view reason) {
  if (auto* session = context.upgrade(socket_options())) session->close(code, reason);
}

void Sockets::accept(web::RequestContext&& context, rpc::Caller caller, std::optional<access::Token> token) {
  Group& group = here();
  auto* session = context.upgrade(socket_options());
  if (!session) return;
  const auto id = group.new_id();
  auto* rates = rates_for(caller);
  enter(group, std::make_unique<SocketConnection>(id, *session, surroundings_(group.index),
                                                  group.share(std::move(caller)), rates, *this));
  if (token) hold(group, id, *token);
}

void Sockets::open_stream(web::RequestContext&& context, rpc::Caller caller,
                          std::optional<access::Token> token) {
  Group& group = here();
  const auto& request = context.request();
  const bool lines = request.headers.has_token("Accept", "application/x-ndjson");
  const std::string channels(request.query_value("channels").value_or(""));
  std::string position(request.headers.get("Last-Event-ID"));
  if (position.empty()) position = request.query_value("last_event_id").value_or("");

  web::StreamHead head;
  head.chunked = false;  // each message delimits itself; it ends with the connection
  head.headers = {{"Content-Type", lines ? "application/x-ndjson" : "text/event-stream"},
                  {"Cache-Control", "no-store"},
                  {"X-Accel-Buffering", "no"}};
  auto stream = context.start_stream(std::move(head));
  if (!stream.open()) return;
  const auto id = group.new_id();
  auto* rates = rates_for(caller);
  auto made = std::make_unique<StreamConnection>(
      id, std::move(stream), lines ? StreamForm::lines : StreamForm::events, new_secret(id), *group.loop,
      surroundings_(group.index), group.share(std::move(caller)), rates, *this);
  auto& connection = *made;
  enter(group, std::move(made));
  if (token) hold(group, id, *token);
  connection.greet();
  if (!channels.empty()) connection.peer().receive(subscribing_call(channels, position));
}

void Sockets::enter(Group& group, std::unique_ptr<Connection> connection) {
  const auto id = connection->id();
  hub_post_([this, id, person = person_of(connection->caller())]() mutable {
    hub_().connect(id, std::move(person));
  });
  group.connections.emplace(id, std::move(connection));
}

void Sockets::leave(hub::ClientId client) {
  Group& group = *groups_[loop_of(client)];
  const auto node = group.connections.extract(client);
  if (!node) return;
  Connection& connection = *node.mapped();
  while (!connection.joined_.empty()) part(group, connection, connection.joined_.back().channel->name);
  group.tokens.forget(client);
  hub_post_([this, client] { hub_().disconnect(client); });
}

void Sockets::deliver(web::RequestContext&& context, const std::string& session) {
  const auto client = client_of(session);
  const auto loop = loop_of(client);
  const auto take = [this, client, session](web::RequestContext& call) {
    auto* connection = find(client);
    if (!connection || !connection->answers_to(session)) {
      return call.respond(web::Response::text(
          404, "there is no such session (any more): open a new stream and subscribe with `since`\n"));
    }
    if (const auto wait = connection->receive_posted(call.request().body))
      return call.respond(too_many_requests(*wait));
    call.respond(web::Response::empty(202));
  };
  if (loop >= groups_.size()) {
    return context.respond(web::Response::text(404, "there is no such session\n"));
  }
  groups_[loop]->loop->post([take, context = std::move(context)]() mutable { take(context); });
}

Connection* Sockets::find(hub::ClientId client) {
  auto& connections = groups_[loop_of(client)]->connections;
  const auto found = connections.find(client);
  return found == connections.end() ? nullptr : found->second.get();
}

void Sockets::post_to(hub::ClientId client, UniqueFunction<void(Connection&)> use) {
  if (loop_of(client) >= groups_.size()) return;
  groups_[loop_of(client)]->loop->post([this, client, use = std::move(use)]() mutable {
    if (auto* connection = find(client)) use(*connection);
  });
}

void Sockets::subscribe(hub::ClientId client,
                        std::vector<std::pair<std::string, std::optional<hub::Position>>> channels,
                        std::optional<rpc::Responder> answer) {
  auto* connection = find(client);
  if (!connection) return;
  const hub::Ticket ticket = ++connection->last_ticket_;
  const bool judged = !answer;
  auto call = std::make_shared<Connection::Subscribing>(
      Connection::Subscribing{.answer = std::move(answer), .open = channels.size()});
  for (const auto& [channel, since] : channels) {
    connection->answered(channel, {{"error", "subscribed to again meanwhile"}});
    part(*groups_[loop_of(client)], *connection,
         channel);  // what comes from here on is in the new beginning
    if (!connection->joining_) connection->joining_ = std::make_unique<std::vector<Connection::Joining>>();
    connection->joining_->push_back({channel, ticket, call});
  }
  const auto& tokens = groups_[loop_of(client)]->tokens;
  std::vector<bool> named;
  for (const auto& [channel, since] : channels) named.push_back(tokens.granted(client, channel));
  hub_post_([this, client, ticket, judged, caller = connection->caller(), named = std::move(named),
             channels = std::move(channels)] {
    hub::Hub& hub = hub_();
    for (std::size_t i = 0; i < channels.size(); ++i) {
      const auto& [channel, since] = channels[i];
      const auto may =
          judged ? Result<void>{} : may_subscribe(caller, named[i], channel, *hub.config(channel));
      if (may) {
        hub.subscribe(client, channel, since, ticket);
      } else {
        joined(loop_of(client), client, channel, ticket, may.error());
      }
    }
  });
}

void Sockets::sessions_ended(const std::vector<std::string>& sessions) {
  for (const auto& group : groups_) {
    group->loop->post([sessions, &group = *group] {
      for (const auto& [id, connection] : group.connections) {
        const auto& session = connection->caller().session;
        if (!session.empty() && std::find(sessions.begin(), sessions.end(), session) != sessions.end())
          connection->close(web::close_code::expired, "expired");
      }
    });
  }
}

void Sockets::part(Group& group, Connection& connection, std::string_view channel) {
  const auto found = group.channels.find(std::string(channel));
  if (found == group.channels.end()) return;
  LoopChannel& left = found->second;
  auto* membership = connection.joined(left);
  if (!membership) return;
  // The last of the members takes the place that becomes free.
  Connection* last = left.members.back();
  left.members[membership->place] = last;
  last->joined(left)->place = membership->place;
  left.members.pop_back();
  connection.joined_.erase(connection.joined_.begin() + (membership - connection.joined_.data()));
  if (left.members.empty()) group.channels.erase(found);
}

void Sockets::unsubscribe(hub::ClientId client, const std::vector<std::string>& channels) {
  auto* connection = find(client);
  if (!connection) return;
  for (const auto& channel : channels) {
    connection->answered(channel, {{"error", "unsubscribed meanwhile"}});
    part(*groups_[loop_of(client)], *connection, channel);
  }
  hub_post_([this, client, channels] {
    for (const auto& channel : channels) hub_().unsubscribe(client, channel);
  });
}

void Sockets::joined(std::size_t loop, hub::ClientId client, const std::string& channel, hub::Ticket ticket,
                     Result<hub::Joined> joined) {
  groups_[loop]->loop->post([this, client, channel, ticket, joined = std::move(joined)]() mutable {
    if (auto* connection = find(client)) arrived(*connection, channel, ticket, std::move(joined));
  });
}

void Sockets::close(std::size_t, hub::ClientId client, std::uint16_t code, const std::string& reason) {
  post_to(client, [code, reason](Connection& connection) { connection.close(code, reason); });
}

}  // namespace longwave::api
