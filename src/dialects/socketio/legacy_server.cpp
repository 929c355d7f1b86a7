// SPDX-License-Identifier: Apache-2.0
#include "dialects/socketio/legacy_server.hpp"

#include "base/text.hpp"
#include "dialects/socketio/legacy_shell.hpp"
#include "io/loop.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace longwave::socketio::legacy {
namespace {

constexpr std::chrono::seconds told_close_timeout{60};
constexpr std::size_t body_limit = 64 * 1024;
constexpr std::size_t id_bytes = 15;
constexpr std::size_t most_of_a_guest = 256;

std::shared_ptr<const web::WebSocketOptions> socket_options() {
  auto options = std::make_shared<web::WebSocketOptions>();
  options->ping_every = Duration::zero();  // the protocol has heartbeats of its own
  options->shutdown_code = web::close_code::going_away;
  return options;
}

/// `/socket.io/1/<transport>/<id>[/]`, taken apart; the transport may be empty.
struct Address {
  std::string transport;
  std::string id;
};
std::optional<Address> parse_address(std::string_view rest) {
  const auto parts = text::split(rest, '/');
  const bool ends = parts.size() == 2 || (parts.size() == 3 && parts[2].empty());
  if (!ends || parts[1].empty()) return std::nullopt;
  return Address{std::string(parts[0]), std::string(parts[1])};
}

std::shared_ptr<Handshake> handshake_of(const web::Request& request) {
  auto made = std::make_shared<Handshake>();
  made->query = request.query;
  made->headers = request.headers;
  made->peer = request.peer;
  made->is_loopback = request.is_loopback;
  made->tls = request.tls;
  made->identity = request.identity;
  return made;
}

}  // namespace

Server::State::State(io::LoopGroup& loops, ServerOptions given, Accept accept_user)
    : options(std::move(given)),
      accept(std::move(accept_user)),
      socket_terms(socket_options()),
      groups(loops.size()) {
  for (std::size_t i = 0; i < loops.size(); ++i) {
    groups[i].loop = &loops[i];
    groups[i].post = loops[i].poster();
  }
}

std::uint32_t Server::State::here() const {
  std::uint32_t i = 0;
  while (!groups[i].loop->here()) ++i;
  return i;
}

web::Response Server::State::answer(const web::Request& request, int status, std::string body) const {
  auto response = web::Response::text(status, std::move(body));
  response.headers.set("Cache-Control", "no-store");
  if (options.cors) options.cors(request, response.headers);
  return response;
}

bool Server::State::offered(std::string_view transport) const {
  return std::find(options.transports.begin(), options.transports.end(), transport) !=
         options.transports.end();
}

void Server::State::shake(web::RequestContext context) {
  auto& request = context.request();
  if (options.admit) {
    if (auto admitted = options.admit(request); !admitted)
      return context.respond(answer(request, 403, admitted.error().message));
  }
  const auto id = random_id(id_bytes);
  const auto now = groups[here()].loop->now();
  {
    const std::lock_guard lock(mutex);
    forget_unclaimed(now);
    const std::string guest = request.is_loopback ? "" : request.peer.ip;
    const auto held = guests.find(guest);
    if (known.size() >= options.sessions_limit || (held != guests.end() && held->second >= most_of_a_guest))
      return context.respond(answer(request, 403, "too many sessions; come back later"));
    known[id] = {std::nullopt, handshake_of(request), guest};
    if (!guest.empty()) ++guests[guest];
    unclaimed.emplace_back(now + options.session.heartbeat_timeout, id);
  }
  const auto seconds = [](Duration d) { return std::chrono::ceil<std::chrono::seconds>(d).count(); };
  context.respond(answer(request, 200,
                         fmt::format("{}:{}:{}:{}", id, seconds(options.session.heartbeat_timeout),
                                     told_close_timeout.count(), fmt::join(options.transports, ","))));
}

// With the mutex held.
void Server::State::forget_unclaimed(Instant now) {
  while (!unclaimed.empty() && unclaimed.front().first <= now) {
    const auto found = known.find(unclaimed.front().second);
    if (found != known.end() && !found->second.group) {
      discharge(found->second);
      known.erase(found);
    }
    unclaimed.pop_front();
  }
}

// With the mutex held.
void Server::State::discharge(Known& entry) {
  const auto guest = guests.find(std::exchange(entry.guest, {}));
  if (guest != guests.end() && --guest->second == 0) guests.erase(guest);
}

// The loop of the first transport takes the session.
std::optional<std::uint32_t> Server::State::claim(const std::string& id, const web::Request& request) {
  const std::lock_guard lock(mutex);
  forget_unclaimed(groups[here()].loop->now());
  const auto found = known.find(id);
  if (found == known.end()) return std::nullopt;
  if (!found->second.group) {
    found->second.group = here();
    discharge(found->second);
    // Clients repeat the page's query with every request; whoever gave it only now means it as well.
    auto& query = found->second.handshake->query;
    query.insert(query.end(), request.query.begin(), request.query.end());
  }
  return found->second.group;
}

std::optional<std::uint32_t> Server::State::group_of(const std::string& id) {
  const std::lock_guard lock(mutex);
  const auto found = known.find(id);
  return found == known.end() ? std::nullopt : found->second.group;
}

