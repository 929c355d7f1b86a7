// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace longwave::web {

/// RFC 1952. Blocks the thread for about 20 ms per MB: callers limit the size.
std::string gzip(std::string_view bytes);

/// Text-like media types, for which compression pays.
bool compressible(std::string_view content_type);

/// True if an Accept-Encoding value allows gzip (RFC 9110 section 12.5.3).
bool accepts_gzip(std::string_view accept_encoding);

}  // namespace longwave::web
