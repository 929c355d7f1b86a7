// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/connection_detail.hpp"
#include "base/clock.hpp"
#include "hub/hub.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <set>
#include <string>
#include <vector>

/// The lists of `platform.*` as JSON: those of one node, and those of several put together. Pure.
namespace longwave::api {

struct NodeMoment {
  const std::string& node;
  Instant now;
  WallTime wall;
};

/// `{"connections":[…],"total"}`: the newest first, those that have `search` in name, user, address or a
/// channel; at most `limit`. What isn't ours (a dialect's) has no details.
boost::json::object connection_rows(const NodeMoment& moment, const boost::json::object& params,
                                    const std::vector<hub::ClientInfo>& clients,
                                    const std::vector<ConnectionDetail>& details, std::size_t total);

/// `{"channels":[…],"total"}`: those with most subscribers first.
boost::json::object channel_rows(const hub::Hub& hub, const std::set<std::string>& own,
                                 const boost::json::object& params);

/// `{"users":[…],"strangers"}`: people by login name, else by shown name.
boost::json::object user_rows(const std::vector<hub::ClientInfo>& clients);

/// What one caller gets of what the nodes have answered; the first answer is of the node that was asked.
boost::json::object joined_answers(const std::string& what, const boost::json::object& params,
                                   std::vector<boost::json::object> answers);

/// The pattern of a channel's rule: the most exact that there is.
std::string pattern_of(const hub::Rules& rules, std::string_view channel);

}  // namespace longwave::api
