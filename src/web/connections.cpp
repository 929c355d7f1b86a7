// SPDX-License-Identifier: Apache-2.0
#include "web/connections.hpp"

#include "io/loop.hpp"
#include "web/http_connection.hpp"
#include "web/prepare.hpp"

#include <utility>

namespace longwave::web {

Connections::Connections(io::Loop& loop, const Clock& clock, const Router& router,
                         const ServerOptions& options, ServerCounters& counters)
    : loop_(loop),
      clock_(clock),
      router_(router),
      options_(options),
      counters_(counters),
      post_(std::make_shared<const Post>(loop.poster())) {}

Connections::~Connections() {
  open_.clear_and_dispose([](Connection* connection) { delete connection; });
}

void Connections::accept(io::Stream stream) {
  if (shutting_down_) return;
  auto connection = std::make_unique<HttpConnection>(*this, std::move(stream));
  auto& started = *connection;
  add(std::move(connection));
  started.start();
}

void Connections::add(std::unique_ptr<Connection> connection) {
  ++counters_.connections;
  open_.push_back(*connection.release());
}

void Connections::retire(Connection& connection) {
  open_.erase(open_.iterator_to(connection));
  --counters_.connections;
  loop_.defer([owned = std::unique_ptr<Connection>(&connection)] {});
  if (open_.empty() && all_gone_) std::exchange(all_gone_, {})();
}

void Connections::shut_down(Task all_gone) {
  shutting_down_ = true;
  all_gone_ = std::move(all_gone);
  for (auto at = open_.begin(); at != open_.end();) {
    auto& connection = *at++;  // it may retire at once
    connection.shut_down();
  }
  if (open_.empty() && all_gone_) std::exchange(all_gone_, {})();
}

void Connections::cut() {
  for (auto at = open_.begin(); at != open_.end();) {
    auto& connection = *at++;
    connection.cut();
  }
}

const std::string& Connections::date() {
  const auto second = unix_ms(clock_.wall()) / 1000;
  if (second != date_second_) {
    date_second_ = second;
    date_ = http_date(second);
  }
  return date_;
}

}  // namespace longwave::web