Conversation* Server::State::conversation(std::uint32_t group, const std::string& id) {
  const auto found = groups[group].by_id.find(id);
  return found == groups[group].by_id.end() ? nullptr : found->second.get();
}

Conversation* Server::State::ensure(std::uint32_t group, const std::string& id) {
  if (auto* there = conversation(group, id)) return there;
  std::shared_ptr<const Handshake> handshake;
  {
    const std::lock_guard lock(mutex);
    const auto found = known.find(id);
    if (found == known.end()) return nullptr;
    handshake = found->second.handshake;
  }
  auto made = std::make_unique<Conversation>(*this, group, ++last_number, id, std::move(handshake));
  auto& place = groups[group].by_id[id];
  place = std::move(made);
  groups[group].by_serial[place->ref().serial] = place.get();
  return place.get();
}

// Called from inside the session: it is destroyed at the end of the turn.
void Server::State::forget(Conversation& conversation) {
  {
    const std::lock_guard lock(mutex);
    known.erase(conversation.id());
  }
  auto& group = groups[conversation.ref().group];
  group.by_serial.erase(conversation.ref().serial);
  auto node = group.by_id.extract(conversation.id());
  group.loop->defer([dead = std::move(node.mapped())] {});
}

void Server::State::disconnect(web::RequestContext context, const std::string& id) {
  const auto group = group_of(id);
  context.respond(answer(context.request(), 200, ""));
  if (!group) {
    const std::lock_guard lock(mutex);
    if (const auto found = known.find(id); found != known.end()) {
      discharge(found->second);
      known.erase(found);
    }
    return;
  }
  groups[*group].post([this, id, group = *group] {
    if (auto* there = conversation(group, id)) there->session().end();
  });
}

void Server::State::open(web::RequestContext context, const std::string& id) {
  const auto group = claim(id, context.request());
  // A session that began with polls stays on their loop; this client then goes on with those.
  if (!group || *group != here()) return context.respond(answer(context.request(), 400, ""));
  auto* there = ensure(*group, id);
  if (!there || there->has_socket()) return context.respond(answer(context.request(), 400, ""));
  if (auto* socket = context.upgrade(socket_terms)) there->open(*socket);
}

void Server::State::pass_on(web::RequestContext context, const std::string& id) {
  const auto group = claim(id, context.request());
  if (!group) return context.respond(answer(context.request(), 400, ""));
  const auto number = ++last_number;
  const bool is_poll = context.request().method != "POST";
  if (is_poll) {
    context.on_gone([this, id, number, group = *group] {
      groups[group].post([this, id, number, group] {
        if (auto* there = conversation(group, id)) there->poll_gone(number);
      });
    });
  }
  auto use = [this, id, number, is_poll, group = *group](web::RequestContext given) {
    auto* there = is_poll ? ensure(group, id) : conversation(group, id);
    if (!there) return given.respond(answer(given.request(), 400, ""));
    is_poll ? there->poll(std::move(given), number) : there->post(std::move(given));
  };
  if (*group == here()) return use(std::move(context));
  groups[*group].post(
      [use = std::move(use), context = std::move(context)]() mutable { use(std::move(context)); });
}

void Server::State::serve(web::RequestContext context) {
  auto& request = context.request();
  if (request.method == "OPTIONS" || request.method == "HEAD")
    return context.respond(answer(request, 200, ""));
  const auto address = parse_address(request.parameter("rest"));
  if (!address) return context.respond(answer(request, 404, ""));
  if (request.query_value("disconnect")) return disconnect(std::move(context), address->id);
  if (!offered(address->transport)) return context.respond(answer(request, 400, ""));
  if (address->transport == "websocket") return open(std::move(context), address->id);
  pass_on(std::move(context), address->id);
}

Server::Server(io::LoopGroup& loops, ServerOptions options, Accept accept)
    : state_(std::make_unique<State>(loops, std::move(options), std::move(accept))) {}

Server::~Server() = default;

Result<void> Server::add_routes(web::Router& router) {
  auto* state = state_.get();
  const auto base = fmt::format("/{}/1", state->options.resource);
  for (const auto& path : {base, base + "/"}) {
    auto added = router.add({{"GET", "POST"},
                             path,
                             "Socket.IO 0.9: handshake",
                             [state](web::RequestContext&& context) { state->shake(std::move(context)); },
                             body_limit});
    if (!added) return added;
  }
  return router.add({{"GET", "POST", "OPTIONS"},
                     base + "/*rest",
                     "Socket.IO 0.9: WebSocket and xhr-polling",
                     [state](web::RequestContext&& context) { state->serve(std::move(context)); },
                     body_limit});
}

void Server::post_to(Ref ref, UniqueFunction<void(Session&)> use) {
  post(ref.group, [this, ref, use = std::move(use)]() mutable {
    if (auto* session = find(ref)) use(*session);
  });
}

void Server::post(std::uint32_t group, Task task) {
  state_->groups[group].post(std::move(task));
}

Session* Server::find(Ref ref) {
  auto& group = state_->groups[ref.group];
  const auto found = group.by_serial.find(ref.serial);
  return found == group.by_serial.end() ? nullptr : &found->second->session();
}

std::size_t Server::sessions() const {
  const std::lock_guard lock(state_->mutex);
  return state_->known.size();
}

}  // namespace longwave::socketio::legacy
