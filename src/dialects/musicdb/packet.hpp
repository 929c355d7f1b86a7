// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <boost/json/value.hpp>

#include <memory>
#include <string>
#include <string_view>

/// Packets of the MusicDB protocol, docs/protocols/musicdb.md section "Packets". Pure; any thread.
namespace longwave::musicdb {

inline constexpr std::size_t message_limit = 1024 * 1024;  ///< bytes; a chunk of an upload has 819,200 digits

enum class Method { call, request, broadcast };

/// What a client sends. All six keys were there.
struct Packet {
  Method method = Method::call;
  std::string function;
  boost::json::value signature;  ///< a string or null; copied into the answer
  boost::json::value arguments;  ///< an object or null, for Bounce anything
  boost::json::value pass;       ///< copied into the answer untouched
  std::string key;               ///< "" when it was none: never the right one
};

/// Errors: invalid, with the sentence for the log.
Result<Packet> read_packet(std::string_view text);

using Text = std::shared_ptr<const std::string>;

/// A packet to clients: `method` is response, broadcast or notification.
Text write_packet(std::string_view method, std::string_view function, const boost::json::value& signature,
                  const boost::json::value& arguments, const boost::json::value& pass);

inline constexpr std::string_view response = "response";
inline constexpr std::string_view broadcast = "broadcast";
inline constexpr std::string_view notification = "notification";

}  // namespace longwave::musicdb
