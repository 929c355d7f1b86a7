// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "network.hpp"
#include "rpc/peer.hpp"
#include "web/deflate.hpp"
#include "web/websocket_peer.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace longwave::sim {

/// Calls that were made, and how often each was completed: once, and in time.
class Ledger {
 public:
  explicit Ledger(World& world) : world_(world) {}
  std::size_t open(std::string what, Instant latest = Instant::max()) {
    calls_.push_back({std::move(what), latest, 0});
    return calls_.size() - 1;
  }
  void close(std::size_t number) {
    Entry& call = calls_[number];
    if (++call.times > 1) world_.wrong(call.what + " was completed twice");
    if (world_.now() > call.latest) world_.wrong(call.what + " was completed after its time-out");
  }
  void check_all() const {
    for (const Entry& call : calls_)
      if (call.times != 1) world_.wrong(call.what + " was never completed");
  }
  std::size_t size() const { return calls_.size(); }

 private:
  struct Entry {
    std::string what;
    Instant latest;
    int times;
  };
  World& world_;
  std::vector<Entry> calls_;
};

/// Either end of a conversation: the WebSocket's machine and the JSON-RPC peer, put together as the shells of
/// the real program do, on a simulated wire.
class Talker final : public Socket, public rpc::Outlet {
 public:
  struct Setup {
    std::shared_ptr<const web::WebSocketOptions> options;
    web::WebSocketPeer::Side side;
    web::Deflater& deflater;
    const rpc::Surroundings& around;
    rpc::Terms terms;
    std::function<void(Talker&)> over;  ///< once; the talker may be destroyed then
  };
  Talker(World& world, std::shared_ptr<Wire> wire, int end, Setup setup)
      : world_(world),
        wire_(std::move(wire)),
        end_(end),
        web_(setup.options, world.now(), setup.side),
        deflater_(setup.deflater),
        peer_(setup.around, *this, std::make_shared<const rpc::Caller>(rpc::Caller{.role = Role::admin}),
              setup.terms),
        over_(std::move(setup.over)) {
    wire_->attach(end_, *this);
    watch();
  }
  ~Talker() { wire_->close(end_); }

  rpc::Peer& peer() { return peer_; }
  bool open() const { return web_.open() && !lost_; }
  void close(std::uint16_t code) {
    std::string out;
    web_.close(code, "", world_.now(), out);
    wire_->write(end_, out);
    soon();
  }

  void send_text(const web::SharedFrame& frame) {
    if (!open()) return;
    if (wire_->queued_bytes(end_) + frame->wire().size() > web_.options().queue_limit)
      return close(web_.options().slow_code);
    const auto bytes = web_.wire(frame, deflater_);
    wire_->write(end_, bytes.bytes);
  }

  // rpc::Outlet
  void send(rpc::Message message) override { send_text(web::Frame::text(message.text)); }
  std::size_t queued_bytes() const override { return wire_->queued_bytes(end_); }
  void tell_when_drained() override { wants_drained_ = true, soon(); }
  void tell_when_due() override { soon(); }

  // Socket
  void on_bytes(std::span<char> bytes) override {
    web_.feed(bytes, world_.now());
    std::string out;
    while (const auto message = web_.next(out)) {
      wire_->write(end_, std::exchange(out, {}));
      peer_.receive(message->payload);
    }
    wire_->write(end_, out);
    settle();
  }
  void on_drained() override {
    wants_drained_ = false;
    peer_.drained();
  }
  void on_lost() override {
    lost_ = true;
    web_.lost();
    settle();
  }

 private:
  template <class F>
  void later(Instant when, F act) {
    world_.at(when, [this, alive = std::weak_ptr(alive_), act = std::move(act)]() mutable {
      if (alive.lock()) act();
    });
  }
  /// Never from inside a call of the peer's.
  void soon() {
    if (std::exchange(soon_, true)) return;
    later(world_.now(), [this] {
      soon_ = false;
      if (wants_drained_ && queued_bytes() == 0) on_drained();
      settle();
    });
  }

  void settle() {
    if (!open()) peer_.end();
    if ((lost_ || web_.state() == web::WebSocketPeer::State::finished) && !ended_) {
      ended_ = true;
      later(world_.now(), [this] { over_(*this); });
      return;
    }
    watch();
  }

  void watch() {
    if (ended_) return;
    auto due = web_.due();
    if (const auto call = peer_.due()) due = std::min(due, *call);
    if (due == Instant::max() || (armed_ > world_.now() && armed_ <= due)) return;
    armed_ = due;
    later(due, [this] {
      if (ended_ || armed_ > world_.now()) return;
      std::string out;
      if (world_.now() >= web_.due() && web_.on_time(world_.now(), out)) return on_lost();
      wire_->write(end_, out);
      peer_.on_time(world_.now());
      armed_ = {};
      settle();
    });
  }

  World& world_;
  std::shared_ptr<Wire> wire_;
  int end_;
  web::WebSocketPeer web_;
  web::Deflater& deflater_;
  rpc::Peer peer_;
  std::function<void(Talker&)> over_;
  Instant armed_{};
  bool lost_ = false, ended_ = false, soon_ = false, wants_drained_ = false;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace longwave::sim
