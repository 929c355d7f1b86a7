// SPDX-License-Identifier: Apache-2.0
#include "schedule/rules/play.hpp"
#include "schedule/rules/programme.hpp"

#include <algorithm>

namespace longwave::rules {

namespace {

template <class Things>
std::string named(const Things& things, std::int64_t id) {
  const auto found =
      std::find_if(things.begin(), things.end(), [&](const auto& thing) { return thing.id == id; });
  return found == things.end() || found->name.empty() ? "no. " + std::to_string(id)
                                                      : "\"" + found->name + "\"";
}

std::string begin(const Why& why, const Programme& programme) {
  const auto playlist = named(programme.playlists, why.playlist);
  switch (why.rule) {
    case Rule::rotation:
      return "From the playlist " + playlist;
    case Rule::show:
      return "The show " + named(programme.shows, why.subject) + " is on air";
    case Rule::clock:
      return "A slot of the clock " + named(programme.clocks, why.subject) + ", from " + playlist;
    case Rule::daypart:
      return "Daypart " + named(programme.dayparts, why.subject) + ", from " + playlist;
    case Rule::jingle:
      return why.subject == 0 ? "A slot of the clock asks for a jingle"
                              : "It is the turn of the jingle " + named(programme.jingles, why.subject);
    case Rule::hour_jingle:
      return "The full hour, jingle " + named(programme.jingles, why.subject);
    case Rule::event:
      return "The set time of " + named(programme.events, why.subject);
    case Rule::request:
      return "A request whose turn has come by the rules";
    case Rule::resumed:
      return "Goes on where it was cut";
    case Rule::fallback:
      return "What should be played has nothing to play; from " + playlist;
  }
  return {};
}

}  // namespace

std::string_view name(Rule rule) {
  switch (rule) {
    case Rule::rotation:
      return "rotation";
    case Rule::show:
      return "show";
    case Rule::clock:
      return "clock";
    case Rule::daypart:
      return "daypart";
    case Rule::jingle:
      return "jingle";
    case Rule::hour_jingle:
      return "hour_jingle";
    case Rule::event:
      return "event";
    case Rule::request:
      return "request";
    case Rule::resumed:
      return "resumed";
    case Rule::fallback:
      return "fallback";
  }
  return {};
}

std::optional<Rule> rule_named(std::string_view text) {
  for (int i = 0; i <= static_cast<int>(Rule::fallback); ++i)
    if (name(static_cast<Rule>(i)) == text) return static_cast<Rule>(i);
  return std::nullopt;
}

std::string_view name(Excluded rule) {
  switch (rule) {
    case Excluded::disabled:
      return "disabled";
    case Excluded::no_file:
      return "no_file";
    case Excluded::song:
      return "song";
    case Excluded::title:
      return "title";
    case Excluded::artist:
      return "artist";
    case Excluded::album:
      return "album";
    case Excluded::limit:
      return "limit";
    case Excluded::length:
      return "length";
  }
  return {};
}

std::string Why::text(const Programme& programme) const {
  auto text = begin(*this, programme);
  if (fitted) text += "; chosen by its length, so that what comes next begins on the second";
  if (kept >= 256) return text;
  if (kept == 0) return text + "; the rules left nothing, so they were put aside";
  return text + "; the rules left nothing, so distances down to 1/" + std::to_string(256 / kept) +
         " were taken";
}

}  // namespace longwave::rules
