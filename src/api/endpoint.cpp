// SPDX-License-Identifier: Apache-2.0
#include "api/endpoint.hpp"

#include "access/jwt.hpp"
#include "access/password.hpp"
#include "access/rates.hpp"
#include "access/users.hpp"
#include "api/channel_calls.hpp"
#include "api/connection.hpp"
#include "api/rest.hpp"
#include "api/sockets.hpp"
#include "base/text.hpp"
#include "io/loop.hpp"
#include "io/timer.hpp"
#include "web/router.hpp"
#include "web/websocket.hpp"

#include <memory>
#include <utility>

namespace longwave::api {
namespace {

constexpr std::size_t body_limit = 64 * 1024;
constexpr Duration look_after = std::chrono::milliseconds{100};

constexpr std::string_view socket_path = "/rpc";

/// In place of a Caller: a WebSocket with a key that isn't valid. Many clients see the code with which a
/// WebSocket closes, but not the status with which its handshake is refused.
struct BadToken {
  std::uint16_t code;
  const char* reason;
};

/// A Caller that has shown a token: what the token says holds as long as the connection.
struct TokenCaller {
  rpc::Caller caller;
  access::Token token;
};

access::Knock knock_of(const web::Request& request) {
  access::Knock knock{
      .method = request.method, .path = request.path, .host = request.host(), .origin = {}, .fetch_site = {}};
  if (const auto* origin = request.headers.find("Origin")) knock.origin = *origin;
  if (const auto* site = request.headers.find("Sec-Fetch-Site")) knock.fetch_site = *site;
  knock.websocket = request.headers.has_token("Upgrade", "websocket");
  knock.loopback_peer = request.is_loopback;
  knock.tls = request.tls;
  knock.forwarded = request.forwarded;
  for (const char* name :
       {"Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP"}) {
    knock.forwarded = knock.forwarded || request.headers.has(name);
  }
  return knock;
}

web::Response unauthorized(const char* why) {
  auto response = web::Response::text(401, std::string(why) + "\n");
  response.headers.set("WWW-Authenticate", "Bearer");
  return response;
}

std::string_view bearer_of(const web::Request& request) {
  constexpr std::string_view scheme = "Bearer ";
  const auto& field = request.headers.get("Authorization");
  if (!text::ascii_iequals(std::string_view(field).substr(0, scheme.size()), scheme)) return {};
  return text::trim(std::string_view(field).substr(scheme.size()));
}

void take_identity(rpc::Caller& caller, const access::Identity& identity) {
  caller.role = identity.role;
  caller.user = identity.user;
  caller.session = identity.session;
}

/// Below rest_prefix: a key, and nothing else. Who has none is answered there.
void identify_program(const Credentials& known, rpc::Caller caller, web::Request& request) {
  const auto key = bearer_of(request);
  caller.loopback = false;
  if (!known.api_key.empty() && access::equal_in_constant_time(key, known.api_key)) {
    caller.role = Role::admin;
    caller.server = true;
  } else if (auto identity = key.empty() ? std::nullopt : known.users.find(key)) {
    take_identity(caller, *identity);
  }
  request.identity = std::move(caller);
}

std::optional<web::Response> identify_by_token(const Credentials& known, rpc::Caller caller, bool websocket,
                                               std::string_view text, web::Request& request) {
  auto token = known.tokens->check(text, known.clock->wall());
  if (token && token->channel.empty()) {
    auto shown = caller_with(std::move(caller), *token);
    request.identity = TokenCaller{std::move(shown), std::move(*token)};
    return std::nullopt;
  }
  const bool late = !token && token.error().code == Errc::refused;
  if (!websocket) return unauthorized(late ? "the token has expired" : "this token is not valid");
  request.identity = late ? BadToken{web::close_code::expired, "expired"}
                          : BadToken{web::close_code::bad_token, "bad token"};
  return std::nullopt;
}

std::optional<web::Response> identify(const access::Gate& rules, const Credentials& known,
                                      const access::Knock& knock, web::Request& request) {
  rpc::Caller caller{.role = Role::anyone, .user = {}, .name = {}, .session = {}, .address = request.peer.ip};
  caller.tls = request.tls;
  if (knock.path.starts_with(rest_prefix)) {
    identify_program(known, std::move(caller), request);
    return std::nullopt;
  }
  caller.loopback = rules.trusted(knock);
  const bool websocket = knock.websocket && knock.path == socket_path;
  const auto bearer = bearer_of(request);
  if (known.tokens && known.tokens->enabled() && access::looks_like_jwt(bearer))
    return identify_by_token(known, std::move(caller), websocket, bearer, request);
  const auto authorization = request.headers.get("Authorization");
  const auto token = access::token_of(authorization, request.headers.get("Cookie"));
  if (auto identity = token.empty() ? std::nullopt : known.users.find(token)) {
    take_identity(caller, *identity);
  } else if (text::ascii_iequals(authorization.substr(0, 7), "Bearer ")) {
    if (!websocket) return unauthorized("this key is not valid, or no longer");
    request.identity = BadToken{web::close_code::bad_token, "bad token"};
    return std::nullopt;
  } else if (caller.loopback) {
    caller.role = Role::admin;  // docs/access.md: on this machine, nobody has to log in
  }
  request.identity = std::move(caller);
  return std::nullopt;
}

const access::Token* token_of(const web::Request& request) {
  const auto* shown = std::any_cast<TokenCaller>(&request.identity);
  return shown ? &shown->token : nullptr;
}

/// Pages of an origin that was given with --origin may read our answers (the Fetch standard, "CORS
/// protocol"). Without credentials: they show a key, never the cookie of our own page.
void open_to(std::string_view origin, web::Request& request) {
  request.answer_headers.add("Access-Control-Allow-Origin", std::string(origin));
  request.answer_headers.add("Access-Control-Expose-Headers", "Retry-After");
  request.answer_headers.add("Vary", "Origin");
}

web::Response preflight() {
  auto response = web::Response::empty(204);
  response.headers.add("Access-Control-Allow-Methods", "GET, POST");
  response.headers.add("Access-Control-Allow-Headers",
                       "Authorization, Content-Type, Last-Event-ID, Longwave-Session");
  response.headers.add("Access-Control-Max-Age", "7200");
  return response;
}

/// One POST /rpc: a peer that lives as long as its answer takes. Owned by itself: ends when it has answered,
/// or when the connection breaks.
class HttpCall final : public rpc::Outlet {
 public:
  HttpCall(web::RequestContext&& context, const rpc::Surroundings& surroundings, const rpc::Terms& terms,
           access::Rates* rates)
      : context_(std::move(context)),
        rates_(rates),
        lines_(terms.many_answers),
        timer_(context_.loop()),
        peer_(surroundings, *this, std::make_shared<const rpc::Caller>(caller_of(context_.request())),
              terms) {}

