// SPDX-License-Identifier: Apache-2.0
#include "library/query_values.hpp"

#include "base/text.hpp"

#include <charconv>
#include <chrono>
#include <limits>

namespace longwave::library {

namespace {

using Int = std::int64_t;
constexpr Int day_ms = 86'400'000;

/// A value means a stretch: a year is all of its days.
struct Stretch {
  Int low = 0, high = 0;
};

std::optional<Int> whole(std::string_view digits) {
  Int value = 0;
  if (digits.empty() || digits.size() > 12) return std::nullopt;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (problem != std::errc{} || end != digits.data() + digits.size() || digits.front() == '-') {
    return std::nullopt;
  }
  return value;
}

std::optional<Stretch> year(std::string_view text) {
  const bool decade = text.size() == 5 && text.ends_with("0s");
  const auto value = whole(decade ? text.substr(0, 4) : text);
  if (!value || *value > 9999) return std::nullopt;
  return Stretch{*value, decade ? *value + 9 : *value};
}

/// A number and a letter of `units`: how many of the smallest unit that is.
std::optional<Int> with_unit(std::string_view text, std::string_view units, const Int* sizes) {
  if (text.size() < 2) return std::nullopt;
  const auto unit = units.find(text.back());
  const auto value = whole(text.substr(0, text.size() - 1));
  if (unit == std::string_view::npos || !value || *value > 1'000'000) return std::nullopt;
  return *value * sizes[unit];
}

std::optional<Stretch> length(std::string_view text) {
  static constexpr Int sizes[] = {1000, 60'000, 3'600'000};
  if (const auto ms = with_unit(text, "smh", sizes)) return Stretch{*ms, *ms};
  Int seconds = 0;
  std::size_t parts = 0;
  for (const auto part : text::split(text, ':')) {
    const auto value = whole(part);
    if (!value || *value > 1'000'000 || ++parts > 3 || (parts > 1 && *value > 59)) return std::nullopt;
    seconds = seconds * 60 + *value;
  }
  // "3:30" is what a player shows for all that is shorter than 3:31.
  return Stretch{seconds * 1000, seconds * 1000 + 999};
}

Int at(Int y, unsigned m, unsigned d) {
  using namespace std::chrono;
  return sys_days{std::chrono::year{static_cast<int>(y)} / month{m} / day{d}}.time_since_epoch().count() *
         day_ms;
}

std::optional<Stretch> time(std::string_view text, Int now_ms) {
  static constexpr Int sizes[] = {3'600'000, day_ms, 7 * day_ms, 30 * day_ms, 365 * day_ms};
  if (const auto age = with_unit(text, "hdwmy", sizes)) {
    return Stretch{now_ms - *age, std::numeric_limits<Int>::max()};
  }
  const auto parts = text::split(text, '-');
  if (parts.size() > 3) return std::nullopt;
  const auto y = whole(parts[0]);
  if (!y || *y < 1970 || *y > 9999) return std::nullopt;
  if (parts.size() == 1) return Stretch{at(*y, 1, 1), at(*y + 1, 1, 1) - 1};
  const auto m = whole(parts[1]);
  if (!m || *m < 1 || *m > 12) return std::nullopt;
  const auto month = static_cast<unsigned>(*m);
  if (parts.size() == 2) {
    return Stretch{at(*y, month, 1), (month == 12 ? at(*y + 1, 1, 1) : at(*y, month + 1, 1)) - 1};
  }
  const auto d = whole(parts[2]);
  if (!d || *d < 1 || *d > 31) return std::nullopt;
  const Int begin = at(*y, month, static_cast<unsigned>(*d));
  return Stretch{begin, begin + day_ms - 1};
}

std::optional<Stretch> stretch(std::string_view text, QueryValue kind, Int now_ms) {
  switch (kind) {
    case QueryValue::year:
      return year(text);
    case QueryValue::time:
      return time(text, now_ms);
    case QueryValue::length:
      return length(text);
    case QueryValue::count:
      break;
  }
  const auto value = whole(text);
  if (!value) return std::nullopt;
  return Stretch{*value, *value};
}

}  // namespace

std::optional<QueryRange> query_range(std::string_view text, QueryValue kind, Int now_ms) {
  if (const auto dots = text.find(".."); dots != std::string_view::npos) {
    const auto from = text.substr(0, dots), to = text.substr(dots + 2);
    QueryRange range;
    if (from.empty() && to.empty()) return std::nullopt;
    if (!from.empty()) {
      const auto low = stretch(from, kind, now_ms);
      if (!low) return std::nullopt;
      range.low = low->low;
    }
    if (!to.empty()) {
      const auto high = stretch(to, kind, now_ms);
      if (!high) return std::nullopt;
      range.high = high->high;
    }
    return range;
  }
  for (const std::string_view sign : {">=", "<=", ">", "<"}) {
    if (!text.starts_with(sign)) continue;
    const auto value = stretch(text.substr(sign.size()), kind, now_ms);
    if (!value) return std::nullopt;
    // An age counts backwards: more than 30 days is earlier.
    const bool age = kind == QueryValue::time && value->high == std::numeric_limits<Int>::max();
    if (age) {
      if (sign.front() == '<') return QueryRange{value->low, {}};
      return QueryRange{{}, value->low};
    }
    if (sign == ">=") return QueryRange{value->low, {}};
    if (sign == "<=") return QueryRange{{}, value->high};
    if (sign == ">") return QueryRange{value->high + 1, {}};
    return QueryRange{{}, value->low - 1};
  }
  const auto value = stretch(text, kind, now_ms);
  if (!value) return std::nullopt;
  const bool open = value->high == std::numeric_limits<Int>::max();
  return QueryRange{value->low, open ? std::nullopt : std::optional<Int>(value->high)};
}

}  // namespace longwave::library
