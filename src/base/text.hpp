// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Small pure functions on text and bytes that several rooms need.
namespace longwave::text {

std::string_view trim(std::string_view s);
std::string ascii_lower(std::string_view s);
bool ascii_iequals(std::string_view a, std::string_view b);
std::vector<std::string_view> split(std::string_view s, char separator);

/// True if every byte belongs to a well-formed UTF-8 sequence (RFC 3629: no surrogates, no overlong forms).
bool valid_utf8(std::string_view s);
/// Replaces what isn't UTF-8 by U+FFFD, so that it can be put into JSON.
std::string to_utf8(std::string_view s);

std::string hex(std::string_view bytes);
std::optional<std::string> unhex(std::string_view digits);
std::string base64(std::string_view bytes);
/// Without padding, with - and _ (RFC 4648 section 5).
std::string base64url(std::string_view bytes);
std::optional<std::string> unbase64(std::string_view text);
/// Strict: no padding, and only the one spelling that base64url() gives.
std::optional<std::string> unbase64url(std::string_view text);

/// Undoes %XX (and + when `plus_is_space`); nullopt if a % isn't followed by two hex digits.
std::optional<std::string> url_decode(std::string_view s, bool plus_is_space = false);

}  // namespace longwave::text
