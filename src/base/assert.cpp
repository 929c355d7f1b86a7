// SPDX-License-Identifier: Apache-2.0
#include "base/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace longwave {

void assertion_failed(std::string_view expression, std::string_view context, const char* file, int line) {
  std::fprintf(stderr, "longwave: bug at %s:%d: %.*s (%.*s)\n", file, line,
               static_cast<int>(expression.size()), expression.data(), static_cast<int>(context.size()),
               context.data());
  std::abort();
}

}  // namespace longwave
