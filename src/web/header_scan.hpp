// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace longwave::web {

/// Where a header block ends: the offset just past CR LF CR LF (or the first bare LF LF, which the scan then
/// refuses), or npos. `from`: how much was searched before. Pure.
std::size_t find_header_end(std::string_view bytes, std::size_t from = 0);

/// Refuses what lenient parsers let through and proxies read differently (request smuggling), before the
/// parser sees it. `block`: the request line and fields, up to and with the empty line. Returns what is
/// wrong, or nullptr: a line that begins with SP or HT, a bare CR or LF, NUL or another control character, a
/// field whose name isn't a token (space before its colon), a second Host or Content-Length, both
/// Content-Length and Transfer-Encoding, a Transfer-Encoding other than exactly `chunked`, more than 100
/// fields. `status`: what a server answers, 400, 431 for too many fields, 501 for a coding that isn't known.
/// Pure.
const char* scan_header_block(std::string_view block, int* status = nullptr);

inline constexpr std::size_t max_header_fields = 100;

/// What a field value and a reason must not hold: controls except HT (RFC 9110 section 5.5).
inline bool is_header_control(char c) {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
}
/// tchar of RFC 9110 section 5.6.2.
bool is_token_char(char c);
bool is_token(std::string_view text);

}  // namespace longwave::web
