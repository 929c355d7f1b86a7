// SPDX-License-Identifier: Apache-2.0
#include "dialects/player/sockets.hpp"

#include "access/rates.hpp"
#include "api/endpoint.hpp"
#include "base/assert.hpp"
#include "dialects/player/words.hpp"
#include "io/loop.hpp"
#include "web/router.hpp"
#include "web/websocket.hpp"

#include <algorithm>
#include <unordered_map>

namespace longwave::player {
namespace {

/// The original page can't take a position before its list is there.
constexpr Duration greet_after = std::chrono::seconds{1};
constexpr Duration look_after = std::chrono::milliseconds{100};
constexpr int most_garbage = 16;  // messages in a row
constexpr std::size_t longest_name = 64;
constexpr std::size_t progress_above = 256 * 1024;  // bytes unsent: a gauge is left out

std::shared_ptr<const web::WebSocketOptions> socket_options() {
  // A whole library is one answer, so the queue may be long; a message may not.
  static const auto options = std::make_shared<const web::WebSocketOptions>(
      web::WebSocketOptions{.message_limit = 1024 * 1024,
                            .queue_limit = 64 * 1024 * 1024,
                            .ping_every = std::chrono::seconds{30},
                            .pong_within = std::chrono::seconds{30},
                            .shutdown_code = web::close_code::going_away});
  return options;
}

}  // namespace

/// What one net loop knows.
struct Sockets::Lane {
  Lane(std::size_t index, io::Loop& loop) : index(index), loop(loop) {}
  std::size_t index;
  io::Loop& loop;
  std::uint64_t next = 1;
  std::unordered_map<std::uint64_t, std::unique_ptr<Socket>> sockets = {};
};

class Sockets::Socket final : public web::WebSocketHandler, public rpc::Outlet {
 public:
  Socket(Sockets& owner, Lane& lane, std::uint64_t number, web::WebSocketSession& session, std::string name,
         const rpc::Caller& caller)
      : session(session),
        name(std::move(name)),
        owner_(owner),
        lane_(lane),
        number_(number),
        look_again_(lane.loop),
        peer_(
            owner.ports_.around[lane.index], *this, std::make_shared<const rpc::Caller>(caller),
            {.dialect = rpc::Dialect::v2, .connection = number, .tells_method = true, .bare_faults = true}) {}

  void on_message(std::string_view payload, bool is_binary) override {
    if (is_binary) return session.close(web::close_code::unsupported, "text only");
    const bool garbage_before = garbage_ > 0;
    const int before = garbage_;
    peer_.receive(payload);
    if (garbage_before && garbage_ == before) garbage_ = 0;
    if (garbage_ >= most_garbage) session.close(web::close_code::protocol_error, "this is no JSON-RPC");
  }
  void on_drained() override { peer_.drained(); }
  void on_close(std::uint16_t, std::string_view) override {
    look_again_.cancel();
    peer_.end();
    owner_.ports_.home.post([&owner = owner_] { owner.closed(); });
    lane_.sockets.erase(number_);  // this
  }

  void send(rpc::Message message) override { session.send_text(message.text); }
  std::size_t queued_bytes() const override { return session.queued_bytes(); }
  void tell_when_drained() override {
    if (!look_again_.armed()) look_again_.after(look_after, [this] { peer_.drained(); });
  }
  std::optional<rpc::Fault> admit() override {
    auto* rates = peer_.caller().loopback ? nullptr : owner_.ports_.rates;
    if (!rates || !rates->call(&buckets_, peer_.caller().address)) return std::nullopt;
    if (!rates->bear(buckets_)) session.close(web::close_code::too_many_requests, "too many calls");
    return rpc::Fault{rpc::too_many_calls, "too many calls", {}};
  }
  void on_garbage() override { ++garbage_; }

  web::WebSocketSession& session;
  const std::string name;

