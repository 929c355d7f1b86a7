// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "web/prepare.hpp"
#include "web/websocket_client.hpp"

#include <optional>
#include <string>
#include <string_view>

/// The opening handshake (RFC 6455 section 4), both sides. Pure.
namespace longwave::web {

struct Handshake {
  std::string head;                 ///< 101, ready to be sent
  std::optional<Response> refusal;  ///< 400 or 426 instead
  DeflateTerms terms;
};
Handshake answer_handshake(const Request& request, const WebSocketOptions& options,
                           const PrepareOptions& prepare);

/// What a client sends; `key`: 16 random bytes in base64. Fails with `invalid` if an option holds what can't
/// stand in a header field.
Result<std::string> client_request(const WebSocketUrl& url, const WebSocketClientOptions& options,
                                   std::string_view key);

/// Reads one header block of the server, up to and with the empty line. Fails with `invalid`.
Result<WebSocketAnswer> parse_answer(std::string_view block);

/// Section 4.1: is this 101 the answer to our request? Fails with `refused` for another status, with
/// `invalid` where the client must fail the connection; fills in the protocol.
Result<DeflateTerms> check_answer(WebSocketAnswer& answer, const WebSocketOptions& options,
                                  std::string_view key);

}  // namespace longwave::web
