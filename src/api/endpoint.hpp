// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/gate.hpp"
#include "base/result.hpp"
#include "rpc/peer.hpp"
#include "web/server.hpp"

#include <functional>

namespace longwave::access {
class Rates;
class Users;
}  // namespace longwave::access
namespace longwave::web {
class Router;
}

namespace longwave::api {

class Sockets;

/// The gate of every request: Host and Origin first, then who it is. Puts an rpc::Caller into
/// request.identity; refuses with 403, 421, or 401 for a key that isn't one. Both outlive the server.
web::Gate gate(const access::Gate& rules, const access::Users& users);

/// Who makes a request that came through the gate.
const rpc::Caller& caller_of(const web::Request& request);

/// POST /rpc (one body, one answer; `Accept: application/x-ndjson` gets many answers as lines), WebSocket
/// /rpc and GET /rpc/stream. `rates` as for Sockets. `surroundings` is called on the connection's loop.
Result<void> add_rpc_routes(web::Router& router, Sockets& sockets,
                            std::function<const rpc::Surroundings&(io::Loop&)> surroundings,
                            access::Rates* rates = nullptr);

}  // namespace longwave::api
