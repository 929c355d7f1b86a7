// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace longwave::web {

/// The media type of a file by the ending of its name, in any case of letters; "application/octet-stream" for
/// others.
std::string_view media_type(std::string_view path);

}  // namespace longwave::web
