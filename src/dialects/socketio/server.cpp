// SPDX-License-Identifier: Apache-2.0
#include "dialects/socketio/server.hpp"

#include "dialects/socketio/client.hpp"

#include <utility>

namespace longwave::socketio {

Server::Server(io::LoopGroup& loops, ServerOptions options)
    : state_(std::make_shared<ServerState>(std::move(options))) {
  state_->self = state_;
  state_->engine = std::make_unique<Engine>(loops, state_->options.engine,
                                            [state = state_.get()](EngineConnection& connection) {
                                              return std::make_unique<Client>(*state, connection);
                                            });
}

Server::~Server() = default;

void Server::of(std::string name, NamespaceOptions options) {
  state_->namespaces.insert_or_assign(std::move(name), std::move(options));
}

Result<void> Server::add_routes(web::Router& router) {
  return state_->engine->add_routes(router);
}

void Server::post_to(SocketRef ref, UniqueFunction<void(Socket&)> use) {
  state_->engine->post_to(ref.connection, [serial = ref.serial, use = std::move(use)](
                                              EngineConnection&, EngineHandler& handler) mutable {
    auto* socket = static_cast<Client&>(handler).find(serial);
    if (socket && socket->connected()) use(*socket);
  });
}

void Server::close_all() {
  state_->engine->close_all();
}

std::size_t Server::connections() const {
  return state_->engine->sessions();
}

}  // namespace longwave::socketio
