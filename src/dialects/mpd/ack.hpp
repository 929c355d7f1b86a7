// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

/// Errors in this protocol's words: `ACK [code@index] {command} message`. docs/protocols/mpd.md lists them.
namespace longwave::mpd {

enum class Ack {
  not_list = 1,
  arg = 2,
  password = 3,
  permission = 4,
  unknown = 5,
  no_exist = 50,
  playlist_max = 51,
  system = 52,
  playlist_load = 53,
  update_already = 54,
  player_sync = 55,
  exist = 56,
};

struct Refusal {
  Ack code;
  std::string message;  ///< one line
};

template <class T>
using Answer = boost::system::result<T, Refusal>;
[[noreturn]] void throw_exception_from_error(const Refusal& refusal, const boost::source_location& where);

inline Refusal refuse(Ack code, std::string message) {
  return Refusal{code, std::move(message)};
}
/// A room's error as this protocol tells it.
Refusal refuse(const Error& error);

/// The line, with its end. `index` counts the commands of a list from 0.
std::string ack_line(const Refusal& refusal, std::size_t index, std::string_view command);

}  // namespace longwave::mpd
