// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net_load.hpp"

#include <cstdint>
#include <string>
#include <string_view>

/// How each server of bench/peers.py is spoken to: its WebSocket's address, how one subscribes, how one
/// publishes, how a delivery and an answer look. Pure strings.
namespace longwave::bench {

struct Protocol {
  std::string_view name;
  std::string path;           ///< a subscriber's WebSocket
  std::string subscribe;      ///< said when the socket is open, as one WebSocket message; empty: nothing
  std::string ready;          ///< stands in what says that the subscription exists; empty: the handshake does
  std::string publish_path;   ///< a publisher's WebSocket; empty: plain TCP
  std::string publish_hello;  ///< said by a publisher first (a WebSocket message, or bytes)
  std::string before, after;  ///< around the text in a publication
  std::string echo;           ///< one request whose answer is one frame; empty: none
  bool marked = false;  ///< deliveries are counted by their mark (several share a frame), else by frames
};

/// Stands once in every publication's text, and nowhere else.
inline constexpr char mark = '~';

inline Protocol protocol_named(std::string_view name, std::size_t bytes) {
  if (name == "longwave") {
    return {.name = name,
            .path = "/rpc",
            .subscribe =
                R"({"jsonrpc":"2.0","id":1,"method":"channel.subscribe","params":{"channels":["library"]}})",
            .ready = R"("id":1,)",
            .publish_path = "/rpc",
            .publish_hello = {},
            .before = R"({"jsonrpc":"2.0","method":"bench.publish","params":{"text":")",
            .after = R"("}})",
            .echo = R"({"jsonrpc":"2.0","id":1234,"method":"session.info","params":{}})"};
  }
  if (name == "bare" || name == "ws") {
    return {.name = name,
            .path = "/subscribe",
            .subscribe = {},
            .ready = {},
            .publish_path = "/publish",
            .publish_hello = {},
            .before = {},
            .after = {},
            .echo = R"({"jsonrpc":"2.0","id":1234,"method":"session.info","params":{}})"};
  }
  if (name == "nchan") {
    return {.name = name,
            .path = "/subscribe?id=a",
            .subscribe = {},
            .ready = {},
            .publish_path = "/publish?id=a",
            .publish_hello = {},
            .before = {},
            .after = {},
            .echo = {}};
  }
  if (name == "nats") {
    return {.name = name,
            .path = "/",
            .subscribe = "CONNECT {\"verbose\":false,\"protocol\":1}\r\nSUB a 1\r\nPING\r\n",
            .ready = "PONG",
            .publish_path = {},
            .publish_hello = "CONNECT {\"verbose\":false,\"protocol\":1}\r\n",
            .before = "PUB a " + std::to_string(bytes) + "\r\n",
            .after = "\r\n",
            .echo = {},
            .marked = true};
  }
  if (name == "socketio") {
    return {.name = name,
            .path = "/socket.io/?EIO=4&transport=websocket",
            .subscribe = "40",
            .ready = "40{",
            .publish_path = "/socket.io/?EIO=4&transport=websocket",
            .publish_hello = "40",
            .before = R"(42["publish",")",
            .after = R"("])",
            .echo = R"(427["session.info",{"id":1234}])"};
  }
  std::fprintf(stderr, "no such protocol: %.*s\n", static_cast<int>(name.size()), name.data());
  std::exit(2);
}

inline std::string handshake(const std::string& path, std::uint16_t port, bool deflate) {
  return "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
         "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
         (deflate ? "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; "
                    "client_no_context_takeover\r\n"
                  : "") +
         "\r\n";
}

/// A text of so many bytes with one mark in it, that compresses about as JSON does, and is valid inside a
/// JSON string.
inline std::string text_of(std::size_t bytes, unsigned number) {
  std::string text(1, mark);
  while (text.size() < bytes) {
    number = number * 1664525 + 1013904223;
    text += "{'track':" + std::to_string(number % 10000) + ",'artist':'The " + std::to_string(number % 97) +
            "s','played':true} ";
  }
  text.resize(bytes);
  return text;
}

}  // namespace longwave::bench
