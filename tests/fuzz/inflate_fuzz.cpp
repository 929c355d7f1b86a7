// room: web
// SPDX-License-Identifier: Apache-2.0
//
// Decompressing what anybody may send: never more than the limit, the same whole and in pieces; and what we
// compress comes back, with every window. Also the extension fields of both handshakes.
#include "web/deflate.hpp"
#include "web/extensions.hpp"
#include "web/headers.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace longwave;
using Outcome = web::Inflater::Outcome;

namespace {

constexpr std::size_t limit = 5000;

void require(bool holds) {
  if (!holds) std::abort();
}

Outcome inflate(std::string_view bytes, std::size_t step, std::uint8_t bits, std::string& out) {
  web::Inflater inflater(bits);
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    const auto outcome = inflater.feed(bytes.substr(at, step), out, limit);
    require(outcome == Outcome::too_big || out.size() <= limit);
    if (outcome != Outcome::good) return outcome;
  }
  return inflater.finish(out, limit);
}

void both_ways(std::string_view bytes, std::size_t step, std::uint8_t bits) {
  std::string whole;
  std::string pieces;
  const auto first = inflate(bytes, bytes.size() + 1, bits, whole);
  const auto second = inflate(bytes, step, bits, pieces);
  // A peer that refers back beyond the window it agreed on is found out only where pieces make zlib use it.
  if ((std::size_t{1} << bits) > limit) require((first == Outcome::good) == (second == Outcome::good));
  if (first == Outcome::good && second == first) require(whole == pieces);

  static web::Deflater deflater;
  const auto text = bytes.substr(0, limit);
  std::string back;
  const auto level = static_cast<std::uint8_t>(1 + step % 9);
  require(inflate(deflater.compress(text, bits, level), step, bits, back) == Outcome::good);
  require(back == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes{reinterpret_cast<const char*>(data) + 2, size - 2};
  const auto bits = static_cast<std::uint8_t>(8 + (data[0] & 7));
  both_ways(bytes, 1 + data[1] % 64, bits);

  const web::Headers field{{"Sec-WebSocket-Extensions", std::string{bytes}}};
  const auto answer = web::answer_deflate(field, {.peer_context_takeover = (data[0] & 8) != 0});
  if (answer.terms.on) {
    require(!answer.malformed);
    // Our own client must agree with what our server answers, whoever had offered it.
    const auto checked = web::check_deflate_answer({{"Sec-WebSocket-Extensions", answer.extension}},
                                                   {.peer_context_takeover = true});
    require(checked.has_value() && checked->receive_bits == answer.terms.send_bits);
  }
  (void)web::check_deflate_answer(field, {});
  return 0;
}
