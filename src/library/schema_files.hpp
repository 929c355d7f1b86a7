// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace longwave::library {

/// Migration 4: uploads and packages.
extern const char* const file_tables;

}  // namespace longwave::library
