// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::redis {

/// One value of RESP2, the protocol of Redis (redis.io, "Redis serialization protocol specification").
struct Reply {
  enum class Kind { nil, integer, text, status, error, array };
  Kind kind = Kind::nil;
  std::int64_t integer = 0;
  std::string text;  ///< of text, status and error; bytes, not always UTF-8
  std::vector<Reply> items;

  bool is_error() const { return kind == Kind::error; }
  /// The word that an error begins with: "NOSCRIPT", "NOPERM", "LOADING".
  std::string_view error_word() const {
    return is_error() ? std::string_view(text).substr(0, text.find(' ')) : std::string_view{};
  }
  /// Of an array; a nil reply if there is no such item.
  const Reply& operator[](std::size_t index) const;
};

}  // namespace longwave::redis
