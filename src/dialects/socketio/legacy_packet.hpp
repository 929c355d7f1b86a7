// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Packets of Socket.IO 0.9, protocol 1 (docs/protocols/channelstream.md, "socket.io 0.9"): text of the form
/// `type ":" id ["+"] ":" endpoint [":" data]`, and how several of them share the body of a poll. Pure.
namespace longwave::socketio::legacy {

enum class Type : std::uint8_t { disconnect, connect, heartbeat, message, json, event, ack, error, noop };

struct Packet {
  Type type = Type::noop;
  std::string id = {};        ///< digits; of an ack: the number that is acknowledged stands in `data`
  bool wants_data = false;    ///< the id had a "+": the ack is to carry data
  std::string endpoint = {};  ///< "/stream"; "" is the session itself; without a query
  std::string data = {};      ///< everything behind the endpoint; of a connect: its query, with "?"
};

/// nullopt: malformed. The text must be valid UTF-8.
std::optional<Packet> parse(std::string_view text);
std::string encode(const Packet& packet);

/// `{"name":…,"args":[…]}` around arguments that are JSON text already; the id is empty or digits.
std::string event_packet(std::string_view endpoint, std::string_view name, std::string_view args_json,
                         std::string_view id = {});
std::string ack_packet(std::string_view endpoint, std::string_view id, std::string_view args_json);

enum class Reason : std::uint8_t { transport_not_supported, client_not_handshaken, unauthorized };
std::string error_packet(std::string_view endpoint, Reason reason, bool reconnect = false);

/// The data of an ack, taken apart: "1+[…]" or "1".
struct Acknowledged {
  std::string_view id;
  std::string_view args_json;  ///< empty: none came
};
std::optional<Acknowledged> parse_ack(std::string_view data);

/// [A-Za-z][A-Za-z0-9_ ]*
bool allowed_event_name(std::string_view name);

/// A body with one packet is that packet; several are framed, each with U+FFFD, its length, U+FFFD before it.
/// Lengths count UTF-16 code units, as the strings of browsers do. nullopt: a broken frame.
std::optional<std::vector<std::string_view>> split_payload(std::string_view body);
std::string join_payload(const std::vector<std::string_view>& packets);
std::size_t utf16_length(std::string_view utf8);

}  // namespace longwave::socketio::legacy
