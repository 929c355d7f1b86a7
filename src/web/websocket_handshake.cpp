// SPDX-License-Identifier: Apache-2.0
#include "web/websocket_handshake.hpp"

#include "base/text.hpp"
#include "web/header_scan.hpp"
#include "web/websocket_codec.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace longwave::web {

namespace {

bool one_line(std::string_view text) {
  return text.find_first_of(std::string_view{"\r\n\0", 3}) == text.npos;
}

void add_field(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ").append(value).append("\r\n");
}

std::size_t count(const Headers& headers, std::string_view name) {
  return static_cast<std::size_t>(std::count_if(headers.begin(), headers.end(), [&](const auto& field) {
    return text::ascii_iequals(field.first, name);
  }));
}

/// The first that the client offers, in any field of that name, and that is ours; or "".
std::string_view choose_protocol(const Headers& headers, const std::vector<std::string>& ours) {
  for (const auto& [name, value] : headers) {
    if (!text::ascii_iequals(name, "Sec-WebSocket-Protocol")) continue;
    for (const auto item : text::split(value, ',')) {
      const auto offered = text::trim(item);
      if (std::find(ours.begin(), ours.end(), offered) != ours.end()) return offered;
    }
  }
  return {};
}

std::string joined(const std::vector<std::string>& names) {
  std::string list;
  for (const auto& name : names) list += (list.empty() ? "" : ", ") + name;
  return list;
}

}  // namespace

Handshake answer_handshake(const Request& request, const WebSocketOptions& options,
                           const PrepareOptions& prepare) {
  const auto& headers = request.headers;
  const auto key = text::unbase64(headers.get("Sec-WebSocket-Key"));
  if (request.method != "GET" || request.version < 11 || !headers.has_token("Upgrade", "websocket") ||
      !headers.has_token("Connection", "Upgrade")) {
    auto refusal = Response::text(426, "This address speaks WebSocket.\n");
    refusal.headers.add("Upgrade", "websocket");
    return {{}, std::move(refusal), {}};
  }
  if (text::trim(headers.get("Sec-WebSocket-Version")) != "13") {
    auto refusal = Response::text(426, "Only version 13 of the WebSocket protocol is spoken here.\n");
    refusal.headers.add("Sec-WebSocket-Version", "13");
    return {{}, std::move(refusal), {}};
  }
  if (!key || key->size() != 16 || count(headers, "Sec-WebSocket-Key") != 1)
    return {{}, Response::text(400, "Sec-WebSocket-Key isn't a key.\n"), {}};
  std::string head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
  head += "Sec-WebSocket-Accept: " + accept_key(headers.get("Sec-WebSocket-Key")) + "\r\n";
  if (const auto protocol = choose_protocol(headers, options.protocols); !protocol.empty())
    add_field(head, "Sec-WebSocket-Protocol", protocol);
  auto deflate = answer_deflate(headers, options.deflate);
  if (deflate.malformed) return {{}, Response::text(400, "Sec-WebSocket-Extensions can't be read.\n"), {}};
  if (!deflate.extension.empty())
    head.append("Sec-WebSocket-Extensions: ").append(deflate.extension).append("\r\n");
  head.append("Date: ").append(prepare.date).append("\r\n\r\n");
  return {std::move(head), std::nullopt, deflate.terms};
}

Result<std::string> client_request(const WebSocketUrl& url, const WebSocketClientOptions& options,
                                   std::string_view key) {
  std::string head = "GET " + url.target + " HTTP/1.1\r\n";
  if (!options.headers.has("Host")) add_field(head, "Host", url.authority());
  head += "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n";
  add_field(head, "Sec-WebSocket-Key", key);
  if (!options.origin.empty()) add_field(head, "Origin", options.origin);
  if (!options.session.protocols.empty())
    add_field(head, "Sec-WebSocket-Protocol", joined(options.session.protocols));
  if (const auto offer = offer_deflate(options.session.deflate); !offer.empty())
    add_field(head, "Sec-WebSocket-Extensions", offer);
  bool good = one_line(url.target) && url.target.find(' ') == std::string::npos && one_line(url.host) &&
              one_line(options.origin) && one_line(joined(options.session.protocols));
  for (const auto& [name, value] : options.headers) {
    good =
        good && !name.empty() && one_line(name) && one_line(value) && name.find_first_of(": \t") == name.npos;
    add_field(head, name, value);
  }
  if (!good) return error(Errc::invalid, "a header field of the handshake holds what can't stand in one");
  return head + "\r\n";
}

Result<WebSocketAnswer> parse_answer(std::string_view block) {
  if (const char* problem = scan_header_block(block))
    return error(Errc::invalid, fmt::format("the server's answer has {}", problem));
  WebSocketAnswer answer;
  const auto first = block.substr(0, block.find("\r\n"));
  const auto digit = [&](std::size_t at) { return first[at] >= '0' && first[at] <= '9'; };
  // HTTP-version SP 3DIGIT [SP reason] (RFC 9112 section 4)
  if (first.size() < 12 || !first.starts_with("HTTP/1.") || !digit(7) || first[8] != ' ' || !digit(9) ||
      !digit(10) || !digit(11) || (first.size() > 12 && first[12] != ' ')) {
    return error(Errc::invalid, "the server doesn't answer in HTTP/1");
  }
  answer.status = (first[9] - '0') * 100 + (first[10] - '0') * 10 + (first[11] - '0');
  if (first.size() > 13) answer.reason = first.substr(13);
  block.remove_prefix(first.size() + 2);
  for (auto line = block.substr(0, block.find("\r\n")); !line.empty();
       line = block.substr(0, block.find("\r\n"))) {
    const auto colon = line.find(':');
    answer.headers.add(std::string{line.substr(0, colon)}, std::string{text::trim(line.substr(colon + 1))});
    block.remove_prefix(line.size() + 2);
  }
  return answer;
}

Result<DeflateTerms> check_answer(WebSocketAnswer& answer, const WebSocketOptions& options,
                                  std::string_view key) {
  const auto& headers = answer.headers;
  if (answer.status != 101)
    return error(Errc::refused, fmt::format("the server answered {} {}", answer.status, answer.reason));
  if (!text::ascii_iequals(headers.get("Upgrade"), "websocket") || count(headers, "Upgrade") != 1)
    return error(Errc::invalid, "the server's answer has no \"Upgrade: websocket\"");
  if (!headers.has_token("Connection", "Upgrade"))
    return error(Errc::invalid, "the server's answer has no \"Connection: Upgrade\"");
  if (headers.get("Sec-WebSocket-Accept") != accept_key(key) || count(headers, "Sec-WebSocket-Accept") != 1)
    return error(Errc::invalid, "the server's Sec-WebSocket-Accept isn't the answer to our key");
  answer.protocol = headers.get("Sec-WebSocket-Protocol");
  const bool offered = std::find(options.protocols.begin(), options.protocols.end(), answer.protocol) !=
                       options.protocols.end();
  const auto chosen = count(headers, "Sec-WebSocket-Protocol");
  if (chosen > 1 || (chosen == 1 && !offered))
    return error(Errc::invalid, "the server chose a subprotocol that wasn't offered");
  return check_deflate_answer(headers, options.deflate);
}

}  // namespace longwave::web