  void run() {
    context_.on_gone([this] { end(); });
    const std::string body = std::move(context_.request().body);
    if (!peer_.receive(body)) {  // only notifications
      context_.respond(web::Response::empty(204));
      end();
    }
  }

  void send(rpc::Message message) override {
    if (ended_) return;
    if (lines_) {
      send_line(message);
    } else if (message.final) {
      auto response = web::Response::json(std::move(message.text));
      response.headers.set("Cache-Control", "no-store");
      for (auto& [name, value] : message.headers) response.headers.add(std::move(name), std::move(value));
      context_.respond(std::move(response));
      end();
    }
  }

  std::size_t queued_bytes() const override { return stream_.queued_bytes(); }

  std::optional<rpc::Fault> admit() override {
    if (!rates_ || std::exchange(prepaid_, false)) return std::nullopt;
    const auto wait = rates_->call(nullptr, peer_.caller().address);
    return wait ? std::optional(too_many_calls(*wait)) : std::nullopt;
  }

 private:
  void send_line(const rpc::Message& message) {
    if (!started_) {
      started_ = true;
      web::StreamHead head;
      head.headers = {{"Content-Type", "application/x-ndjson"}, {"Cache-Control", "no-store"}};
      for (const auto& [name, value] : message.headers) head.headers.add(name, value);
      stream_ = context_.start_stream(std::move(head));
      stream_.on_close([this] { end(); });
      timer_.every(look_after, [this] { peer_.drained(); });
    }
    stream_.write(io::SharedBytes::own(message.text + "\n"));
    if (message.final) {
      stream_.finish();
      end();
    }
  }

  /// Later: this may be called from inside the peer.
  void end() {
    if (std::exchange(ended_, true)) return;
    timer_.cancel();
    context_.loop().post([self = std::unique_ptr<HttpCall>(this)] {});
  }

