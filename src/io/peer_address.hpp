// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/stream.hpp"

namespace longwave::io {

/// Who is at the other end of a connected socket; IPv4 inside IPv6 is shown as IPv4.
PeerAddress peer_address(int fd);

}  // namespace longwave::io
