// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace longwave::schedule {

/// Names of rules: who or what put an entry into the queue. docs/schedule.md explains each.
namespace rule {
inline constexpr std::string_view request = "request";         ///< somebody asked for it
inline constexpr std::string_view autodj = "autodj";           ///< drawn, all separations kept
inline constexpr std::string_view relaxed = "autodj.relaxed";  ///< drawn, a separation had to be shortened
inline constexpr std::string_view opening =
    "autodj.opening";                                      ///< nothing was analysed yet: the shortest file
inline constexpr std::string_view album = "autodj.album";  ///< a song of an album that was drawn
inline constexpr std::string_view stand_in =
    "autodj.stand_in";                                       ///< what should have come wasn't ready in time
inline constexpr std::string_view programme = "programme.";  ///< and the name of a rule of the programme
}  // namespace rule

/// What the rules of a programme remember of an item that they chose (rules/play.hpp).
struct Programmed {
  std::int64_t subject = 0;   ///< the show, clock, daypart, jingle, event or request
  std::int64_t playlist = 0;  ///< of the programme
  std::int64_t show = 0;      ///< on air then
  int slot = 0;               ///< of the clock, from 1 on
  Samples offset{};           ///< it begins there: what was cut goes on
  bool relaxed = false;       ///< the rules left nothing, it was taken all the same
  friend bool operator==(const Programmed&, const Programmed&) = default;
};

/// Why an item is in the queue, or was played. Kept with the entry and with its row of the history.
struct Reason {
  std::string rule;             ///< one of the names above
  std::string text;             ///< a sentence for people
  std::int64_t candidates = 0;  ///< how many tracks it was drawn from; 0: it wasn't drawn
  std::vector<std::pair<std::string, std::int64_t>> excluded;  ///< how many tracks each rule kept out
  std::optional<Programmed> programmed = {};

  bool drawn() const { return rule.starts_with("autodj") || programmed; }
  /// {"rule","text","candidates","excluded":{rule: count},"programmed":{…}}; the last ones only when
  /// something was drawn, or by a programme.
  std::string to_json() const;
  /// `broken` when it isn't what to_json() writes.
  static Result<Reason> from_json(std::string_view json);
  friend bool operator==(const Reason&, const Reason&) = default;
};

}  // namespace longwave::schedule
