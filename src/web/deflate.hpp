// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace longwave::web {

class Headers;

/// How an endpoint uses permessage-deflate (RFC 7692). Our own messages are always compressed without context
/// take-over: so one compressed form serves every connection with the same window, and none of them holds
/// memory for it.
struct DeflateOptions {
  bool on = true;
  std::size_t threshold = 256;    ///< bytes; shorter messages leave as they are
  std::uint8_t window_bits = 15;  ///< 8 to 15: the largest window we compress with
  std::uint8_t level = 1;         ///< of zlib, 1 to 9
  /// The peer may keep its window from message to message: compresses better and costs us 40 KiB for each
  /// connection that has sent something compressed. False: it is asked not to, and an idle connection costs
  /// nothing.
  bool peer_context_takeover = false;
  std::uint8_t peer_window_bits =
      15;  ///< 8 to 15: the largest window the peer may use (if it lets itself be told)
};

/// What both ends have agreed on, seen from ours.
struct DeflateTerms {
  bool on = false;
  bool peer_takes_over = false;  ///< incoming messages may refer to earlier ones
  std::uint8_t send_bits =
      15;  ///< window of our messages; 8: we send none compressed (zlib has no such window)
  std::uint8_t receive_bits = 15;
  friend bool operator==(const DeflateTerms&, const DeflateTerms&) = default;
};

/// The server's answer to the offers of a client: the first that can be met. An offer with unknown, repeated
/// or malformed parameters is passed over (RFC 7692 section 7.1).
struct DeflateAnswer {
  DeflateTerms terms;
  std::string extension;   ///< value of Sec-WebSocket-Extensions; empty: nothing was agreed
  bool malformed = false;  ///< the field breaks its grammar: the handshake fails (RFC 6455 section 9.1)
};
DeflateAnswer answer_deflate(const Headers& request, const DeflateOptions& options);

/// The client's offer; empty if it is off.
std::string offer_deflate(const DeflateOptions& options);
/// What the server made of it. Fails with `invalid` where RFC 6455 section 4.1 and RFC 7692 section 7.1 make
/// the client fail the connection.
Result<DeflateTerms> check_deflate_answer(const Headers& response, const DeflateOptions& options);

/// Decompresses the messages of one connection; holds a window as long as it lives. Pure.
class Inflater {
 public:
  explicit Inflater(std::uint8_t window_bits);
  ~Inflater();
  enum class Outcome { good, broken, too_big };
  /// Appends to `out` as long as that has at most `limit` bytes.
  Outcome feed(std::string_view compressed, std::string& out, std::size_t limit);
  /// The message is over.
  Outcome finish(std::string& out, std::size_t limit);

 private:
  struct Native;
  std::unique_ptr<Native> native_;
  bool any_ = false;  // something came since the last finish()
};

/// Compresses messages, each on its own. One serves all connections of a loop; it holds what zlib needs
/// (about 256 KiB for a window of 15 bits) from the first use on. Pure.
class Deflater {
 public:
  Deflater();
  ~Deflater();
  /// The payload of a compressed message, without the four bytes that end it (RFC 7692 section 7.2.1).
  /// `window_bits`: 8 to 15.
  std::string compress(std::string_view payload, std::uint8_t window_bits, std::uint8_t level);
  /// The smallest window that compresses a message of that size as well as the one of `most` bits would.
  static std::uint8_t needed_bits(std::size_t size, std::uint8_t most);

 private:
  struct Native;
  std::unique_ptr<Native> natives_[16];  // by window bits
};

}  // namespace longwave::web
