// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.hpp"
#include "schedule/rules/programme.hpp"

#include <optional>

/// When things with days and a time of day happen, in UTC. What a clock change leaves out happens at the
/// change, what it repeats happens once.
namespace longwave::rules {

struct Span {
  WallTime begin{};
  WallTime end{};
  friend bool operator==(const Span&, const Span&) = default;
};

/// The zone of the programme.
const Zone& zone_of(const Programme& programme);

/// The occurrence that `at` is in, the one that began latest.
std::optional<Span> running(const Zone& zone, const Weekly& weekly, Duration length, WallTime at);
/// The first beginning later than `after`, within nine days.
std::optional<WallTime> next(const Zone& zone, const Weekly& weekly, WallTime after);
/// The last beginning that isn't later than `at` and not earlier than `since`.
std::optional<WallTime> latest(const Zone& zone, const Weekly& weekly, WallTime at, WallTime since);

std::optional<Span> running(const Zone& zone, const Daypart& daypart, WallTime at);
std::optional<WallTime> next(const Zone& zone, const FixedEvent& event, WallTime after);
std::optional<WallTime> latest(const Zone& zone, const FixedEvent& event, WallTime at, WallTime since);

/// The daypart that counts at `at`, and when it began.
struct OnAirDaypart {
  const Daypart* daypart = nullptr;
  WallTime begin{};
};
OnAirDaypart daypart_at(const Programme& programme, WallTime at);

}  // namespace longwave::rules
