// SPDX-License-Identifier: Apache-2.0
#include "dialects/socketio/engine.hpp"

#include "base/assert.hpp"
#include "base/text.hpp"
#include "dialects/socketio/connection.hpp"
#include "io/loop.hpp"

#include <sys/random.h>

#include <array>
#include <charconv>
#include <utility>

namespace longwave::socketio {

namespace {

constexpr std::size_t loop_digits = 2;
constexpr std::size_t loops_limit = 256;

std::shared_ptr<const web::WebSocketOptions> socket_options(const EngineLimits& limits) {
  web::WebSocketOptions options;
  options.message_limit = limits.max_payload;
  options.queue_limit = limits.queue_limit;
  options.ping_every = Duration::zero();  // the session has a heartbeat of its own
  options.shutdown_code = web::close_code::going_away;
  return std::make_shared<const web::WebSocketOptions>(std::move(options));
}

std::shared_ptr<const Handshake> handshake_of(const web::Request& request, bool is_websocket) {
  return std::make_shared<const Handshake>(Handshake{.query = request.query,
                                                     .headers = request.headers,
                                                     .peer = request.peer,
                                                     .is_loopback = request.is_loopback,
                                                     .tls = request.tls,
                                                     .is_websocket = is_websocket,
                                                     .identity = request.identity});
}

/// The group whose number ends the id; null: no id of ours.
Group* home_of(const EngineShared& shared, std::string_view sid) {
  if (sid.size() <= loop_digits) return nullptr;
  std::size_t index = loops_limit;
  const auto* end = sid.data() + sid.size();
  const auto [last, failed] = std::from_chars(end - loop_digits, end, index, 16);
  if (failed != std::errc{} || last != end || index >= shared.groups.size()) return nullptr;
  return shared.groups[index].get();
}

/// One request, on the loop it came to.
class Arrival {
 public:
  Arrival(EngineShared& shared, Group& here, web::RequestContext&& context)
      : shared_(shared), here_(here), context_(std::move(context)) {}

  void handle() {
    auto& request = context_.request();
    if (shared_.options.gate) {
      if (auto refused = shared_.options.gate(request)) return answer(std::move(*refused));
    }
    if (request.method == "OPTIONS") return preflight();
    if (request.query_value("EIO") != "4") return refuse(EngineRefusal::unsupported_version);
    const auto transport = request.query_value("transport");
    const bool websocket = transport == "websocket" && shared_.options.limits.websocket;
    if (!websocket && transport != "polling") return refuse(EngineRefusal::unknown_transport);
    if (websocket && !context_.wants_upgrade()) return refuse(EngineRefusal::bad_request);
    const auto sid = std::string(request.query_value("sid").value_or(""));
    if (sid.empty()) return request.method == "GET" ? open(websocket) : refuse(EngineRefusal::bad_method);
    auto* home = home_of(shared_, sid);
    if (!home) return refuse(EngineRefusal::unknown_session);
    if (websocket) return upgrade(*home, sid);
    if (request.method == "GET") return poll(*home, sid);
    if (request.method == "POST") return post(*home, sid);
    refuse(EngineRefusal::bad_method);
  }

 private:
  void answer(web::Response response) { respond(shared_, context_, std::move(response)); }
  void refuse(EngineRefusal why) { answer(refusal(why)); }

  void preflight() {
    auto response = web::Response::empty(204);
    response.headers.add("Access-Control-Allow-Methods", "GET, POST");
    response.headers.add("Access-Control-Allow-Headers", "Content-Type");
    answer(std::move(response));
  }

  void open(bool websocket) {
    const bool full = shared_.closing || shared_.sessions >= shared_.options.sessions_limit ||
                      (!websocket && here_.fresh >= shared_.options.fresh_limit);
    if (full) return answer(web::Response::text(503, "no more sessions at the moment\n"));
    auto handshake = handshake_of(context_.request(), websocket);
    if (websocket) {
      auto* socket = context_.upgrade(shared_.socket_options);
      if (socket) here_.open(std::move(handshake), socket).start();
      return;
    }
    auto& connection = here_.open(std::move(handshake), nullptr);
    auto response = web::Response::text(200, connection.open_packet());
    response.headers.set("Content-Type", "text/plain; charset=UTF-8");
    answer(std::move(response));
    connection.start();
  }

  void poll(Group& home, const std::string& sid) {
    const auto number = shared_.next_wire++;
    context_.on_gone([&here = here_, &home, sid, number] {
      here.cross(home, [&home, sid, number] {
        if (auto* connection = home.find(sid)) connection->poll_lost(number);
      });
    });
    here_.cross(home, [&shared = shared_, &home, sid, number, context = std::move(context_)]() mutable {
      if (auto* connection = home.find(sid)) return connection->poll(std::move(context), number);
      respond(shared, context, refusal(EngineRefusal::unknown_session));
    });
  }

  void post(Group& home, const std::string& sid) {
    here_.cross(home, [&shared = shared_, &home, sid, context = std::move(context_)]() mutable {
      if (auto* connection = home.find(sid)) return connection->post(std::move(context));
      respond(shared, context, refusal(EngineRefusal::unknown_session));
    });
  }

