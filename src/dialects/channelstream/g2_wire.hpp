// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dialects/channelstream/event.hpp"

#include <boost/json/object.hpp>

#include <span>
#include <string>
#include <string_view>

/// What browsers of the second generation get (docs/protocols/channelstream.md). Pure.
namespace longwave::channelstream::g2 {

/// One message as it is delivered.
boost::json::object message(const Event& event, bool catchup);
/// One that history tells of: with the fields that say where it went.
boost::json::object remembered(const Event& event, const std::vector<std::string>& exclude_users);

/// `[…]`
std::string frame(const Event& event);
std::string frames(std::span<const EventPtr> events, bool catchup);

/// Whether a script may be called by this name: `[A-Za-z_$][\w$.]{0,63}`.
bool callback_is_good(std::string_view name);

}  // namespace longwave::channelstream::g2
