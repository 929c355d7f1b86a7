// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace longwave::library {

/// Migration 3: playlists, collections, and what searching needs.
extern const std::string_view list_tables;
/// Its end, where there were tracks before it: only in SQLite.
extern const std::string_view first_words;

}  // namespace longwave::library
