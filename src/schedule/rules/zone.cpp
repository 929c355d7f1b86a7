// SPDX-License-Identifier: Apache-2.0
#include "schedule/rules/zone.hpp"

#include <date/tz.h>

#include <algorithm>
#include <exception>

namespace longwave::rules {

namespace {

constexpr auto first_day = std::chrono::sys_days{std::chrono::year{1990} / 1 / 1};
constexpr auto last_day = std::chrono::sys_days{std::chrono::year{2100} / 1 / 1};

Duration since_epoch(std::chrono::sys_days date) {
  return date.time_since_epoch();
}

}  // namespace

Result<std::shared_ptr<const Zone>> Zone::named(std::string_view name) {
  try {
    const auto* found = date::locate_zone(std::string(name));
    auto zone = std::make_shared<Zone>();
    zone->name_ = name;
    std::chrono::sys_seconds at = first_day;
    while (at < last_day) {
      const auto info = found->get_info(at);
      zone->changes_.push_back(
          {WallTime{std::max<std::chrono::sys_seconds>(info.begin, first_day)}, info.offset});
      if (info.end <= at) break;
      at = info.end;
    }
    return std::shared_ptr<const Zone>(std::move(zone));
  } catch (const std::exception&) {  // the library says "not found" by throwing
    return error(Errc::not_found, "there is no time zone \"" + std::string(name) + "\"");
  }
}

std::shared_ptr<const Zone> Zone::utc() {
  static const auto zone = [] {
    auto made = std::make_shared<Zone>();
    made->name_ = "UTC";
    made->changes_.push_back({WallTime{}, Duration{}});
    return std::shared_ptr<const Zone>(std::move(made));
  }();
  return zone;
}

std::size_t Zone::segment(WallTime at) const {
  const auto after = std::upper_bound(changes_.begin() + 1, changes_.end(), at,
                                      [](WallTime t, const Change& change) { return t < change.at; });
  return static_cast<std::size_t>(after - changes_.begin()) - 1;
}

LocalTime Zone::local(WallTime at) const {
  const auto shown = at + changes_[segment(at)].offset;
  const auto date = std::chrono::floor<std::chrono::days>(shown);
  return {std::chrono::sys_days{date}, shown - date};
}

WallTime Zone::utc(std::chrono::sys_days date, Duration time) const {
  const WallTime shown{since_epoch(date) + time};
  // No offset is over a day: from the segment a day before on, the first one in which the clock shows this,
  // or that begins beyond it.
  for (auto i = segment(shown - std::chrono::hours{26});; ++i) {
    const auto candidate = shown - changes_[i].offset;
    if (i > 0 && candidate < changes_[i].at) return changes_[i].at;
    if (i + 1 == changes_.size() || candidate < changes_[i + 1].at) return candidate;
  }
}

WallTime Zone::next_hour(WallTime at) const {
  constexpr Duration hour = std::chrono::hours{1};
  for (;;) {
    const auto i = segment(at);
    const auto shown = (at + changes_[i].offset).time_since_epoch();
    const auto next = at + (hour - (shown % hour + hour) % hour);
    if (i + 1 == changes_.size() || next < changes_[i + 1].at) return next;
    at = changes_[i + 1].at;
    if ((at + changes_[i + 1].offset).time_since_epoch() % hour == Duration{}) return at;
  }
}

WallTime Zone::hour_of(WallTime at) const {
  constexpr Duration hour = std::chrono::hours{1};
  for (;;) {
    const auto i = segment(at);
    const auto past = [&](WallTime t) {
      return ((t + changes_[i].offset).time_since_epoch() % hour + hour) % hour;
    };
    const auto begin = at - past(at);
    if (i == 0 || begin >= changes_[i].at) return begin;
    at = changes_[i].at;
    if (past(at) == Duration{}) return at;
    at -= Duration{1};
  }
}

}  // namespace longwave::rules
