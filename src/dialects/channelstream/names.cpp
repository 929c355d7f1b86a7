// SPDX-License-Identifier: Apache-2.0
#include "dialects/channelstream/names.hpp"

#include "access/password.hpp"
#include "base/text.hpp"
#include "hub/rules.hpp"

namespace longwave::channelstream {

std::string_view refuse_channel(std::string_view name) {
  if (!hub::valid_channel_name(name)) return "Length must be between 1 and 256, without control characters.";
  if (name.starts_with('#')) return "Names that begin with # are users' own channels.";
  return {};
}

std::string secret_uuid() {
  constexpr std::size_t bytes = 16;
  auto raw = text::unbase64(access::random_token(bytes)).value_or("");
  raw[6] = static_cast<char>((raw[6] & 0x0f) | 0x40);
  raw[8] = static_cast<char>((raw[8] & 0x3f) | 0x80);
  auto digits = text::hex(raw);
  for (const std::size_t at : {20, 16, 12, 8}) digits.insert(at, "-");
  return digits;
}

}  // namespace longwave::channelstream
