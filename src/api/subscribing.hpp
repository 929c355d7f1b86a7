// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/connection.hpp"

#include <boost/json/object.hpp>

#include <optional>

namespace longwave::api {

/// A channel.subscribe that waits for the hub's word on each of its channels; without an answer it was a back
/// end that subscribed the connection, which is then told `channel.subscribed`. Inside api/ only.
struct Connection::Subscribing {
  std::optional<rpc::Responder> answer;
  std::size_t open;  ///< channels that haven't answered
  boost::json::object result = {};
};

}  // namespace longwave::api
