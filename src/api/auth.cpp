// SPDX-License-Identifier: Apache-2.0
#include "api/auth.hpp"

#include "access/users.hpp"
#include "api/context.hpp"
#include "api/sockets.hpp"
#include "base/log.hpp"
#include "hub/hub.hpp"

#include <boost/json.hpp>

#include <exception>

namespace longwave::api {
namespace {

namespace json = boost::json;
using namespace rpc;

/// A handler on a worker thread: what the environment can't do is logged, and answered in our words.
Handler on_pool(std::function<void(const Call&, const Responder&)> act) {
  return [act = std::move(act)](const Call& call, const Responder& answer) {
    try {
      act(call, answer);
    } catch (const std::exception& e) {
      log::error("{}: {}", call.method(), e.what());
      answer.fail(error(Errc::unavailable, "this can't be done at present; try again"));
    }
  };
}

/// The caller of a connection is somebody else from now on; on any thread.
void become(Context& context, std::uint64_t connection, const access::Identity& identity) {
  context.sockets->post_to(connection, [&context, identity](Connection& socket) {
    Caller caller = socket.caller();
    caller.role = identity.user.empty() && caller.loopback ? Role::admin : identity.role;
    caller.user = identity.user;
    caller.session = identity.session;
    caller.token = false;
    context.sockets->become(socket.id(), caller);
  });
}

void login(Context& context, const Call& call, const Responder& answer) {
  const bool key = call.boolean("key") || call.connection() != 0;
  const auto done = context.users->login(call.string("user"), call.string("password"), call.caller().address,
                                         key ? access::TokenKind::key : access::TokenKind::cookie);
  if (!done) return answer.fail(done.error());
  json::object result{{"user", done->identity.user}, {"role", to_string(done->identity.role)}};
  if (key) {
    result["key"] = done->token;
  } else {
    answer.header("Set-Cookie", access::session_cookie(done->token, done->lifetime, call.caller().tls));
  }
  if (call.connection() != 0) become(context, call.connection(), done->identity);
  answer.finish(std::move(result));
}

void logout(Context& context, const Call& call, const Responder& answer) {
  if (call.caller().session.empty()) {
    if (call.caller().token && call.connection() != 0) become(context, call.connection(), {});
    return answer.finish(json::object{});
  }
  context.users->logout(call.caller().session, [&context, connection = call.connection(),
                                                tls = call.caller().tls, answer](Result<void> done) {
    if (!done) return answer.fail(done.error());
    answer.header("Set-Cookie", access::ended_cookie(tls));
    if (connection != 0) become(context, connection, {});
    answer.finish(json::object{});
  });
}

void add_login(Table& table, Context& context) {
  table.add(
      {.name = "auth.login",
       .summary =
           "Logs in. Over HTTP the answer sets a cookie, unless a bearer key is asked for; a WebSocket is "
           "logged in itself and always gets a key.",
       .params = {string("user").max(64), string("password").max(1024),
                  boolean("key").otherwise("false").about("a bearer key instead of a cookie")},
       .result = object({string("user"), string("role"), string("key").optional()}),
       .errors = {refused, full, unavailable},
       .run = Run::pool,
       .handler =
           on_pool([&context](const Call& call, const Responder& answer) { login(context, call, answer); })});
  table.add(
      {.name = "auth.logout",
       .summary = "Ends the session that makes the call.",
       .result = object({}),
       .errors = {unavailable},
       .handler = [&context](const Call& call, const Responder& answer) { logout(context, call, answer); }});
}

}  // namespace

void add_auth_methods(Table& table, Context& context) {
  add_login(table, context);
  table.add({.name = "user.list",
             .summary = "Everybody who can log in.",
             .result = object({array("users", object({string("user"), string("role")}))}),
             .role = Role::admin,
             .handler = [&context](const Call&, const Responder& answer) {
               json::array users;
               for (const auto& row : context.users->list()) {
                 users.push_back(json::object{{"user", row.name}, {"role", to_string(row.role)}});
               }
               answer.finish(json::object{{"users", std::move(users)}});
             }});
  table.add({.name = "user.add",
             .summary = "Adds somebody who can log in.",
             .params = {string("user").max(64), string("password").max(1024),
                        string("role")
                            .one_of({"anyone", "dj", "admin"})
                            .about("for the whole server; anyone: what station.grant gives")},
             .result = object({}),
             .errors = {conflict, unavailable},
             .role = Role::admin,
             .run = Run::pool,
             .handler = on_pool([&context](const Call& call, const Responder& answer) {
               const auto done = context.users->add(call.string("user"), call.string("password"),
                                                    *parse_role(call.string("role")));
               done ? answer.finish(json::object{}) : answer.fail(done.error());
             })});
  table.add({.name = "user.passwd",
             .summary = "Gives somebody a new password and ends their sessions.",
             .params = {string("user").max(64), string("password").max(1024)},
             .result = object({}),
             .errors = {not_found, unavailable},
             .role = Role::admin,
             .run = Run::pool,
             .handler = on_pool([&context](const Call& call, const Responder& answer) {
               const auto done = context.users->set_password(call.string("user"), call.string("password"));
               done ? answer.finish(json::object{}) : answer.fail(done.error());
             })});
}

}  // namespace longwave::api
