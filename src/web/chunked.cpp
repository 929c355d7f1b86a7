// SPDX-License-Identifier: Apache-2.0
#include "web/chunked.hpp"

#include "web/header_scan.hpp"

#include <algorithm>

namespace longwave::web {

namespace {
constexpr std::uint8_t most_digits = 16;  // of 64 bits: they can't overflow

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}
}  // namespace

std::size_t ChunkedDecoder::take(std::string_view bytes, std::string& body, std::size_t limit) {
  std::size_t at = 0;
  while (at < bytes.size() && state_ == State::more) {
    if (at_ == At::data) {
      const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size() - at));
      body.append(bytes.substr(at, size));
      at += size;
      left_ -= size;
      if (left_ == 0) at_ = At::data_cr;
    } else {
      state_ = step(bytes[at++], limit - std::min(limit, body.size()));
    }
  }
  return at;
}

// What RFC 9112 leaves to the recipient's limits.
ChunkedDecoder::State ChunkedDecoder::extra(std::uint32_t& count, std::size_t limit) {
  return ++count > limit ? State::malformed : State::more;
}

ChunkedDecoder::State ChunkedDecoder::size_digit(char c) {
  if (++digits_ > most_digits) return State::malformed;
  left_ = left_ * 16 + static_cast<unsigned>(hex_value(c));
  return State::more;
}

ChunkedDecoder::State ChunkedDecoder::size_known(std::size_t room) {
  digits_ = 0;
  if (left_ > room) return State::too_large;
  at_ = left_ == 0 ? At::trailer : At::data;
  return State::more;
}

ChunkedDecoder::State ChunkedDecoder::step(char c, std::size_t room) {
  const auto expect = [this, c](char wanted, At then) {
    at_ = then;
    return c == wanted ? State::more : State::malformed;
  };
  switch (at_) {
    case At::size:
      if (hex_value(c) >= 0) return size_digit(c);
      if (digits_ == 0) return State::malformed;
      [[fallthrough]];
    case At::space:
      if (c == ';') return expect(';', At::extension);
      if (c == ' ' || c == '\t') {  // "bad whitespace", which the grammar allows before an extension only
        at_ = At::space;
        return extra(extensions_, extension_limit);
      }
      return at_ == At::size ? expect('\r', At::size_lf) : State::malformed;
    case At::extension:
      if (c == '\r') return expect('\r', At::size_lf);
      if (is_header_control(c)) return State::malformed;
      return extra(extensions_, extension_limit);
    case At::size_lf:
      return c == '\n' ? size_known(room) : State::malformed;
    case At::data_cr:
      return expect('\r', At::data_lf);
    case At::data_lf:
      return expect('\n', At::size);
    case At::trailer:
      if (c == '\r') return expect('\r', At::last_lf);
      at_ = At::trailer_name;
      return is_token_char(c) ? extra(trailers_, trailer_limit) : State::malformed;
    case At::trailer_name:
      if (c == ':') return expect(':', At::trailer_value);
      return is_token_char(c) ? extra(trailers_, trailer_limit) : State::malformed;
    case At::trailer_value:
      if (c == '\r') return expect('\r', At::trailer_lf);
      return is_header_control(c) ? State::malformed : extra(trailers_, trailer_limit);
    case At::trailer_lf:
      return expect('\n', At::trailer);
    case At::last_lf:
      return c == '\n' ? State::done : State::malformed;
    case At::data:
      break;
  }
  return State::malformed;
}

}  // namespace longwave::web