 private:
  Sockets& owner_;
  Lane& lane_;
  std::uint64_t number_;
  int garbage_ = 0;
  access::ConnectionBuckets buckets_;
  io::Timer look_again_;
  rpc::Peer peer_;
};

Sockets::Sockets(Ports ports) : ports_(std::move(ports)), greeting_(ports_.home) {
  for (std::size_t i = 0; i < ports_.loops.size(); ++i)
    lanes_.push_back(std::make_unique<Lane>(i, ports_.loops[i]));
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
                     .pattern = "/socket",
                     .description = "the player protocol over WebSocket, with its broadcasts",
                     .handler = [this](web::RequestContext&& context) { accept(std::move(context)); }});
}

void Sockets::accept(web::RequestContext&& context) {
  if (!context.wants_upgrade()) {
    auto response = web::Response::text(426, "this address speaks WebSocket; POST /api takes single calls\n");
    response.headers.set("Upgrade", "websocket");
    return context.respond(std::move(response));
  }
  auto name = std::string(context.request().query_value("name").value_or(""));
  if (name.size() > longest_name)
    return context.respond(web::Response::text(400, "a shorter name, please\n"));
  const auto caller = api::caller_of(context.request());
  Lane& lane = here();
  auto* session = context.upgrade(socket_options());
  if (!session) return;
  const auto number = lane.next++;
  auto socket = std::make_unique<Socket>(*this, lane, number, *session, std::move(name), caller);
  session->use(*socket);
  lane.sockets.emplace(number, std::move(socket));
  ports_.home.post([this, index = lane.index, number] { opened(index, number); });
}

void Sockets::opened(std::size_t lane, std::uint64_t number) {
  tell("connected", std::to_string(++count_));
  newcomers_.push_back({ports_.home.now() + greet_after, lane, number});
  if (!greeting_.armed()) greeting_.after(greet_after, [this] { greet(); });
}

void Sockets::closed() {
  tell("connected", std::to_string(--count_));
}

void Sockets::greet() {
  const auto now = ports_.home.now();
  const auto state = ports_.state();
  while (!newcomers_.empty() && newcomers_.front().due <= now) {
    const auto newcomer = newcomers_.front();
    newcomers_.pop_front();
    if (!state) continue;
    std::vector<std::string> frames;
    for (const auto& event : {Event(StatusChanged{state->status}), Event(VolumeChanged{state->volume}),
                              Event(PositionChanged{state->place})}) {
      const auto broadcast = broadcast_of(event);
      frames.push_back(broadcast_frame(broadcast.method, broadcast.payload));
    }
    auto& lane = *lanes_[newcomer.lane];
    lane.loop.post([&lane, number = newcomer.number, frames = std::move(frames)] {
      const auto found = lane.sockets.find(number);
      if (found == lane.sockets.end()) return;
      for (const auto& frame : frames) found->second->session.send_text(frame);
    });
  }
  if (!newcomers_.empty()) greeting_.at(newcomers_.front().due, [this] { greet(); });
}

void Sockets::tell(std::string_view method, const std::string& payload) {
  if (count_ > 0) send_all(broadcast_frame(method, payload));
}

void Sockets::send_all(std::string_view text) {
  for (const auto& lane : lanes_) {
    lane->loop.post([&lane = *lane, frame = web::Frame::text(text)] {
      for (const auto& [number, socket] : lane.sockets) socket->session.send(frame);
    });
  }
}

void Sockets::progress(const std::string& name, const std::string& method, const std::string& id,
                       const std::string& value, bool last) {
  if (name.empty()) return;
  const auto text = "{\"jsonrpc\":\"2.0\",\"method\":\"" + method + "\",\"id\":" + id +
                    ",\"result\":" + value + (last ? "}" : ",\"more\":true,\"kind\":\"gauge\"}");
  for (const auto& lane : lanes_) {
    lane->loop.post([&lane = *lane, name, text, last] {
      for (const auto& [number, socket] : lane.sockets) {
        if (socket->name != name) continue;
        if (last || socket->session.queued_bytes() < progress_above) socket->session.send_text(text);
      }
    });
  }
}

}  // namespace longwave::player
