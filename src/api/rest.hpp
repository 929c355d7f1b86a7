// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "rpc/peer.hpp"

#include <functional>
#include <string_view>

namespace longwave::access {
class Rates;
}
namespace longwave::io {
class Loop;
}
namespace longwave::web {
class Router;
}

namespace longwave::api {

/// Below this a request shows a key, and nothing else counts: no cookie, no trust in this machine, no page
/// of another origin.
inline constexpr std::string_view rest_prefix = "/api/v1/";

/// The methods of channels and users as addresses for back ends, docs/channels.md: what stands in the path,
/// in the query and in the JSON body become the parameters of the method, its result is the answer, and its
/// error `{"error":{"code","message"}}` with an HTTP status. `surroundings` and `rates` as for
/// add_rpc_routes; a key for programs is not counted.
Result<void> add_rest_routes(web::Router& router,
                             std::function<const rpc::Surroundings&(io::Loop&)> surroundings,
                             access::Rates* rates = nullptr);

/// The HTTP status for an error of JSON-RPC.
int rest_status(int code);

}  // namespace longwave::api
