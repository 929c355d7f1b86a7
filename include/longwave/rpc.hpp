// SPDX-License-Identifier: Apache-2.0
#pragma once

/// JSON-RPC over WebSocket, in both directions: everything a user of the library needs. docs/library-rpc.md is the tutorial.
#include "rpc/method.hpp"
