// room: io
// SPDX-License-Identifier: Apache-2.0
//
// A PROXY header is seen to end at the same byte however much has come, and what was malformed stays so.
#include "io/proxy_header.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace longwave::io;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  const auto whole = parse_proxy_header(bytes);
  if (whole.size > size || (whole.state != ProxyHeader::State::done && whole.client)) std::abort();
  for (std::size_t split = 0; split < size; split += 1 + size / 32) {
    const auto part = parse_proxy_header(bytes.substr(0, split));
    if (part.state == ProxyHeader::State::malformed && whole.state != ProxyHeader::State::malformed)
      std::abort();
    if (part.state == ProxyHeader::State::done && (whole.state != part.state || whole.size != part.size))
      std::abort();
  }
  return 0;
}
