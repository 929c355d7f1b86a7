// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace longwave {

/// Prints the broken assumption with its place and ends the process. A bug never goes on quietly.
[[noreturn]] void assertion_failed(std::string_view expression, std::string_view context, const char* file,
                                   int line);

}  // namespace longwave

/// For bugs only (see docs/adr: error kinds): expected outcomes are Result, a failing environment throws.
#define LW_ASSERT(expression, context) \
  ((expression) ? static_cast<void>(0) \
                : ::longwave::assertion_failed(#expression, (context), __FILE__, __LINE__))
