// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/session.hpp"

#include <cstdint>
#include <string>
#include <string_view>

/// Values as the text in which they travel to PostgreSQL and back.
///
/// A text of ours may hold any bytes (a path has those of the file system), one of PostgreSQL's holds letters
/// of UTF-8 and no NUL. So a byte that belongs to no letter, and NUL, become the letter U+10FE00 + byte, of
/// the last private plane. The bytes of such a letter itself are written the same way, so that every text
/// comes back as it was, and equal texts stay equal.
namespace longwave::store {

std::string to_text(const Value& value);

/// "t" and "f" are 1 and 0; of a number with a fraction the whole part.
std::int64_t integer_from_text(const std::string& text);
double real_from_text(const std::string& text);
/// Of "\x6a00".
std::string bytes_from_text(std::string_view text);

std::string encode_text(std::string_view bytes);
void decode_text(std::string& text);

}  // namespace longwave::store
