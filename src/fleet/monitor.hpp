// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "fleet/node.hpp"

#include <boost/json/fwd.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace longwave::web {
class Router;
}

namespace longwave::fleet {

/// The monitoring pages of docs/protocols/scheduler.md section 14: HTML, and with `Accept: application/json`
/// the same as JSON. The node outlives the router.
Result<void> add_monitor_routes(web::Router& router, Node& node);

/// What a page shows; nullopt: there is no such page. Lists have at most 1,000 rows from `offset` on.
std::optional<boost::json::value> monitor_page(const Node::View& view, std::string_view path,
                                               std::string_view radio, std::size_t offset);
/// The same for people; nothing in it is markup but what this makes.
std::string monitor_html(std::string_view title, const boost::json::value& page);

}  // namespace longwave::fleet
