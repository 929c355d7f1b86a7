// SPDX-License-Identifier: Apache-2.0
#include "io/network.hpp"

#include <arpa/inet.h>
#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace longwave::io {

namespace {
constexpr std::array<unsigned char, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool is_mapped(const AddressBytes& address) {
  return std::equal(mapped.begin(), mapped.end(), address.begin());
}
}  // namespace

std::optional<AddressBytes> parse_address(std::string_view numeric) {
  if (numeric.size() >= INET6_ADDRSTRLEN) return std::nullopt;
  const std::string text{numeric};
  AddressBytes bytes{};
  if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return bytes;
  std::copy(mapped.begin(), mapped.end(), bytes.begin());
  if (::inet_pton(AF_INET, text.c_str(), bytes.data() + mapped.size()) == 1) return bytes;
  return std::nullopt;
}

std::string address_text(const AddressBytes& address) {
  char text[INET6_ADDRSTRLEN] = {};
  if (is_mapped(address)) {
    ::inet_ntop(AF_INET, address.data() + mapped.size(), text, sizeof text);
  } else {
    ::inet_ntop(AF_INET6, address.data(), text, sizeof text);
  }
  return text;
}

Result<void> Networks::add(std::string_view entry) {
  if (entry == "unix") {
    unix_ = true;
    return {};
  }
  const auto wrong = [&] {
    return error(Errc::invalid,
                 fmt::format("\"{}\" is no address or network (10.0.0.0/8, ::1, unix)", entry));
  };
  const auto slash = entry.find('/');
  const auto address = parse_address(entry.substr(0, slash));
  if (!address) return wrong();
  const int most = is_mapped(*address) ? 32 : 128;
  int bits = most;
  if (slash != entry.npos) {
    const auto digits = entry.substr(slash + 1);
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    if (failed != std::errc{} || end != digits.data() + digits.size() || bits < 0 || bits > most)
      return wrong();
  }
  ranges_.push_back({*address, bits + 128 - most});
  return {};
}

bool Networks::contains(const AddressBytes& address) const {
  return std::any_of(ranges_.begin(), ranges_.end(), [&](const Range& range) {
    const auto whole = static_cast<std::size_t>(range.bits / 8);
    if (std::memcmp(address.data(), range.address.data(), whole) != 0) return false;
    const int rest = range.bits % 8;
    return rest == 0 || ((address[whole] ^ range.address[whole]) >> (8 - rest)) == 0;
  });
}

bool Networks::contains(std::string_view ip) const {
  if (ip.empty()) return unix_;
  const auto address = parse_address(ip);
  return address && contains(*address);
}

}  // namespace longwave::io
