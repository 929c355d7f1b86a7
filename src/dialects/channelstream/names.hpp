// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace longwave::channelstream {

/// Why a web application can't have a channel of this name; empty: it can. The channels of users ("#…") and
/// those on which only the server speaks are not for it: the seed's routing reaches users by pm_users.
std::string_view refuse_channel(std::string_view name);

/// A version-4 UUID that nobody can guess: who knows a connection's may listen to it. Any thread.
std::string secret_uuid();

}  // namespace longwave::channelstream
