// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dialects/player/backend.hpp"
#include "rpc/fault.hpp"

#include <boost/json/fwd.hpp>

#include <string>
#include <string_view>

/// The protocol's own words (docs/protocols/player.md). Pure.
namespace longwave::player {

/// An event as it is sent: `method` and, as JSON text, `payload`.
struct Broadcast {
  std::string_view method;
  std::string payload;
};
Broadcast broadcast_of(const Event& event);

boost::json::object to_json(const Place& place);
/// With `master`, the mean of the channels, when the output has none: the original page shows that one.
boost::json::object to_json(const Volumes& volumes);

/// `{"jsonrpc":"2.0","method":…,"id":null,"result":…}`
std::string broadcast_frame(std::string_view method, std::string_view payload);
/// `{"<method>":payload}`: what a long poll is answered.
std::string poll_answer(std::string_view method, std::string_view payload);

/// The one place where errors become this protocol's codes: those of docs/protocols/jsonrpc.md, and a message
/// that a person can read.
rpc::Fault fault_of(const Error& error);

}  // namespace longwave::player
