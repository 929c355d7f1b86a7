// SPDX-License-Identifier: Apache-2.0
#include "schedule/rules/zone.hpp"
#include "made.hpp"
#include "schedule/rules/occurrences.hpp"

#include <gtest/gtest.h>

namespace longwave::rules {
namespace {

using namespace made;

ZonePtr zone(const char* name) {
  return Zone::named(name).value();
}

TEST(Zone, UnknownIsRefused) {
  const auto none = Zone::named("Mars/Olympus");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Errc::not_found);
}

TEST(Zone, ClockOfTheStation) {
  const auto berlin = zone("Europe/Berlin");
  const auto winter = berlin->local(at(2026, 1, 5, 12h));
  EXPECT_EQ(winter.time, 13h);
  EXPECT_EQ(winter.weekday(), 0U);
  const auto summer = berlin->local(at(2026, 7, 5, 23h));
  EXPECT_EQ(summer.time, 1h);
  EXPECT_EQ(summer.date, std::chrono::sys_days{std::chrono::year{2026} / 7 / 6});
  EXPECT_EQ(berlin->utc(std::chrono::year{2026} / 7 / 6, 1h), at(2026, 7, 5, 23h));
  EXPECT_EQ(Zone::utc()->local(at(1970, 1, 1, 5h)).time, 5h);
}

/// Back and forth over every hour of a year, in zones with odd clock changes.
TEST(Zone, ThereAndBack) {
  for (const auto* name : {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu",
                           "UTC", "Africa/Casablanca"}) {
    const auto z = zone(name);
    WallTime last_hour = z->hour_of(at(2026, 1, 1));
    for (WallTime t = at(2026, 1, 1); t < at(2027, 1, 1); t += 30min) {
      const auto local = z->local(t);
      const auto back = z->utc(local.date, local.time);
      // What the clock shows twice is the first of them.
      EXPECT_LE(back, t) << name;
      EXPECT_GE(back, t - 1h) << name;
      const auto again = z->local(back);
      EXPECT_EQ(again.time, local.time) << name;
      const auto hour = z->hour_of(t);
      EXPECT_LE(hour, t);
      EXPECT_GT(z->next_hour(hour), t) << name;
      if (hour != last_hour) EXPECT_EQ(z->next_hour(last_hour), hour) << name;
      last_hour = hour;
    }
  }
}

TEST(Zone, BothDaysOfAClockChange) {
  const auto berlin = zone("Europe/Berlin");
  const std::chrono::sys_days spring{std::chrono::year{2026} / 3 / 29};
  const std::chrono::sys_days autumn{std::chrono::year{2026} / 10 / 25};
  // 02:30 isn't there in spring: the moment of the change; in autumn it is there twice: the first.
  EXPECT_EQ(berlin->utc(spring, 2h + 30min), at(2026, 3, 29, 1h));
  EXPECT_EQ(berlin->utc(spring, 3h), at(2026, 3, 29, 1h));
  EXPECT_EQ(berlin->utc(autumn, 2h + 30min), at(2026, 10, 25, 0h + 30min));
  EXPECT_EQ(berlin->utc(autumn, 3h), at(2026, 10, 25, 2h));
  // The day has 23, or 25 full hours.
  for (const auto& [day, hours] : {std::pair{spring, 23}, std::pair{autumn, 25}}) {
    int count = 0;
    const auto end = berlin->utc(day + std::chrono::days{1}, 0h);
    for (auto t = berlin->utc(day, 0h); t < end; t = berlin->next_hour(t)) ++count;
    EXPECT_EQ(count, hours);
  }
}

TEST(Occurrences, ShowsOfTheSheet) {
  const auto berlin = zone("Europe/Berlin");
  Programme p;
  p.zone = berlin;
  p.shows.push_back({1, "late", 2, {1 << 4, 23h}, 2h});         // Friday 23:00 into Saturday
  p.shows.push_back({2, "other", 2, {every_day, 22h}, 90min});  // every day 22:00
  p.shows.push_back({3, "long", 2, {1 << 6, 6h}, 50h});         // Sunday, over two days
  const auto friday = at(2026, 11, 27);
  EXPECT_EQ(show_at(p, friday + 21h + 30min).show->id, 2);  // local 22:30
  EXPECT_EQ(show_at(p, friday + 22h + 15min).show->id, 1);  // both: the later time counts
  EXPECT_EQ(show_at(p, friday + 23h + 59min).show->id, 1);  // it is Saturday there
  EXPECT_EQ(show_at(p, friday + 24h).show, nullptr);        // its end isn't in it
  EXPECT_EQ(show_at(p, friday + 48h + 5h).show->id, 3);
  EXPECT_EQ(show_at(p, friday + 48h + 5h + 49h).show->id, 3);
  EXPECT_EQ(show_at(p, friday + 48h + 5h + 50h).show, nullptr);
  p.shows[0].enabled = false;
  EXPECT_EQ(show_at(p, friday + 22h + 15min).show->id, 2);
}

/// A show of an hour at 02:30 on the two odd nights: its length is its length, it comes once.
TEST(Occurrences, ShowsOnTheDaysOfAClockChange) {
  Programme p;
  p.zone = zone("Europe/Berlin");
  p.shows.push_back({1, "night", 2, {every_day, 2h + 30min}, 1h});
  for (const auto& [day, begin] : {std::pair{at(2026, 3, 29), at(2026, 3, 29, 1h)},
                                   std::pair{at(2026, 10, 25), at(2026, 10, 25, 30min)}}) {
    Duration on{};
    for (auto t = day - 1h; t < day + 12h; t += 1min) {
      const auto on_air = show_at(p, t);
      if (!on_air.show) continue;
      on += 1min;
      EXPECT_EQ(on_air.begin, begin);
    }
    EXPECT_EQ(on, 1h);
  }
}

TEST(Occurrences, Dayparts) {
  Programme p;
  p.dayparts.push_back({1, "day", {every_day, 6h}, 22h, 0, 5});
  p.dayparts.push_back({2, "night", {1 << 0, 22h}, 6h, 0, 6});
  p.dayparts.push_back({3, "all monday", {1 << 0, 0h}, 0h, 0, 7});
  EXPECT_EQ(daypart_at(p, monday(7h)).daypart->id, 1);
  EXPECT_EQ(daypart_at(p, monday(23h)).daypart->id, 2);
  EXPECT_EQ(daypart_at(p, monday(24h + 5h)).daypart->id, 2);
  EXPECT_EQ(daypart_at(p, monday(5h)).daypart->id, 3);
  EXPECT_EQ(daypart_at(p, monday(24h + 23h)).daypart, nullptr);
}

TEST(Occurrences, Events) {
  const auto utc = Zone::utc();
  FixedEvent weekly{1, "", {1 << 2, 12h}, {}, false, 1};
  EXPECT_EQ(next(*utc, weekly, monday()), monday(48h + 12h));
  EXPECT_EQ(latest(*utc, weekly, monday(72h), monday()), monday(48h + 12h));
  EXPECT_EQ(latest(*utc, weekly, monday(72h), monday(71h)), std::nullopt);
  FixedEvent hourly{2, "", {every_day, 30min}, {}, true, 1};
  EXPECT_EQ(next(*utc, hourly, monday(3h + 30min)), monday(4h + 30min));
  EXPECT_EQ(latest(*utc, hourly, monday(3h + 44min), monday(3h + 15min)), monday(3h + 30min));
  FixedEvent once{3, "", {every_day, 8h}, std::chrono::year{2026} / 11 / 24, false, 1};
  EXPECT_EQ(next(*utc, once, monday()), monday(32h));
  EXPECT_EQ(next(*utc, once, monday(33h)), std::nullopt);
}

}  // namespace
}  // namespace longwave::rules
