// room: library
// SPDX-License-Identifier: Apache-2.0
//
// Playlist files of any bytes are refused or read within the limits; what was read once reads the same after
// being written.
#include "library/list_files.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace library = longwave::library;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  (void)library::list_format(bytes);
  for (const auto format : {library::ListFormat::m3u8, library::ListFormat::pls, library::ListFormat::xspf}) {
    const auto read = library::read_list_file(bytes, format);
    if (!read) continue;
    if (read->items.size() > library::most_list_file_items) std::abort();
    for (const auto written : {library::ListFormat::m3u8, library::ListFormat::pls}) {
      const auto again = library::read_list_file(library::write_list_file(*read, written), written);
      if (!again || again->items.size() > read->items.size()) std::abort();
    }
    (void)library::write_list_file(*read, library::ListFormat::xspf);
  }
  return 0;
}
