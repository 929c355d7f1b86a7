// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/gate.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "rpc/peer.hpp"
#include "web/server.hpp"

#include <functional>
#include <string>

namespace longwave::access {
class Rates;
class Tokens;
class Users;
}  // namespace longwave::access
namespace longwave::web {
class Router;
}

namespace longwave::api {

class Sockets;

/// By what a request can show who makes it. Everything outlives the server.
struct Credentials {
  const access::Users& users;              ///< cookies, and keys of auth.login
  const access::Tokens* tokens = nullptr;  ///< JSON Web Tokens, at /rpc
  const Clock* clock = nullptr;            ///< for them
  std::string api_key = {};                ///< of programs, below rest_prefix; empty: none
};

/// The gate of every request: Host and Origin first, then who it is. Puts an rpc::Caller into
/// request.identity; refuses with 403, 421, or 401 for a key that isn't one.
web::Gate gate(const access::Gate& rules, Credentials credentials);

/// Who makes a request that came through the gate.
const rpc::Caller& caller_of(const web::Request& request);

/// POST /rpc (one body, one answer; `Accept: application/x-ndjson` gets many answers as lines), WebSocket
/// /rpc and GET /rpc/stream. `rates` as for Sockets. `surroundings` is called on the connection's loop.
Result<void> add_rpc_routes(web::Router& router, Sockets& sockets,
                            std::function<const rpc::Surroundings&(io::Loop&)> surroundings,
                            access::Rates* rates = nullptr);

/// Carries out the JSON-RPC message that is the request's body and answers it, as POST /rpc does: with
/// `many_answers` as lines. Who calls is caller_of() the request. `rates`: null for whom nothing is counted;
/// the first call is counted already. On the connection's loop, in a handler.
void answer_call(web::RequestContext&& context, const rpc::Surroundings& surroundings,
                 const rpc::Terms& terms, access::Rates* rates);

}  // namespace longwave::api
