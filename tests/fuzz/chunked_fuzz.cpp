// room: web
// SPDX-License-Identifier: Apache-2.0
//
// A chunked body is the same whole and in pieces, ends at the same byte, and is never larger than allowed.
#include "web/chunked.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using longwave::web::ChunkedDecoder;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t limit = 300;
  if (size == 0) return 0;
  const std::string_view bytes{reinterpret_cast<const char*>(data) + 1, size - 1};
  const std::size_t step = 1 + data[0] % 64;
  ChunkedDecoder whole;
  std::string whole_body;
  const auto whole_used = whole.take(bytes, whole_body, limit);
  ChunkedDecoder pieces;
  std::string body;
  std::size_t used = 0;
  for (std::size_t at = 0; at < bytes.size() && pieces.state() == ChunkedDecoder::State::more; at += step) {
    used += pieces.take(bytes.substr(at, step), body, limit);
  }
  if (body != whole_body || used != whole_used || pieces.state() != whole.state() || body.size() > limit) {
    std::abort();
  }
  return 0;
}
