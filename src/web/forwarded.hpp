// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/network.hpp"
#include "web/request.hpp"

namespace longwave::web {

/// Which fields the trusted proxies write. Only these are read: a proxy overwrites its own kind and passes
/// the other through from whoever sent it.
enum class ForwardedBy {
  x_forwarded,  ///< X-Forwarded-For, -Proto and -Host
  forwarded,    ///< RFC 7239
  none,
};

/// If the request's peer (a Unix socket counts as "unix") is trusted, puts the client's address, scheme and
/// host in its place: of the addresses in the field, the right-most that isn't trusted. Sets `forwarded`, and
/// ends `is_loopback`. Fields of anybody else are left unread. What can't be read (`unknown`, a hidden name)
/// ends the walk: what was known so far stands. Pure.
void apply_forwarded(Request& request, const io::Networks& trusted, ForwardedBy by);

}  // namespace longwave::web
