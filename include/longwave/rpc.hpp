// SPDX-License-Identifier: Apache-2.0
#pragma once

/// JSON-RPC over WebSocket, in both directions: everything a user of the library needs. docs/library-rpc.md
/// is the tutorial.
#include "io/loop.hpp"
#include "io/timer.hpp"
#include "rpc/client.hpp"
#include "rpc/methods.hpp"
#include "rpc/server.hpp"
#include "rpc/service.hpp"
#include "web/router.hpp"
