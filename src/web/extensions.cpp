// SPDX-License-Identifier: Apache-2.0
#include "web/extensions.hpp"

#include "base/text.hpp"
#include "web/headers.hpp"

#include <string_view>

namespace longwave::web {

namespace {

bool is_token_character(char c) {
  constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         others.find(c) != others.npos;
}

/// Reads one field's value from its beginning.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : left_(text) {}

  bool at_end() {
    skip_space();
    return left_.empty();
  }
  bool take(char wanted) {
    skip_space();
    if (left_.empty() || left_.front() != wanted) return false;
    left_.remove_prefix(1);
    return true;
  }
  /// "" if there is none here.
  std::string token() {
    skip_space();
    std::size_t size = 0;
    while (size < left_.size() && is_token_character(left_[size])) ++size;
    std::string found{left_.substr(0, size)};
    left_.remove_prefix(size);
    return found;
  }
  /// What stands in quotes must be a token too.
  std::string value() {
    if (!take('"')) return token();
    std::string found;
    while (!left_.empty() && left_.front() != '"') {
      if (left_.front() == '\\') left_.remove_prefix(1);
      if (left_.empty() || !is_token_character(left_.front())) return {};
      found += left_.front();
      left_.remove_prefix(1);
    }
    if (left_.empty()) return {};
    left_.remove_prefix(1);
    return found;
  }

 private:
  void skip_space() {
    while (!left_.empty() && (left_.front() == ' ' || left_.front() == '\t')) left_.remove_prefix(1);
  }
  std::string_view left_;
};

bool read_extension(Cursor& cursor, Extension& into) {
  into.name = cursor.token();
  if (into.name.empty()) return false;
  while (cursor.take(';')) {
    Extension::Parameter parameter{cursor.token(), {}};
    if (parameter.name.empty()) return false;
    if (cursor.take('=')) {
      parameter.value = cursor.value();
      if (parameter.value->empty()) return false;
    }
    into.parameters.push_back(std::move(parameter));
  }
  return true;
}

}  // namespace

std::optional<std::vector<Extension>> parse_extensions(const Headers& headers) {
  std::vector<Extension> found;
  for (const auto& [name, value] : headers) {
    if (!text::ascii_iequals(name, "Sec-WebSocket-Extensions")) continue;
    Cursor cursor{value};
    while (!cursor.at_end()) {
      if (cursor.take(',')) continue;  // empty elements of a list are allowed (RFC 9110 section 5.6.1)
      if (!read_extension(cursor, found.emplace_back())) return std::nullopt;
      if (!cursor.at_end() && !cursor.take(',')) return std::nullopt;
    }
  }
  return found;
}

}  // namespace longwave::web
