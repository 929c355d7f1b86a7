// SPDX-License-Identifier: Apache-2.0
#include "web/websocket_connection.hpp"

#include "io/loop.hpp"

#include <utility>

namespace longwave::web {

WebSocketConnection::WebSocketConnection(Connections& owner, io::Stream stream,
                                         std::shared_ptr<const WebSocketOptions> options, DeflateTerms terms)
    : Connection(owner),
      WebSocketLink(std::move(stream),
                    WebSocketPeer{std::move(options), owner.loop().now(), {terms, nullptr}}) {
  ++owner.counters().web_sockets;
}

void WebSocketConnection::gone() {
  --owner_.counters().web_sockets;
  owner_.retire(*this);  // destroyed after the on_close that was deferred
}

}  // namespace longwave::web
