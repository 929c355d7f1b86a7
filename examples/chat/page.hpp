// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <longwave/rpc.hpp>

/// The page of the chat, and its script at /chat.js.
longwave::web::Response chat_page(const longwave::web::Request& request);
