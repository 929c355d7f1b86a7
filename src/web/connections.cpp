// SPDX-License-Identifier: Apache-2.0
#include "web/connections.hpp"

#include "io/loop.hpp"
#include "web/http_connection.hpp"
#include "web/prepare.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace longwave::web {

namespace {
constexpr auto drain_step = std::chrono::milliseconds{20};
}

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

bool Connections::admits(const io::PeerAddress& peer, AddressCounts::Place& place) {
  if (shutting_down_ || counters_.connections >= options_.connections_limit) return false;
  const auto address = io::parse_address(peer.ip);
  const bool counted = options_.connections_per_address > 0 && address && !peer.is_loopback &&
                       !options_.trusted_proxies.contains(*address);
  if (counted && !counters_.addresses.enter(*address, options_.connections_per_address, place)) return false;
  return !options_.admit || options_.admit(peer);
}

void Connections::accept(io::Stream stream) {
  AddressCounts::Place place;
  if (!admits(stream.peer(), place)) return;
  auto connection = std::make_unique<HttpConnection>(*this, std::move(stream));
  auto& started = *connection;
  add(std::move(connection), std::move(place));
  started.start();
}

void Connections::add(std::unique_ptr<Connection> connection, AddressCounts::Place place) {
  connection->place_ = std::move(place);
  ++counters_.connections;
  open_.push_back(*connection.release());
}

void Connections::retire(Connection& connection) {
  open_.erase(open_.iterator_to(connection));
  --counters_.connections;
  loop_.defer([owned = std::unique_ptr<Connection>(&connection)] {});
  if (open_.empty() && all_gone_) std::exchange(all_gone_, {})();
}

void Connections::drain(Duration window) {
  drain_began_ = loop_.now();
  drain_window_ = window;
  drain_total_ = open_.size();
  drain_timer_.emplace(loop_);
  drain_timer_->every(drain_step, [this] { end_some(); });
  end_some();
}

// The list is gone through once from its front: who was looked at goes to the back, where new ones are too
// (and new ones don't last: they are refused).
void Connections::end_some() {
  const auto passed = std::chrono::duration<double>(loop_.now() - drain_began_ + drain_step);
  const auto share = std::min(1.0, passed / std::chrono::duration<double>(drain_window_));
  const auto due = static_cast<std::size_t>(std::ceil(static_cast<double>(drain_total_) * share));
  for (; drain_looked_at_ < due && !open_.empty(); ++drain_looked_at_) {
    auto& connection = open_.front();
    open_.splice(open_.end(), open_, open_.begin());
    if (connection.lasting()) connection.shut_down();
  }
  if (drain_looked_at_ >= drain_total_) drain_timer_->cancel();
}

void Connections::shut_down(Task all_gone) {
  shutting_down_ = true;
  drain_timer_.reset();
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
