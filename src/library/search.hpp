// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace longwave::library {

/// What a person typed as an FTS5 query: every word must begin a word of the text. Empty if there is no word
/// in it. Everything but letters and digits separates words, so that nothing typed is taken as an operator.
std::string to_fts_query(std::string_view typed);

/// The words of what a person typed, as they were typed; at most 12.
std::vector<std::string> raw_words(std::string_view typed);

}  // namespace longwave::library
