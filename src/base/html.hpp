// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace longwave::text {

/// The text as it may stand in an element or a quoted attribute of HTML or XML. Bytes that are no markup stay
/// as they are.
std::string escape_html(std::string_view text);

}  // namespace longwave::text
