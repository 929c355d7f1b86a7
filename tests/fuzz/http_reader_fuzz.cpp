// room: web
// SPDX-License-Identifier: Apache-2.0
//
// The same bytes give the same requests whole and in pieces, and no body is larger than was allowed.
#include "web/http_reader.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using longwave::web::HttpReader;

namespace {

constexpr std::size_t body_limit = 300;

struct Reading {
  HttpReader reader{500};
  std::string seen;
  bool over = false;
  void feed(std::string_view bytes) {
    if (over) return;
    reader.feed(bytes);
    for (;;) {
      switch (reader.next()) {
        case HttpReader::Step::need_more:
          return;
        case HttpReader::Step::head:
          (void)reader.allow_body(body_limit);
          break;
        case HttpReader::Step::complete:
          if (reader.request().body.size() > body_limit) std::abort();
          seen += reader.request().method + ' ' + reader.request().path + ' ' + reader.request().body + '\n';
          reader.start_next();
          break;
        case HttpReader::Step::failed:
          over = true;
          return;
      }
    }
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes{reinterpret_cast<const char*>(data) + 1, size - 1};
  const std::size_t step = 1 + data[0] % 64;
  Reading whole;
  whole.feed(bytes);
  Reading pieces;
  for (std::size_t at = 0; at < bytes.size(); at += step) pieces.feed(bytes.substr(at, step));
  if (whole.seen != pieces.seen) std::abort();
  return 0;
}
