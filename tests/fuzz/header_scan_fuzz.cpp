// room: web
// SPDX-License-Identifier: Apache-2.0
//
// Whatever the scan accepts consists of lines that end with CR LF, has at most one Host and one framing, and
// its end is found at the same place however the bytes come.
#include "web/header_scan.hpp"

#include "base/text.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace longwave;

namespace {
void require(bool holds) {
  if (!holds) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  const auto end = web::find_header_end(bytes);
  for (std::size_t split = 0; split < size; split += 1 + size / 8) {
    const auto early = web::find_header_end(bytes.substr(0, split));
    require(early == end || early == bytes.npos);
    if (early == bytes.npos) require(web::find_header_end(bytes, split) == end);
  }
  if (end == bytes.npos) return 0;
  const auto block = bytes.substr(0, end);
  if (web::scan_header_block(block)) return 0;
  std::size_t hosts = 0;
  std::size_t framings = 0;
  std::size_t lines = 0;
  for (auto line : text::split(block.substr(0, block.size() - 2), '\n')) {
    if (line.empty()) continue;
    require(line.back() == '\r');
    line.remove_suffix(1);
    require(line.find('\r') == line.npos && line.find('\0') == line.npos);
    if (lines++ == 0) continue;
    const auto name = line.substr(0, line.find(':'));
    if (text::ascii_iequals(name, "Host")) ++hosts;
    if (text::ascii_iequals(name, "Content-Length") || text::ascii_iequals(name, "Transfer-Encoding"))
      ++framings;
  }
  require(hosts <= 1 && framings <= 1 && lines <= 1 + web::max_header_fields);
  return 0;
}
