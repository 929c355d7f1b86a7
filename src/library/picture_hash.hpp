// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace longwave::library {

/// "image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp" by the first bytes, or empty.
std::string_view picture_type(std::string_view bytes);

/// SHA-256 in hex.
std::string picture_hash(std::string_view bytes);

}  // namespace longwave::library
