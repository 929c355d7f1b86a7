// SPDX-License-Identifier: Apache-2.0
#include "api/rest.hpp"

#include "access/gate.hpp"
#include "access/rates.hpp"
#include "api/connection.hpp"
#include "api/endpoint.hpp"
#include "base/assert.hpp"
#include "io/loop.hpp"
#include "web/router.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

namespace longwave::api {
namespace {

namespace json = boost::json;

constexpr std::size_t body_limit = 256 * 1024;

/// An address and the method that it calls. What stands in the path is a parameter of the method.
struct Address {
  const char* http;
  const char* path;  ///< below rest_prefix
  const char* method;
  const char* description;
};

constexpr Address addresses[] = {
    {"GET", "channels", "channel.list", "REST: channels in use"},
    {"GET", "channels/:channel", "channel.info", "REST: one channel"},
    {"GET", "channels/:channel/presence", "channel.presence", "REST: who has subscribed"},
    {"GET", "channels/:channel/messages", "channel.history", "REST: what was said"},
    {"POST", "channels/:channel/messages", "channel.publish", "REST: says something"},
    {"PATCH", "channels/:channel/messages/:id", "channel.edit", "REST: changes a message"},
    {"DELETE", "channels/:channel/messages/:id", "channel.delete", "REST: takes a message away"},
    {"POST", "users/:user/subscriptions", "channel.subscribe", "REST: subscribes a user's connections"},
    {"DELETE", "users/:user/subscriptions", "channel.unsubscribe", "REST: ends that"},
    {"POST", "messages", "user.message", "REST: a private message to some users"},
    {"GET", "users/:user/state", "user.state", "REST: what is known of a user"},
    {"PATCH", "users/:user/state", "user.state", "REST: changes what is known of a user"},
    {"DELETE", "users/:user/connections", "user.disconnect", "REST: closes a user's connections"},
};

web::Response failed(int status, std::string_view code, std::string_view message) {
  auto response = web::Response::json(
      json::serialize(json::object{{"error", {{"code", code}, {"message", message}}}}), status);
  response.headers.set("Cache-Control", "no-store");
  if (status == 401) response.headers.set("WWW-Authenticate", "Bearer");
  if (status == 503) response.headers.set("Retry-After", "1");
  return response;
}

web::Response failed(Duration wait) {
  auto response = failed(429, "too_many_calls", "too many calls");
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
  response.headers.set("Retry-After", std::to_string(std::max<std::int64_t>(1, seconds)));
  return response;
}

/// A parameter that stands in an address, as its field wants it. What doesn't fit stays text: the check of
/// the arguments says what was expected.
json::value value_of(const rpc::Method& method, std::string_view name, std::string_view text) {
  const auto field = std::find_if(method.params.begin(), method.params.end(),
                                  [&](const auto& one) { return one.name == name; });
  if (field == method.params.end() || field->type == rpc::Field::Type::string) return json::string(text);
  boost::system::error_code bad;
  auto value = json::parse(text, bad);
  return bad ? json::value(json::string(text)) : value;
}

/// The parameters of a request; `refusal` is set if it brings none that can be read.
json::object parameters_of(const web::Request& request, const rpc::Method& method,
                           std::optional<web::Response>& refusal) {
  json::object params;
  if (!request.body.empty()) {
    if (!access::is_json(request.headers.get("Content-Type"))) {
      refusal = failed(415, "invalid_request", "send Content-Type: application/json");
      return params;
    }
    boost::system::error_code bad;
    auto body = json::parse(request.body, bad);
    if (bad || !body.is_object()) {
      refusal = failed(400, "parse_error", "the body must be a JSON object");
      return params;
    }
    params = std::move(body.get_object());
  }
  for (const auto& [name, text] : request.query) params[name] = value_of(method, name, text);
  for (const auto& [name, text] : request.parameters) params[name] = value_of(method, name, text);
  if (const auto* key = request.headers.find("Idempotency-Key")) params["key"] = json::string(*key);
  return params;
}

/// One request: a peer that lives as long as its answer takes. Owned by itself: ends when it has answered,
/// or when the connection breaks.
class RestCall final : public rpc::Outlet {
 public:
  RestCall(web::RequestContext&& context, const rpc::Surroundings& surroundings)
      : context_(std::move(context)),
        peer_(surroundings, *this, std::make_shared<const rpc::Caller>(caller_of(context_.request())),
              {.many_answers = false}) {}

