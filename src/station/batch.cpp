// SPDX-License-Identifier: Apache-2.0
#include "station/batch.hpp"

#include <algorithm>

namespace longwave::station {

std::uint32_t opus_serial(StationId station) {
  // Any number will do, as long as every loop takes the same: a mount is one logical stream.
  return static_cast<std::uint32_t>(station.value) * 2654435761u + 0x4c57u;
}

MountBatchPtr from_unit(const MountBatch& batch, std::int64_t unit) {
  auto rest = std::make_shared<MountBatch>();
  rest->station = batch.station;
  rest->format = batch.format;
  rest->first = unit;
  const auto skipped = static_cast<std::size_t>(unit - batch.first);
  const auto bytes = skipped == 0 ? 0 : batch.ends[skipped - 1];
  rest->bytes = batch.bytes.substr(bytes);
  for (auto i = skipped; i < batch.ends.size(); ++i) rest->ends.push_back(batch.ends[i] - bytes);
  for (const auto& mark : batch.marks) {
    if (mark.unit <= unit) rest->marks.clear();  // the last one before counts there
    rest->marks.push_back({std::max(mark.unit, unit), mark.title});
  }
  return rest;
}

}  // namespace longwave::station
