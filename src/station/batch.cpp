// SPDX-License-Identifier: Apache-2.0
#include "station/batch.hpp"

namespace longwave::station {

std::uint32_t opus_serial(StationId station) {
  // Any number will do, as long as every loop takes the same: a mount is one logical stream.
  return static_cast<std::uint32_t>(station.value) * 2654435761u + 0x4c57u;
}

}  // namespace longwave::station
