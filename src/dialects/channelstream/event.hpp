// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::hub {
struct Publication;
}

namespace longwave::channelstream {

/// A publication of the hub, read once and in no generation's words yet.
struct Event {
  enum class Kind {
    message,
    edit,
    remove,
    joined,  ///< a user's first connection in the channel
    left,    ///< the last one gone
    state,   ///< public state of a user changed
    reset,   ///< something was missed and can't be had again
    other,   ///< what our own API publishes besides: `method` and `data`
  };
  Kind kind = Kind::message;
  std::string id;                       ///< of the message it is about
  std::string channel;                  ///< empty: a direct message without a channel
  std::string user;                     ///< who wrote, came, went or changed
  bool direct = false;                  ///< it came by the user's own channel
  boost::json::object user_state = {};  ///< of who came or changed: what is public
  std::vector<boost::json::object> users =
      {};  ///< of `joined`, `left`: {"user","state"} of the others, if wanted
  WallTime at{};
  std::optional<WallTime> edited = {};
  boost::json::value data = {};    ///< what was posted; of `state`: {"state", "changed"}
  boost::json::object extra = {};  ///< unknown keys of a message, passed on
  std::string method = {};         ///< of `other`
};
using EventPtr = std::shared_ptr<const Event>;

/// Null for what isn't for people (presence counts).
std::shared_ptr<Event> read_event(const hub::Publication& publication);

/// `2020-06-27T20:44:49.123456`: UTC without a zone; no fraction if there is none.
std::string iso_time(WallTime at);
/// Takes a date and time as ISO 8601 has it; with a zone it is turned into UTC.
std::optional<WallTime> parse_iso_time(std::string_view text);

}  // namespace longwave::channelstream
