// room: audio
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "audio/icy.hpp"
#include "audio/ogg.hpp"

// Titles and packets of any kind become well-formed blocks and pages.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace longwave::audio;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto middle = size / 2;
  const auto block = icy_block(text.substr(0, middle), text.substr(middle));
  if (block.size() != 1 + 16 * static_cast<std::size_t>(static_cast<unsigned char>(block[0]))) std::abort();
  if (!block.substr(1).starts_with("StreamTitle='")) std::abort();
  const auto url = block.find("';StreamUrl='");
  if (url == block.npos || block.find("';") != url) std::abort();

  std::vector<std::string_view> packets;
  for (std::size_t at = 0; at < size;) {
    const auto n = std::min<std::size_t>(data[at] * 3u, size - at);
    packets.push_back(text.substr(at, n));
    at += n + 1;
  }
  const auto page = ogg_page({1, 2, 3, false, false}, packets);
  if (page.empty()) return 0;
  std::size_t body = 0;
  const auto segments = static_cast<unsigned char>(page[26]);
  for (std::size_t i = 0; i < segments; ++i) body += static_cast<unsigned char>(page[27 + i]);
  if (page.size() != 27u + segments + body) std::abort();
  return 0;
}
