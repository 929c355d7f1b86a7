// room: channelstream
// SPDX-License-Identifier: Apache-2.0
//
// No token made without the secret passes, whatever it looks like; one that was made with it passes until a
// byte of it changes; the form that is told by a token's looks is the form it was made in.
#include "dialects/channelstream/signatures.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace longwave::channelstream;

namespace {
void require(bool holds) {
  if (!holds) std::abort();
}
constexpr std::string_view secret = "a secret that the input can't know: 6f1c3b";
constexpr std::int64_t now = 1'600'000'000;
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const Covered covered{"POST", "/message", text};
  require(!check_g1(secret, "/message", text) && !check_g2(secret, text) &&
          !check_own(secret, covered, text));

  const auto g1 = sign_g1(secret, text, now);
  require(check_g1(secret, text, g1) == now && form_of(g1) == Form::g1);
  const auto own = sign_own(secret, covered, now, "0123456789abcdef");
  require(check_own(secret, covered, own).has_value() && form_of(own) == Form::own);
  const auto g2 = sign_g2(secret, text, now);
  if (size < 4096) require(check_g2(secret, g2) == now);
  if (size == 0) return 0;
  auto changed = g2;
  changed[data[0] % text.size()] ^= 1;  // a byte of the value
  require(!check_g2(secret, changed));
  changed = own;
  auto& byte = changed[3 + data[0] % (changed.size() - 3)];
  byte = byte == '0' ? '1' : '0';
  require(!check_own(secret, covered, changed));
  return 0;
}