  void run(std::string_view method, json::object params) {
    context_.on_gone([this] { end(); });
    peer_.receive(json::serialize(
        json::object{{"jsonrpc", "2.0"}, {"id", 1}, {"method", method}, {"params", std::move(params)}}));
  }

  void send(rpc::Message message) override {
    if (ended_ || !message.final) return;
    const auto answer = json::parse(message.text);
    if (const auto* result = answer.get_object().if_contains("result")) {
      auto response = web::Response::json(json::serialize(*result));
      response.headers.set("Cache-Control", "no-store");
      context_.respond(std::move(response));
    } else {
      const auto& fault = answer.at("error");
      const auto code = static_cast<int>(fault.at("code").as_int64());
      context_.respond(failed(rest_status(code), rpc::code_name(code), fault.at("message").as_string()));
    }
    end();
  }

 private:
  /// Later: this may be called from inside the peer.
  void end() {
    if (std::exchange(ended_, true)) return;
    context_.loop().post([self = std::unique_ptr<RestCall>(this)] {});
  }

  web::RequestContext context_;
  bool ended_ = false;
  rpc::Peer peer_;
};

void answer(web::RequestContext&& context, const rpc::Surroundings& surroundings, const char* name,
            access::Rates* rates) {
  auto& request = context.request();
  const auto& caller = caller_of(request);
  if (!caller.server && caller.user.empty()) {
    const bool shown = request.headers.has("Authorization");
    return context.respond(
        failed(401, "unauthorized",
               shown ? "this key is not valid, or no longer" : "show a key: Authorization: Bearer KEY"));
  }
  if (rates && !caller.server) {
    auto wait = rates->message(nullptr, caller.address, request.body.size());
    if (!wait) wait = rates->call(nullptr, caller.address);
    if (wait) return context.respond(failed(*wait));
  }
  const auto* method = surroundings.table.find(name);
  LW_ASSERT(method, name);
  std::optional<web::Response> refusal;
  auto params = parameters_of(request, *method, refusal);
  if (refusal) return context.respond(std::move(*refusal));
  (new RestCall(std::move(context), surroundings))->run(name, std::move(params));
}

}  // namespace

int rest_status(int code) {
  switch (code) {
    case rpc::parse_error:
    case rpc::invalid_request:
    case rpc::invalid_params:
      return 400;
    case rpc::refused:
      return 403;
    case rpc::not_found:
    case rpc::method_not_found:
      return 404;
    case rpc::conflict:
      return 409;
    case rpc::full:
    case rpc::too_many_calls:
      return 429;
    case rpc::unsupported:
      return 501;
    case rpc::unavailable:
    case rpc::cancelled:
      return 503;
    default:
      return 500;
  }
}

Result<void> add_rest_routes(web::Router& router,
                             std::function<const rpc::Surroundings&(io::Loop&)> surroundings,
                             access::Rates* rates) {
  for (const auto& address : addresses) {
    auto added = router.add({.methods = {address.http},
                             .pattern = std::string(rest_prefix) + address.path,
                             .description = address.description,
                             .handler =
                                 [surroundings, rates, &address](web::RequestContext&& context) {
                                   const auto& around = surroundings(context.loop());
                                   answer(std::move(context), around, address.method, rates);
                                 },
                             .body_limit = body_limit});
    if (!added) return added;
  }
  return router.add({.methods = {"*"},
                     .pattern = std::string(rest_prefix) + "*rest",
                     .description = "REST: anything else is 404",
                     .handler = [](web::RequestContext&& context) {
                       context.respond(
                           failed(404, "not_found", "there is no such address: docs/channels.md"));
                     }});
}

}  // namespace longwave::api