  web::RequestContext context_;
  access::Rates* rates_;
  bool prepaid_ = true;  // the first call
  web::BodyStream stream_;
  bool lines_;
  bool started_ = false;
  bool ended_ = false;
  io::Timer timer_;
  rpc::Peer peer_;
};

}  // namespace

web::Gate gate(const access::Gate& rules, Credentials credentials) {
  return [&rules, known = std::move(credentials)](web::Request& request) -> std::optional<web::Response> {
    const auto knock = knock_of(request);
    if (const auto refusal = rules.check(knock))
      return web::Response::text(refusal->status, refusal->message + "\n");
    const bool for_pages = !knock.path.starts_with(rest_prefix);
    if (for_pages && knock.origin && rules.given_origin(*knock.origin)) {
      open_to(*knock.origin, request);
      if (request.method == "OPTIONS" && request.headers.has("Access-Control-Request-Method"))
        return preflight();
    }
    return identify(rules, known, knock, request);
  };
}

const rpc::Caller& caller_of(const web::Request& request) {
  static const rpc::Caller nobody;
  if (const auto* shown = std::any_cast<TokenCaller>(&request.identity)) return shown->caller;
  const auto* caller = std::any_cast<rpc::Caller>(&request.identity);
  return caller ? *caller : nobody;
}

void answer_call(web::RequestContext&& context, const rpc::Surroundings& surroundings,
                 const rpc::Terms& terms, access::Rates* rates) {
  (new HttpCall(std::move(context), surroundings, terms, rates))->run();
}

Result<void> add_rpc_routes(web::Router& router, Sockets& sockets,
                            std::function<const rpc::Surroundings&(io::Loop&)> surroundings,
                            access::Rates* rates) {
  const auto call = [surroundings, rates, &sockets](web::RequestContext&& context) {
    const auto& headers = context.request().headers;
    if (!access::is_json(headers.get("Content-Type")))
      return context.respond(web::Response::text(415, "send Content-Type: application/json\n"));
    if (const auto* session = headers.find("Longwave-Session")) {
      const auto secret = *session;
      return sockets.deliver(std::move(context), secret);
    }
    const auto& caller = caller_of(context.request());
    auto* counted = caller.loopback ? nullptr : rates;
    if (counted) {
      auto wait = counted->message(nullptr, caller.address, context.request().body.size());
      if (!wait) wait = counted->call(nullptr, caller.address);
      if (wait) return context.respond(too_many_requests(*wait));
    }
    const bool lines = headers.has_token("Accept", "application/x-ndjson");
    const auto& around = surroundings(context.loop());
    (new HttpCall(std::move(context), around, {.many_answers = lines}, counted))->run();
  };
  const auto stream = [&sockets](web::RequestContext&& context) {
    rpc::Caller caller = caller_of(context.request());
    const auto* token = token_of(context.request());
    sockets.open_stream(std::move(context), std::move(caller), token ? std::optional(*token) : std::nullopt);
  };
  const auto socket = [&sockets](web::RequestContext&& context) {
    if (!context.wants_upgrade()) {
      auto response =
          web::Response::text(426, "this address speaks WebSocket; POST works too, and GET /rpc/stream\n");
      response.headers.set("Upgrade", "websocket");
      return context.respond(std::move(response));
    }
    if (const auto* bad = std::any_cast<BadToken>(&context.request().identity))
      return sockets.refuse(std::move(context), bad->code, bad->reason);
    rpc::Caller caller = caller_of(context.request());
    const auto* token = token_of(context.request());
    sockets.accept(std::move(context), std::move(caller), token ? std::optional(*token) : std::nullopt);
  };
  auto added = router.add({.methods = {"POST"},
                           .pattern = "/rpc",
                           .description = "JSON-RPC: one message, one answer",
                           .handler = call,
                           .body_limit = body_limit});
  if (added)
    added =
        router.add({.methods = {"GET"},
                    .pattern = "/rpc/stream",
                    .description = "JSON-RPC over a stream: server-sent events or NDJSON; calls come by POST",
                    .handler = stream});
  if (!added) return added;
  return router.add({.methods = {"GET"},
                     .pattern = std::string(socket_path),
                     .description = "JSON-RPC over WebSocket, both ways",
                     .handler = socket});
}

}  // namespace longwave::api
