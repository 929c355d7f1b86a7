// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

/// The values of a query: what stands behind `field:`. Pure.
namespace longwave::library {

struct QueryRange {
  std::optional<std::int64_t> low, high;
};

/// How a field writes its values.
enum class QueryValue {
  count,  ///< 12
  year,   ///< 1955, 1990s
  time,   ///< 2026, 2026-11, 2026-11-21 (UTC), and ages: 30d is "within the last 30 days"
  length  ///< 3:30, 1:02:03, 90, 90s, 5m, 1h
};

/// `12`, `from..to`, `from..`, `..to`, `>12`, `>=12`, `<12`, `<=12`; both ends belong to it. nullopt: none of
/// them.
std::optional<QueryRange> query_range(std::string_view text, QueryValue kind, std::int64_t now_ms);

}  // namespace longwave::library