  /// Whether there is such a session is known on its loop only; the WebSocket is made on ours.
  void upgrade(Group& home, const std::string& sid) {
    if (context_.request().method != "GET") return refuse(EngineRefusal::bad_method);
    here_.cross(home,
                [&shared = shared_, &here = here_, &home, sid, context = std::move(context_)]() mutable {
                  const auto* connection = home.find(sid);
                  const auto session = connection ? std::optional(connection->ref()) : std::nullopt;
                  home.cross(here, [&shared, &here, &home, session, context = std::move(context)]() mutable {
                    if (!session) return respond(shared, context, refusal(EngineRefusal::unknown_session));
                    auto* socket = context.upgrade(shared.socket_options);
                    if (!socket) return;
                    const auto wire = here.add_wire(*socket, *session);
                    here.cross(home, [&home, session, wire] {
                      auto* found = home.find(session->serial);
                      if (!found || !found->probe(wire)) home.close(wire, web::close_code::normal);
                    });
                  });
                });
  }

  EngineShared& shared_;
  Group& here_;
  web::RequestContext context_;
};

}  // namespace

std::optional<std::string_view> Handshake::query_value(std::string_view name) const {
  for (const auto& [key, value] : query)
    if (key == name) return value;
  return std::nullopt;
}

web::Response refusal(EngineRefusal why) {
  struct Wording {
    int status;
    const char* body;
  };
  static constexpr std::array<Wording, 6> wordings = {{
      {400, R"({"code":0,"message":"Transport unknown"})"},
      {400, R"({"code":1,"message":"Session ID unknown"})"},
      {400, R"({"code":2,"message":"Bad handshake method"})"},
      {400, R"({"code":3,"message":"Bad request"})"},
      {403, R"({"code":4,"message":"Forbidden"})"},
      {400, R"({"code":5,"message":"Unsupported protocol version"})"},
  }};
  const auto& wording = wordings[static_cast<std::size_t>(why)];
  return web::Response::json(wording.body, wording.status);
}

void respond(const EngineShared& shared, web::RequestContext& context, web::Response response) {
  if (shared.options.cors) shared.options.cors(context.request(), response.headers);
  response.headers.add("Cache-Control", "no-store");
  context.respond(std::move(response));
}

Engine::Engine(io::LoopGroup& loops, EngineOptions options, EngineAccept accept)
    : shared_(std::make_unique<EngineShared>()) {
  LW_ASSERT(loops.size() <= loops_limit, "more loops than a session's id can tell");
  shared_->socket_options = socket_options(options.limits);
  shared_->options = std::move(options);
  shared_->accept = std::move(accept);
  for (std::size_t i = 0; i < loops.size(); ++i) {
    shared_->groups.push_back(std::make_unique<Group>(*shared_, i, loops[i]));
    shared_->groups.back()->outgoing.resize(loops.size());
  }
}

Engine::~Engine() = default;

Result<void> Engine::add_routes(web::Router& router) {
  const auto handle = [shared = shared_.get()](web::RequestContext&& context) {
    for (const auto& group : shared->groups) {
      if (&group->loop != &context.loop()) continue;
      return Arrival(*shared, *group, std::move(context)).handle();
    }
  };
  const auto on_head = [shared = shared_.get()](const web::Request& request) -> std::shared_ptr<void> {
    const auto sid = request.query_value("sid");
    if (request.method != "POST" || !sid) return nullptr;
    return std::make_shared<PostUnderWay>(*shared, std::string(*sid));
  };
  return router.add({.methods = {"*"},
                     .pattern = shared_->options.path,
                     .description = "Engine.IO 4: polling, WebSocket, upgrade",
                     .handler = handle,
                     .body_limit = shared_->options.limits.max_payload,
                     .on_head = on_head});
}

void Engine::post_to(EngineRef ref, UniqueFunction<void(EngineConnection&, EngineHandler&)> use) {
  if (ref.group >= shared_->groups.size()) return;
  auto* group = shared_->groups[ref.group].get();
  group->loop.post([group, serial = ref.serial, use = std::move(use)]() mutable {
    auto* connection = group->find(serial);
    if (connection && connection->handler()) use(*connection, *connection->handler());
  });
}

void Engine::defer(EngineRef ref, UniqueFunction<void(EngineHandler&)> use) {
  auto* group = shared_->groups[ref.group].get();
  group->loop.defer([group, serial = ref.serial, use = std::move(use)]() mutable {
    auto* connection = group->find(serial);
    if (connection && connection->handler()) use(*connection->handler());
  });
}

EngineHandler* Engine::find(EngineRef ref) {
  auto& group = *shared_->groups[ref.group];
  LW_ASSERT(group.loop.here(), "a connection is looked for on its loop");
  auto* connection = group.find(ref.serial);
  return connection ? connection->handler() : nullptr;
}

void Engine::close_all() {
  shared_->closing = true;
  for (const auto& group : shared_->groups) {
    group->loop.post([group = group.get()] {
      for (const auto& [serial, connection] : group->connections) connection->close();
    });
  }
}

std::size_t Engine::sessions() const {
  return shared_->sessions;
}

web::SharedFrame message_frame(std::string_view text) {
  std::string packet;
  packet.reserve(text.size() + 1);
  packet += '4';
  packet += text;
  return web::Frame::text(packet);
}

std::string random_id(std::size_t bytes) {
  std::string drawn(bytes, '\0');
  LW_ASSERT(getrandom(drawn.data(), drawn.size(), 0) == static_cast<ssize_t>(bytes),
            "the system gives random bytes");
  return text::base64url(drawn);
}

}  // namespace longwave::socketio
