// room: web
// SPDX-License-Identifier: Apache-2.0
//
// The same bytes give the same events whole and in pieces; text is UTF-8, messages keep the limit, and
// nothing comes after a close or an error.
#include "web/websocket_codec.hpp"

#include "base/text.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace longwave;
using Kind = web::WebSocketEvent::Kind;

namespace {

constexpr std::size_t limit = 1000;

void require(bool holds) {
  if (!holds) std::abort();
}

struct Reading {
  web::WebSocketDecoder decoder{limit};
  std::string seen;
  bool over = false;
  void feed(std::string bytes) {
    decoder.feed(bytes);
    while (const auto event = decoder.next()) {
      require(!over);
      over = event->kind == Kind::close || event->kind == Kind::error;
      require(event->payload.size() <= limit);
      if (event->kind == Kind::text) require(text::valid_utf8(event->payload));
      seen += static_cast<char>('0' + static_cast<int>(event->kind));
      seen += std::to_string(event->code);
      if (event->kind != Kind::error) seen += event->payload;
      seen += '\n';
    }
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes{reinterpret_cast<const char*>(data) + 1, size - 1};
  const std::size_t step = 1 + data[0] % 64;
  Reading whole;
  whole.feed(std::string{bytes});
  Reading pieces;
  for (std::size_t at = 0; at < bytes.size(); at += step) pieces.feed(std::string{bytes.substr(at, step)});
  require(whole.seen == pieces.seen);
  return 0;
}
