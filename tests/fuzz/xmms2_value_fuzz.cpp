// room: station/backends
// SPDX-License-Identifier: Apache-2.0
#include "base/assert.hpp"
#include "station/backends/xmms2_value.hpp"

#include <cstdint>
#include <string_view>

using namespace longwave::station::xmms2;

/// Whatever a daemon sends is a value or an error; what is a value is the same after writing and reading.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const auto protocol : {Protocol::v24, Protocol::v18}) {
    const auto value = read_value(bytes, protocol);
    if (!value) continue;
    const auto written = write_value(*value, protocol);
    const auto again = read_value(written, protocol);
    LW_ASSERT(again && write_value(*again, protocol) == written, "a value changes on its way");
  }
  return 0;
}
