// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace longwave::rpc {

/// Which version of JSON-RPC is spoken. `automatic`: every message is answered in its own version, and our
/// own calls go out in the version in which the other side last spoke (2.0 as long as it is silent).
enum class Dialect : std::uint8_t { automatic, v2, v1 };

}  // namespace longwave::rpc
