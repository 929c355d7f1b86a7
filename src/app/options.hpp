// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/config.hpp"

#include <span>
#include <string>
#include <string_view>

/// The declarations of the options, a file per section, and how names find them. Only for the files of this
/// folder that read or print a configuration. Any thread: everything is made before main().
namespace longwave::app {

std::span<const Option> general_options();  ///< options.cpp
std::span<const Option> channel_options();
std::span<const Option> channelstream_options();
std::span<const Option> mpd_options();
std::span<const Option> player_options();
std::span<const Option> musicdb_options();
std::span<const Option> redis_options();
std::span<const Option> database_options();
std::span<const Option> fleet_options();
std::span<const Option> streamer_options();
std::span<const Option> file_options();

/// What a name means in a source of values.
struct Named {
  const Option* option = nullptr;
  bool in_file = false;  ///< the name was NAME-file: the value is the path of a file that holds the secret
};
Named find_option(std::string_view name);
const Option& closest_option(std::string_view name);
/// An error that names the closest option.
Error unknown_option(std::string_view name, std::string_view source);
bool is_list(const Option& option);
/// The option's name in the environment: LONGWAVE_TRUE_PEAK.
std::string variable_of(std::string_view name);

inline constexpr std::string_view environment_prefix = "LONGWAVE_";

}  // namespace longwave::app
