// SPDX-License-Identifier: Apache-2.0
#include "base/result.hpp"

#include "base/assert.hpp"

namespace longwave {

void throw_exception_from_error(const Error& error, const boost::source_location& where) {
  assertion_failed("result.has_value()", error.message, where.file_name(), static_cast<int>(where.line()));
}

}  // namespace longwave
