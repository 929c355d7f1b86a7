// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

/// Icons of tags are put into pages as they are, by pages that aren't ours: what could act is taken out here.
/// Pure.
namespace longwave::musicdb {

/// Of HTML only text, entities and the elements i, b, em, strong, small, sub, sup and span stay, of their
/// attributes only `class` with plain words. Everything opened is closed.
std::string safe_html_icon(std::string_view html);

/// Of an icon that is a character: without < > & and control characters, at most 16 characters.
std::string safe_character_icon(std::string_view icon);

}  // namespace longwave::musicdb
