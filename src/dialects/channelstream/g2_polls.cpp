// SPDX-License-Identifier: Apache-2.0
#include "dialects/channelstream/core.hpp"
#include "dialects/channelstream/g2_transports.hpp"
#include "dialects/channelstream/g2_wire.hpp"
#include "dialects/channelstream/rest.hpp"

#include "io/loop.hpp"
#include "io/timer.hpp"
#include "web/router.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace longwave::channelstream::g2 {
namespace {

constexpr std::size_t most_items = 1000;

}  // namespace

struct Polls::Poll {
  Poll(web::RequestContext&& context, std::string conn_id, std::string callback, io::Loop& loop)
      : context(std::move(context)), conn_id(std::move(conn_id)), callback(std::move(callback)), end(loop) {}
  web::RequestContext context;
  std::string conn_id;
  std::string callback;
  io::Timer end;
  std::uint64_t number = 0;
  Instant begun{};
  boost::json::array items = {};
  std::vector<EventPtr> events = {};  ///< those of the items, to be kept when nobody takes them
};

Polls::Polls(io::Loop& hub_loop, Core& core, const Rest& rest) : loop_(hub_loop), core_(core), rest_(rest) {}
Polls::~Polls() = default;

Result<void> Polls::add_route(web::Router& router) {
  return router.add({.methods = {"GET", "OPTIONS"},
                     .pattern = "/listen",
                     .description = "channelstream, when it is switched on: long poll of a connection",
                     .handler = [this](web::RequestContext&& context) { accept(std::move(context)); }});
}

void Polls::accept(web::RequestContext&& context) {
  auto& request = context.request();
  if (auto refused = rest_.refuse_plain(request)) return context.respond(std::move(*refused));
  rest_.add_cors(request, request.answer_headers);
  if (request.method == "OPTIONS") return context.respond(web::Response::text(200, ""));
  const std::string conn_id(request.query_value("conn_id").value_or(""));
  const std::string callback(request.query_value("callback").value_or(""));
  if (!callback.empty() && !callback_is_good(callback)) {
    return context.respond(web::Response::json(R"({"callback":["Not a valid name."]})", 422));
  }
  auto shared = std::make_shared<web::RequestContext>(std::move(context));
  auto& on_loop = *shared;
  const auto number = std::make_shared<std::uint64_t>(0);  // known on the hub's thread only
  on_loop.on_gone([this, number] { loop_.post([this, number] { finish(*number, true); }); });
  loop_.post([this, shared, conn_id, callback, number] {
    *number = next_;
    begin(std::move(*shared), conn_id, callback);
  });
}

void Polls::begin(web::RequestContext&& context, const std::string& conn_id, const std::string& callback) {
  auto* session = core_.find(conn_id);
  if (!session) {
    ++next_;
    return context.respond(web::Response::json(R"({"conn_id":["Unknown connection"]})", 401));
  }
  const auto number = next_++;
  auto& poll = *polls_.emplace(number, std::make_unique<Poll>(std::move(context), conn_id, callback, loop_))
                    .first->second;
  poll.number = number;
  poll.begun = core_.clock().now();
  poll.end.after(core_.settings().poll_wait, [this, number] { finish(number, false); });
  core_.attach(*session, *this, {0, number});
}

void Polls::deliver(std::span<const Target> targets, const EventPtr& event) {
  for (const auto& target : targets) {
    if (const auto found = polls_.find(target.number); found != polls_.end())
      add(*found->second, {&event, 1}, false);
  }
}

void Polls::catch_up(Target target, std::span<const EventPtr> events) {
  if (const auto found = polls_.find(target.number); found != polls_.end() && !events.empty())
    add(*found->second, events, true);
}

void Polls::add(Poll& poll, std::span<const EventPtr> events, bool catchup) {
  for (const auto& event : events) {
    poll.items.emplace_back(message(*event, catchup));
    poll.events.push_back(event);
  }
  // Until nothing new comes for a moment; a busy channel doesn't make the poll longer than a quiet one.
  const auto longest = poll.begun + core_.settings().poll_wait - core_.clock().now();
  const auto more =
      poll.items.size() < most_items ? std::min(core_.settings().poll_gather, longest) : Duration{};
  poll.end.after(std::max(more, Duration{}), [this, number = poll.number] { finish(number, false); });
}

void Polls::close(Target target, std::string_view) {
  finish(target.number, false, true);
}

void Polls::finish(std::uint64_t number, bool gone, bool detached) {
  const auto found = polls_.find(number);
  if (found == polls_.end()) return;
  auto poll = std::move(found->second);
  polls_.erase(found);
  if (!detached) {
    core_.detach(poll->conn_id, {0, number}, false, gone ? std::move(poll->events) : std::vector<EventPtr>{},
                 core_.settings().idle);
  }
  if (gone) return;
  auto text = boost::json::serialize(poll->items);
  auto response = web::Response::json(text);
  if (!poll->callback.empty()) {
    response = web::Response::bytes("application/javascript; charset=utf-8",
                                    io::SharedBytes::own(poll->callback + "(" + text + ")"));
  }
  response.headers.set("Cache-Control", "no-store");
  poll->context.respond(std::move(response));
}

}  // namespace longwave::channelstream::g2
