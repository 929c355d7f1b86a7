// SPDX-License-Identifier: Apache-2.0
#include "dialects/channelstream/core.hpp"
#include "dialects/channelstream/g2_transports.hpp"
#include "dialects/channelstream/g2_wire.hpp"

#include "base/assert.hpp"
#include "dialects/channelstream/rest.hpp"
#include "io/loop.hpp"
#include "io/timer.hpp"
#include "web/router.hpp"
#include "web/websocket.hpp"

#include <algorithm>
#include <unordered_map>

namespace longwave::channelstream::g2 {
namespace {

constexpr Duration tell_of_life = std::chrono::seconds{1};  // at most so often: any text of the client counts
// A browser that said goodbye comes back with a new conn_id; another client has a moment for the old one.
constexpr Duration after_goodbye = std::chrono::seconds{5};

std::shared_ptr<const web::WebSocketOptions> socket_options() {
  static const auto options = std::make_shared<const web::WebSocketOptions>();
  return options;
}

}  // namespace

/// What one net loop knows.
struct Sockets::Lane {
  Lane(std::size_t index, io::Loop& loop) : index(index), loop(loop), heartbeat(loop) {}
  std::size_t index;
  io::Loop& loop;
  std::uint64_t next = 1;
  std::unordered_map<std::uint64_t, std::unique_ptr<Socket>> sockets = {};
  io::Timer heartbeat;
};

class Sockets::Socket final : public web::WebSocketHandler {
 public:
  Socket(Sockets& owner, Lane& lane, std::uint64_t number, web::WebSocketSession& session,
         std::string conn_id)
      : session(session), owner_(owner), lane_(lane), number_(number), conn_id_(std::move(conn_id)) {}

  void on_message(std::string_view, bool) override {
    const auto now = lane_.loop.now();
    if (now - told_ < tell_of_life) return;
    told_ = now;
    owner_.hub_post_([&core = owner_.core_, conn_id = conn_id_, target = target()] {
      if (auto* known = core.find(conn_id); known && known->exit && known->target == target)
        core.mark(*known);
    });
  }
  void on_drained() override {}
  void on_close(std::uint16_t code, std::string_view) override {
    const bool lost = code == web::close_code::abnormal || code == web::close_code::no_pong ||
                      code == web::close_code::slow;
    owner_.hub_post_([&core = owner_.core_, conn_id = conn_id_, target = target(), lost] {
      const auto grace = core.settings().grace;
      core.detach(conn_id, target, lost, {}, lost ? grace : std::min(grace, after_goodbye));
    });
    lane_.sockets.erase(number_);  // this
  }
  Target target() const { return {lane_.index, number_}; }

  web::WebSocketSession& session;

 private:
  Sockets& owner_;
  Lane& lane_;
  std::uint64_t number_;
  std::string conn_id_;
  Instant told_{};
};

Sockets::Sockets(io::LoopGroup& loops, Core& core, const Rest& rest, Post hub_post)
    : core_(core), rest_(rest), hub_post_(std::move(hub_post)) {
  const auto empty = web::Frame::text("[]");
  for (std::size_t i = 0; i < loops.size(); ++i) {
    auto& lane = *lanes_.emplace_back(std::make_unique<Lane>(i, loops[i]));
    lane.heartbeat.every(core.settings().heartbeat, [&lane, empty] {
      for (const auto& [number, socket] : lane.sockets) socket->session.send(empty);
    });
  }
}

Sockets::~Sockets() = default;

Sockets::Lane& Sockets::here() {
  const auto found =
      std::find_if(lanes_.begin(), lanes_.end(), [](const auto& lane) { return lane->loop.here(); });
  LW_ASSERT(found != lanes_.end(), "a WebSocket belongs to a net loop");
  return **found;
}

Result<void> Sockets::add_route(web::Router& router) {
  return router.add({.methods = {"GET"},
                     .pattern = "/ws",
                     .description = "channelstream, when it is switched on: WebSocket of a connection",
                     .handler = [this](web::RequestContext&& context) { accept(std::move(context)); }});
}

void Sockets::accept(web::RequestContext&& context) {
  if (auto refused = rest_.refuse_plain(context.request())) return context.respond(std::move(*refused));
  if (rest_.refuse_origin(context.request()))
    return context.respond(web::Response::json(R"({"error":"pages of this origin may not"})", 403));
  Lane& lane = here();
  const auto given = std::string(context.request().query_value("conn_id").value_or(""));
  auto* session = context.upgrade(socket_options());
  if (!session) return;
  const auto number = lane.next++;
  auto& socket = *lane.sockets.emplace(number, std::make_unique<Socket>(*this, lane, number, *session, given))
                      .first->second;
  session->use(socket);
  hub_post_([this, given, target = socket.target()] {
    if (auto* known = core_.find(given)) return core_.attach(*known, *this, target);
    close(target, "unknown connection");
  });
}

void Sockets::deliver(std::span<const Target> targets, const EventPtr& event) {
  const auto frame = web::Frame::text(g2::frame(*event));
  std::vector<std::vector<std::uint64_t>> numbers(lanes_.size());
  for (const auto& target : targets) numbers[target.loop].push_back(target.number);
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    if (numbers[i].empty()) continue;
    lanes_[i]->loop.post([&lane = *lanes_[i], frame, numbers = std::move(numbers[i])] {
      for (const auto number : numbers) {
        const auto found = lane.sockets.find(number);
        if (found != lane.sockets.end()) found->second->session.send(frame);
      }
    });
  }
}

void Sockets::catch_up(Target target, std::span<const EventPtr> events) {
  if (events.empty()) return;
  auto& lane = *lanes_[target.loop];
  lane.loop.post([&lane, number = target.number, frame = web::Frame::text(frames(events, true))] {
    const auto found = lane.sockets.find(number);
    if (found != lane.sockets.end()) found->second->session.send(frame);
  });
}

void Sockets::close(Target target, std::string_view why) {
  auto& lane = *lanes_[target.loop];
  lane.loop.post([&lane, number = target.number, why = std::string(why)] {
    const auto found = lane.sockets.find(number);
    if (found != lane.sockets.end()) found->second->session.close(web::close_code::normal, why);
  });
}

}  // namespace longwave::channelstream::g2
