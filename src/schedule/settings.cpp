// SPDX-License-Identifier: Apache-2.0
#include "schedule/programmer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

/// Commands that change how a station behaves, and nothing that is heard at once.
namespace longwave::schedule {

namespace {

constexpr int max_crossfade_s = 60;
constexpr int max_name = 80;
constexpr std::size_t max_channels = 16;

bool names_a_channel(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !name.empty() && name.size() <= 32 && std::all_of(name.begin(), name.end(), fits);
}

}  // namespace

Result<Answer> Programmer::execute(const NameList& name) {
  if (name.name.empty()) return error(Errc::invalid, "a list needs a name");
  row_.list = name.name;
  dirty_ = true;
  return Answer{};
}

Result<Answer> Programmer::execute(const SetModes& set) {
  if (set.crossfade_s && (*set.crossfade_s < 0 || *set.crossfade_s > max_crossfade_s))
    return error(Errc::invalid, fmt::format("crossfade_s: expected 0 to {}", max_crossfade_s));
  auto& modes = row_.modes;
  modes.repeat = set.repeat.value_or(modes.repeat);
  modes.random = set.random.value_or(modes.random);
  modes.single = set.single.value_or(modes.single);
  modes.consume = set.consume.value_or(modes.consume);
  modes.autodj = set.autodj.value_or(modes.autodj);
  modes.crossfade_s = set.crossfade_s.value_or(modes.crossfade_s);
  dirty_ = true;
  review_ = true;
  return Answer{};
}

Result<Answer> Programmer::execute(const SetVolume& set) {
  if (!names_a_channel(set.channel))
    return error(Errc::invalid, "a channel is named by 1 to 32 small letters, digits, '-' and '_'");
  const bool known = row_.volume.contains(set.channel);
  if (!known && row_.volume.size() >= max_channels)
    return error(Errc::invalid, fmt::format("a station has at most {} channels", max_channels));
  if (set.value < 0 || set.value > 100) return error(Errc::invalid, "the volume is a number from 0 to 100");
  row_.volume[set.channel] = set.value;
  dirty_ = true;
  return Answer{};
}

Result<Answer> Programmer::execute(const SetRandom& set) {
  const auto& rules = set.rules;
  for (const int length : {rules.song_list, rules.album_list, rules.artist_list, rules.video_list}) {
    if (length < 0 || length > 10'000) return error(Errc::invalid, "a blacklist holds 0 to 10000 entries");
  }
  if (rules.min_song_s < 0 || rules.max_song_s < rules.min_song_s)
    return error(Errc::invalid, "the shortest song may not be longer than the longest");
  if (rules.max_age_hours < 0 || rules.max_tries < 1 || rules.max_tries > 1000)
    return error(Errc::invalid, "max_tries: expected 1 to 1000; max_age_hours: not below 0");
  row_.random = rules;
  dirty_ = true;
  return Answer{};
}

Result<void> usable_station_name(std::string_view name) {
  const bool plain =
      std::none_of(name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  const auto characters = std::count_if(name.begin(), name.end(), [](char c) { return (c & 0xc0) != 0x80; });
  if (!plain || name.empty() || characters > max_name)
    return error(Errc::invalid, fmt::format("a station's name has 1 to {} characters", max_name));
  return {};
}

Result<Answer> Programmer::execute(const Rename& name) {
  if (auto usable = usable_station_name(name.name); !usable) return usable.error();
  row_.name = name.name;
  dirty_ = true;
  return Answer{};
}

}  // namespace longwave::schedule
