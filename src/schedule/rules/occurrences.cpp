// SPDX-License-Identifier: Apache-2.0
#include "schedule/rules/occurrences.hpp"

#include "schedule/rules/choose.hpp"

#include <algorithm>

namespace longwave::rules {

namespace {

constexpr Duration day = std::chrono::hours{24};
/// More than any clock change: what is farther from a moment than this can be told by the clock's face.
constexpr Duration change = std::chrono::hours{3};

bool on(Days days, std::chrono::sys_days date) {
  return (days >> LocalTime{date, {}}.weekday() & 1) != 0;
}

/// The full hours of a day of 25 are 25: an hourly event goes by the hours, not by their names.
std::optional<WallTime> next_of_hour(const Zone& zone, const FixedEvent& event, WallTime after) {
  auto hour = zone.hour_of(after);
  for (int hours = 0; hours < 9 * 25; ++hours, hour = zone.next_hour(hour)) {
    const auto at = hour + event.at.time;
    if (at <= after || at >= zone.next_hour(hour)) continue;
    const auto date = zone.local(hour).date;
    if (event.date ? *event.date == date : on(event.at.days, date)) return at;
  }
  return std::nullopt;
}

}  // namespace

const Zone& zone_of(const Programme& programme) {
  static const ZonePtr utc = Zone::utc();
  return programme.zone ? *programme.zone : *utc;
}

std::optional<Span> running(const Zone& zone, const Weekly& weekly, Duration length, WallTime at) {
  const auto now = zone.local(at);
  const auto back = static_cast<int>((length + weekly.time) / day) + 1;
  for (int ago = 0; ago <= back; ++ago) {
    const auto date = now.date - std::chrono::days{ago};
    if (!on(weekly.days, date)) continue;
    const auto since = ago * day + now.time - weekly.time;
    if (since < -change || since > length + change) continue;
    const auto begin = zone.utc(date, weekly.time);
    if (begin <= at && at < begin + length) return Span{begin, begin + length};
  }
  return std::nullopt;
}

std::optional<WallTime> next(const Zone& zone, const Weekly& weekly, WallTime after) {
  const auto today = zone.local(after).date;
  for (int ahead = -1; ahead <= 9; ++ahead) {
    const auto date = today + std::chrono::days{ahead};
    if (!on(weekly.days, date)) continue;
    const auto begin = zone.utc(date, weekly.time);
    if (begin > after) return begin;
  }
  return std::nullopt;
}

std::optional<WallTime> latest(const Zone& zone, const Weekly& weekly, WallTime at, WallTime since) {
  auto date = zone.local(at).date + std::chrono::days{1};
  const auto first = zone.local(since).date - std::chrono::days{1};
  for (; date >= first; date -= std::chrono::days{1}) {
    if (!on(weekly.days, date)) continue;
    const auto begin = zone.utc(date, weekly.time);
    if (begin <= at) return begin >= since ? std::optional(begin) : std::nullopt;
  }
  return std::nullopt;
}

std::optional<Span> running(const Zone& zone, const Daypart& daypart, WallTime at) {
  const auto now = zone.local(at);
  const auto end = daypart.until > daypart.at.time ? daypart.until : daypart.until + day;
  for (int ago = 0; ago <= 1; ++ago) {
    const auto date = now.date - std::chrono::days{ago};
    if (!on(daypart.at.days, date)) continue;
    const Span span{zone.utc(date, daypart.at.time), zone.utc(date, end)};
    if (span.begin <= at && at < span.end) return span;
  }
  return std::nullopt;
}

std::optional<WallTime> next(const Zone& zone, const FixedEvent& event, WallTime after) {
  if (event.hourly) return next_of_hour(zone, event, after);
  if (!event.date) return next(zone, event.at, after);
  const auto begin = zone.utc(*event.date, event.at.time);
  return begin > after ? std::optional(begin) : std::nullopt;
}

std::optional<WallTime> latest(const Zone& zone, const FixedEvent& event, WallTime at, WallTime since) {
  if (event.hourly) {
    std::optional<WallTime> found;
    for (auto from = since - Duration{1};;) {
      const auto begin = next_of_hour(zone, event, from);
      if (!begin || *begin > at) return found;
      from = *begin;
      found = begin;
    }
  }
  if (!event.date) return latest(zone, event.at, at, since);
  const auto begin = zone.utc(*event.date, event.at.time);
  return begin <= at && begin >= since ? std::optional(begin) : std::nullopt;
}

OnAirDaypart daypart_at(const Programme& programme, WallTime at) {
  OnAirDaypart best;
  for (const auto& daypart : programme.dayparts) {
    if (!daypart.enabled || (best.daypart && best.daypart->at.time >= daypart.at.time)) continue;
    if (const auto span = running(zone_of(programme), daypart, at)) best = {&daypart, span->begin};
  }
  return best;
}

OnAirShow show_at(const Programme& programme, WallTime at) {
  OnAirShow best;
  for (const auto& show : programme.shows) {
    if (!show.enabled || (best.show && best.show->at.time >= show.at.time)) continue;
    if (const auto span = running(zone_of(programme), show.at, show.duration, at))
      best = {&show, span->begin, span->end};
  }
  return best;
}

std::optional<Exact> next_exact(const Programme& programme, WallTime after) {
  std::optional<Exact> first;
  const auto earlier = [&](std::optional<WallTime> at, Rule rule, std::int64_t subject, Start start) {
    if (at && (!first || *at < first->at)) first = Exact{*at, rule, subject, start == Start::fitted};
  };
  const auto& zone = zone_of(programme);
  for (const auto& show : programme.shows) {
    if (show.enabled && show.start != Start::boundary)
      earlier(next(zone, show.at, after), Rule::show, show.id, show.start);
  }
  for (const auto& event : programme.events) {
    if (event.enabled && event.start != Start::boundary)
      earlier(next(zone, event, after), Rule::event, event.id, event.start);
  }
  for (const auto& jingle : programme.jingles) {
    if (!jingle.enabled || !jingle.on_the_hour) continue;
    auto hour = zone.next_hour(after);
    // A show may keep them out; the next one that doesn't is near enough.
    for (int hours = 0; hours < 24; ++hours, hour = zone.next_hour(hour)) {
      const auto show = show_at(programme, hour).show;
      if (show && !show->jingles) continue;
      earlier(hour, Rule::hour_jingle, jingle.id, Start::exact);
      break;
    }
  }
  return first;
}

}  // namespace longwave::rules
