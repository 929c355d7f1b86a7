// SPDX-License-Identifier: Apache-2.0
#include "dialects/mpd/ack.hpp"

#include "base/assert.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace longwave::mpd {

void throw_exception_from_error(const Refusal& refusal, const boost::source_location& /*where*/) {
  throw std::logic_error("a value was asked of a refusal: " + refusal.message);
}

Refusal refuse(const Error& error) {
  const auto code = [&] {
    switch (error.code) {
      case Errc::invalid:
      case Errc::unsupported:
        return Ack::arg;
      case Errc::not_found:
        return Ack::no_exist;
      case Errc::refused:
        return Ack::permission;
      case Errc::conflict:
        return Ack::player_sync;
      case Errc::full:
        return Ack::playlist_max;
      case Errc::cancelled:
      case Errc::unavailable:
      case Errc::broken:
        return Ack::system;
    }
    return Ack::system;
  }();
  return {code, error.message};
}

std::string ack_line(const Refusal& refusal, std::size_t index, std::string_view command) {
  std::string message = refusal.message;
  std::replace(message.begin(), message.end(), '\n', ' ');
  return fmt::format("ACK [{}@{}] {{{}}} {}\n", static_cast<int>(refusal.code), index, command, message);
}

}  // namespace longwave::mpd
