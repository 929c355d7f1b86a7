// SPDX-License-Identifier: Apache-2.0
#include "web/header_scan.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace longwave::web {

std::size_t find_header_end(std::string_view bytes, std::size_t from) {
  // A terminator may straddle what was searched before.
  from = from > 3 ? from - 3 : 0;
  for (auto at = bytes.find('\n', from); at != bytes.npos; at = bytes.find('\n', at + 1)) {
    if (at + 1 < bytes.size() && bytes[at + 1] == '\n') return at + 2;
    if (at + 2 < bytes.size() && bytes[at + 1] == '\r' && bytes[at + 2] == '\n') return at + 3;
  }
  return bytes.npos;
}

bool is_token_char(char c) {
  if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return true;
  return c != '\0' && std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

namespace {

struct Seen {
  std::size_t fields = 0;
  bool host = false;
  bool content_length = false;
  bool transfer_encoding = false;
};

constexpr const char* too_many = "more than 100 header fields";
constexpr const char* unknown_coding = "a Transfer-Encoding other than chunked";

/// RFC 9112 section 6.1 asks for 501 where the coding isn't known; chunked in a wrong place is malformed.
const char* scan_coding(std::string_view value, bool second) {
  if (value == "chunked" && !second) return nullptr;
  for (const auto item : text::split(value, ',')) {
    if (second || text::ascii_iequals(text::trim(item), "chunked"))
      return "a Transfer-Encoding that isn't exactly chunked";
  }
  return unknown_coding;
}

const char* scan_field(std::string_view line, Seen& seen) {
  if (++seen.fields > max_header_fields) return too_many;
  const auto colon = line.find(':');
  if (colon == line.npos) return "a header line without a colon";
  if (colon == 0) return "a header field without a name";
  const auto name = line.substr(0, colon);
  if (!is_token(name)) return "a header field whose name isn't a token";
  const auto value = text::trim(line.substr(colon + 1));
  if (text::ascii_iequals(name, "Host")) {
    if (seen.host) return "more than one Host";
    seen.host = true;
  } else if (text::ascii_iequals(name, "Content-Length")) {
    if (seen.content_length) return "more than one Content-Length";
    seen.content_length = true;
  } else if (text::ascii_iequals(name, "Transfer-Encoding")) {
    if (const char* problem = scan_coding(value, seen.transfer_encoding)) return problem;
    seen.transfer_encoding = true;
  }
  if (seen.content_length && seen.transfer_encoding) return "both Content-Length and Transfer-Encoding";
  return nullptr;
}

const char* scan_lines(std::string_view block) {
  Seen seen;
  bool first = true;
  while (!block.empty()) {
    const auto end = block.find('\n');
    if (end == block.npos) return "a header block without an end";
    if (end == 0 || block[end - 1] != '\r') return "a line that ends with a bare LF";
    const auto line = block.substr(0, end - 1);
    block.remove_prefix(end + 1);
    for (const char c : line) {
      if (c == '\r') return "a bare CR";
      if (is_header_control(c)) return "a control character";
    }
    if (line.empty()) {
      if (first) return "an empty request line";
      return block.empty() ? nullptr : "something behind the empty line";
    }
    if (line.front() == ' ' || line.front() == '\t') return "a line that begins with space";
    if (!first) {
      if (const char* problem = scan_field(line, seen)) return problem;
    }
    first = false;
  }
  return "a header block without an end";
}

}  // namespace

const char* scan_header_block(std::string_view block, int* status) {
  const char* problem = scan_lines(block);
  if (status) *status = problem == too_many ? 431 : problem == unknown_coding ? 501 : 400;
  return problem;
}

}  // namespace longwave::web
