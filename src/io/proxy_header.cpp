// SPDX-License-Identifier: Apache-2.0
#include "io/proxy_header.hpp"

#include "base/text.hpp"
#include "io/network.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace longwave::io {

namespace {

using State = ProxyHeader::State;
constexpr std::string_view line_begin = "PROXY ";
constexpr std::string_view signature{"\r\n\r\n\0\r\nQUIT\n", 12};
constexpr std::size_t line_limit = 107;  // with CR LF, as the specification says
constexpr std::size_t fixed_part = 16;

PeerAddress client_at(const AddressBytes& address, std::uint16_t port) {
  return {.ip = address_text(address), .port = port, .is_loopback = false};
}

std::optional<std::uint16_t> port_of(std::string_view digits) {
  std::uint16_t port = 0;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  const bool plain = digits == "0" || !digits.starts_with('0');
  if (failed != std::errc{} || end != digits.data() + digits.size() || !plain) return std::nullopt;
  return port;
}

ProxyHeader parse_line(std::string_view bytes) {
  const auto end = bytes.substr(0, line_limit).find("\r\n");
  if (end == bytes.npos) return {bytes.size() < line_limit ? State::more : State::malformed, 0, {}};
  const auto words = text::split(bytes.substr(0, end), ' ');
  ProxyHeader header{State::done, end + 2, {}};
  if (words.size() >= 2 && words[1] == "UNKNOWN") return header;
  header.state = State::malformed;
  if (words.size() != 6 || (words[1] != "TCP4" && words[1] != "TCP6")) return header;
  const bool v6 = words[1] == "TCP6";
  const auto address = parse_address(words[2]);
  const auto port = port_of(words[4]);
  const auto family = [v6](std::string_view text) { return (text.find(':') != text.npos) == v6; };
  if (!address || !parse_address(words[3]) || !port || !port_of(words[5]) || !family(words[2]) ||
      !family(words[3])) {
    return header;
  }
  header.state = State::done;
  header.client = client_at(*address, *port);
  return header;
}

std::uint16_t big_endian(std::string_view two) {
  return static_cast<std::uint16_t>(static_cast<unsigned char>(two[0]) << 8 |
                                    static_cast<unsigned char>(two[1]));
}

ProxyHeader parse_binary(std::string_view bytes) {
  if (bytes.size() < fixed_part) return {};
  const auto version_and_command = static_cast<unsigned char>(bytes[12]);
  const auto family = static_cast<unsigned char>(bytes[13]);
  const auto size = fixed_part + big_endian(bytes.substr(14));
  if (version_and_command >> 4 != 2 || (version_and_command & 15) > 1 || size > proxy_header_limit) {
    return {State::malformed, 0, {}};
  }
  if (bytes.size() < size) return {};
  ProxyHeader header{State::done, size, {}};
  const auto rest = bytes.substr(fixed_part, size - fixed_part);
  if ((version_and_command & 15) == 0) return header;  // LOCAL: a health check of the proxy's own
  constexpr unsigned char tcp4 = 0x11;
  constexpr unsigned char tcp6 = 0x21;
  if (family != tcp4 && family != tcp6) return header;
  const std::size_t width = family == tcp4 ? 4 : 16;
  if (rest.size() < 2 * width + 4) return {State::malformed, 0, {}};
  AddressBytes address = *parse_address("0.0.0.0");
  std::copy_n(rest.begin(), width, address.end() - static_cast<std::ptrdiff_t>(width));
  header.client = client_at(address, big_endian(rest.substr(2 * width)));
  return header;
}

bool may_become(std::string_view bytes, std::string_view begin) {
  return bytes.substr(0, begin.size()) == begin.substr(0, bytes.size());
}

}  // namespace

ProxyHeader parse_proxy_header(std::string_view bytes) {
  if (may_become(bytes, line_begin))
    return bytes.size() < line_begin.size() ? ProxyHeader{} : parse_line(bytes);
  if (may_become(bytes, signature)) return parse_binary(bytes);
  return {State::malformed, 0, {}};
}

}  // namespace longwave::io
