// SPDX-License-Identifier: Apache-2.0
#include "schedule/rules/fit.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <vector>

namespace longwave::rules {

namespace {

constexpr std::size_t looked_at = 200;

struct Best {
  std::int64_t over = std::numeric_limits<std::int64_t>::max();
  std::array<std::size_t, 3> songs{};
  std::size_t count = 0;
  void offer(std::int64_t total, std::int64_t rest, std::array<std::size_t, 3> chosen, std::size_t of) {
    if (total < rest || total - rest >= over) return;
    over = total - rest;
    songs = chosen;
    count = of;
  }
};

}  // namespace

std::optional<std::size_t> fit(std::span<const std::int32_t> lengths, Duration rest, Random& random) {
  std::vector<std::size_t> order(lengths.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto n = std::min(looked_at, order.size());
  for (std::size_t i = 0; i < n; ++i) std::swap(order[i], order[i + random.below(order.size() - i)]);
  order.resize(n);
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return lengths[a] < lengths[b]; });
  const auto length = [&](std::size_t i) { return std::int64_t{lengths[order[i]]}; };
  const auto wanted = to_ms(rest);
  Best best;
  for (std::size_t i = 0; i < n; ++i) best.offer(length(i), wanted, {i}, 1);
  // Two, and two beside each other: one from each end of what is sorted by length.
  const auto pairs = [&](std::size_t from, std::int64_t base, std::optional<std::size_t> first) {
    for (std::size_t low = from, high = n; low + 1 < high;) {
      const auto total = base + length(low) + length(high - 1);
      if (first) {
        best.offer(total, wanted, {*first, low, high - 1}, 3);
      } else {
        best.offer(total, wanted, {low, high - 1}, 2);
      }
      if (total < wanted) {
        ++low;
      } else {
        --high;
      }
    }
  };
  pairs(0, 0, std::nullopt);
  for (std::size_t i = 0; i + 2 < n && best.over > 0; ++i) pairs(i + 1, length(i), i);
  if (best.count == 0) return std::nullopt;
  return order[best.songs[random.below(best.count)]];
}

}  // namespace longwave::rules
