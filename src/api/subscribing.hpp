// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/connection.hpp"

#include <boost/json/object.hpp>

namespace longwave::api {

/// A channel.subscribe that waits for the hub's word on each of its channels. Inside api/ only.
struct Connection::Subscribing {
  rpc::Responder answer;
  std::size_t open;  ///< channels that haven't answered
  boost::json::object result = {};
};

}  // namespace longwave::api
