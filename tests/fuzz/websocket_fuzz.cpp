// room: web
// SPDX-License-Identifier: Apache-2.0
//
// The codec in both roles, with and without permessage-deflate: the same bytes give the same events whole and
// in pieces; text is UTF-8, messages keep the limit also decompressed, and nothing comes after a close or an
// error. The first byte chooses the pieces, the second the role and what was agreed.
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

web::DeflateTerms terms(std::uint8_t choice) {
  web::DeflateTerms made;
  made.on = (choice & 2) != 0;
  made.peer_takes_over = (choice & 4) != 0;
  made.receive_bits = static_cast<std::uint8_t>(8 + (choice >> 3 & 7));
  return made;
}

struct Reading {
  explicit Reading(std::uint8_t choice)
      : decoder(limit, (choice & 1) != 0 ? web::Role::client : web::Role::server, terms(choice)) {}

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

  web::WebSocketDecoder decoder;
  std::string seen;
  bool over = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes{reinterpret_cast<const char*>(data) + 2, size - 2};
  const std::size_t step = 1 + data[0] % 64;
  Reading whole(data[1]);
  whole.feed(std::string{bytes});
  Reading pieces(data[1]);
  for (std::size_t at = 0; at < bytes.size(); at += step) pieces.feed(std::string{bytes.substr(at, step)});
  // A peer that refers back beyond the window it agreed on is found out only where pieces make zlib use it.
  const auto agreed = terms(data[1]);
  const bool window_holds_all = !agreed.on || (std::size_t{1} << agreed.receive_bits) > limit;
  if (window_holds_all) require(whole.seen == pieces.seen);
  return 0;
}
