// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace longwave::rules {

struct Programme;

/// What chose an item.
enum class Rule : std::uint8_t {
  rotation,     ///< the default playlist
  show,         ///< a show is on air
  clock,        ///< a slot of the hour's clock
  daypart,      ///< the playlist of a daypart
  jingle,       ///< so many songs were without one, or a slot asks for it
  hour_jingle,  ///< the full hour
  event,        ///< a fixed-time event
  request,      ///< somebody's wish
  resumed,      ///< goes on where a jingle or an event cut it
  fallback,     ///< what should be played has nothing to play: another playlist
};
std::string_view name(Rule rule);
std::optional<Rule> rule_named(std::string_view name);

/// What kept songs out.
enum class Excluded : std::uint8_t { disabled, no_file, song, title, artist, album, limit, length };
inline constexpr std::size_t exclusions = 8;
std::string_view name(Excluded rule);

/// Why an item was chosen: values only, no text is made until somebody asks.
struct Why {
  Rule rule = Rule::rotation;
  /// The rules left nothing, and this part of the separations was kept, in 1/256; 256: all of it, 0: nothing.
  std::uint16_t kept = 256;
  std::int64_t subject = 0;  ///< the show, clock, daypart, jingle, event or request
  std::int64_t playlist = 0;
  std::uint32_t candidates = 0;                      ///< among how many it was chosen
  std::array<std::uint32_t, exclusions> excluded{};  ///< how many songs each rule kept out
  bool fitted = false;                               ///< its length was what counted

  bool relaxed() const { return kept < 256; }
  /// A sentence for people, with the names that things have in the programme.
  std::string text(const Programme& programme) const;
};

/// One item as the rules remember it; of `heard`, and of what is planned before the one that is to be chosen.
struct Play {
  std::int64_t song = 0;
  WallTime start{};
  WallTime end{};     ///< when it was over, or will be
  Duration offset{};  ///< it began there
  Duration length{};  ///< of the whole song
  std::uint32_t artist = 0;
  std::uint32_t title = 0;
  std::uint32_t album = 0;
  Rule rule = Rule::rotation;
  std::uint8_t slot = 0;     ///< of the clock, from 1 on; 0: none
  std::int64_t subject = 0;  ///< as in Why
  std::int64_t playlist = 0;

  bool is_song() const { return rule != Rule::jingle && rule != Rule::hour_jingle && rule != Rule::event; }
  /// It was cut before its end.
  bool cut() const { return end - start + offset < length; }
};

}  // namespace longwave::rules
