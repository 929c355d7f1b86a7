// SPDX-License-Identifier: Apache-2.0
#include "dialects/player/http.hpp"

#include "access/gate.hpp"
#include "access/rates.hpp"
#include "api/endpoint.hpp"
#include "base/json.hpp"
#include "dialects/player/words.hpp"
#include "io/loop.hpp"
#include "rpc/fault.hpp"
#include "web/router.hpp"

#include <boost/json.hpp>

#include <utility>
#include <vector>

namespace longwave::player {
namespace {

namespace json = boost::json;

constexpr std::size_t body_limit = 1024 * 1024;
constexpr Duration longest_wait = std::chrono::seconds{30};
constexpr std::size_t most_polls = 1000;

web::Response json_response(std::string body) {
  auto response = web::Response::json(std::move(body));
  response.headers.set("Cache-Control", "no-store");
  return response;
}

web::Response refusal(int code, std::string_view message) {
  return json_response(json::serialize(
      json::object{{"jsonrpc", "2.0"}, {"id", nullptr}, {"error", {{"code", code}, {"message", message}}}}));
}

/// The call in a query; its `params` are JSON text. Here the id is a string.
Result<std::string> message_of(const web::Request& request) {
  json::object call;
  for (const auto& [name, value] : request.query) {
    if (name != "params") {
      call[name] = value;
      continue;
    }
    auto params = read_json(value);
    if (!params) return error(Errc::invalid, "params are not JSON");
    call["params"] = std::move(*params);
  }
  return json::serialize(call);
}

}  // namespace

Result<void> add_api_route(web::Router& router, std::function<const rpc::Surroundings&(io::Loop&)> around,
                           access::Rates* rates) {
  const auto handle = [around = std::move(around), rates](web::RequestContext&& context) {
    auto& request = context.request();
    auto caller = api::caller_of(request);
    if (request.method == "GET" || request.method == "HEAD") {
      auto message = message_of(request);
      if (!message) return context.respond(refusal(rpc::parse_error, message.error().message));
      request.body = std::move(*message);
      caller.role = Role::anyone;  // whoever can make a browser load an address must not steer with it
      request.identity = caller;
    } else if (request.method != "POST") {
      return context.respond(refusal(rpc::invalid_request, "calls come by POST or GET"));
    } else if (!access::is_json(request.headers.get("Content-Type"))) {
      return context.respond(refusal(rpc::invalid_request, "send Content-Type: application/json"));
    }
    auto* counted = caller.loopback ? nullptr : rates;
    if (counted) {
      const bool refused = counted->message(nullptr, caller.address, request.body.size()) ||
                           counted->call(nullptr, caller.address);
      if (refused) return context.respond(refusal(rpc::too_many_calls, "too many calls"));
    }
    const bool lines = request.headers.has_token("Accept", "application/x-ndjson");
    const auto& here = around(context.loop());
    api::answer_call(std::move(context), here,
                     {.dialect = rpc::Dialect::v2, .many_answers = lines, .bare_faults = true}, counted);
  };
  return router.add({.methods = {"*"},
                     .pattern = "/api",
                     .description = "the player protocol: JSON-RPC by POST; by GET what changes nothing",
                     .handler = handle,
                     .body_limit = body_limit});
}

struct Polls::Poll {
  Poll(io::Loop& home, web::RequestContext&& context) : context(std::move(context)), timer(home) {}
  web::RequestContext context;
  io::Timer timer;
};

Polls::Polls(io::Loop& home) : home_(home) {}
Polls::~Polls() = default;

Result<void> Polls::add_routes(web::Router& router) {
  auto added =
      router.add({.methods = {"GET"},
                  .pattern = "/wait",
                  .description = "the player protocol: waits for one event",
                  .handler = [this](web::RequestContext&& context) {
                    const auto number = next_++;
                    context.on_gone([this, number] { home_.post([this, number] { polls_.erase(number); }); });
                    home_.post([this, number, context = std::move(context)]() mutable {
                      wait(number, std::make_unique<Poll>(home_, std::move(context)));
                    });
                  }});
  if (!added) return added;
  return router.add({.methods = {"GET"},
                     .pattern = "/notify",
                     .description = "the player protocol: wakes everybody at /wait; on this machine only",
                     .handler = [this](web::RequestContext&& context) {
                       if (!api::caller_of(context.request()).loopback)
                         return context.respond(web::Response::text(403, "only on the machine itself\n"));
                       home_.post([this, context = std::move(context)]() mutable {
                         context.respond(json_response(std::to_string(answer_all("\"hello\""))));
                       });
                     }});
}

void Polls::wait(std::uint64_t number, std::unique_ptr<Poll> poll) {
  if (ended_) return poll->context.respond(json_response("null"));
  if (polls_.size() >= most_polls)
    return poll->context.respond(web::Response::text(503, "too many wait already\n"));
  auto& waiting = *polls_.emplace(number, std::move(poll)).first->second;
  waiting.timer.after(longest_wait, [this, number] {
    const auto found = polls_.extract(number);
    found.mapped()->context.respond(json_response("null"));
  });
}

void Polls::tell(std::string_view key, std::string_view payload) {
  if (!polls_.empty()) answer_all(poll_answer(key, payload));
}

std::size_t Polls::answer_all(const std::string& body) {
  const auto all = std::exchange(polls_, {});
  for (const auto& [number, poll] : all) poll->context.respond(json_response(body));
  return all.size();
}

void Polls::end() {
  home_.post([this] {
    ended_ = true;
    answer_all("null");
  });
}

}  // namespace longwave::player
