// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace longwave::library {

/// Migration 5 of the library.
extern const char* const count_tables;

}  // namespace longwave::library
