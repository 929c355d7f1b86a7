// SPDX-License-Identifier: Apache-2.0
#include "dialects/socketio/engine_session.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

namespace longwave::socketio {

namespace {

// A timer may come this late without giving the client more time than it was told.
constexpr Duration timer_grain = std::chrono::milliseconds{25};
constexpr std::string_view probe_data = "probe";

const web::SharedFrame& control(EngineType type) {
  static const std::array<web::SharedFrame, 7> frames = [] {
    std::array<web::SharedFrame, 7> made;
    for (std::size_t i = 0; i < made.size(); ++i) made[i] = web::Frame::text(std::to_string(i));
    return made;
  }();
  return frames[static_cast<std::size_t>(type)];
}

}  // namespace

std::string_view to_text(EngineEnd end) {
  switch (end) {
    case EngineEnd::client:
      return "transport close";
    case EngineEnd::server:
      return "forced close";
    case EngineEnd::ping_timeout:
      return "ping timeout";
    case EngineEnd::broken:
      return "transport error";
    case EngineEnd::violation:
      return "parse error";
    case EngineEnd::slow:
      return "too slow";
  }
  return "";
}

EngineSession::EngineSession(const EngineLimits& limits, Transport transport, Instant now,
                             EngineOutlet& outlet)
    : limits_(limits),
      outlet_(outlet),
      ping_due_(now + limits.ping_interval),
      now_(now),
      transport_(transport) {}

std::string EngineSession::open_packet(std::string_view sid) const {
  const bool upgradable = transport_ == Transport::polling && limits_.websocket;
  return fmt::format(R"(0{{"sid":"{}","upgrades":[{}],"pingInterval":{},"pingTimeout":{},"maxPayload":{}}})",
                     sid, upgradable ? R"("websocket")" : "", to_ms(limits_.ping_interval),
                     to_ms(limits_.ping_timeout), limits_.max_payload);
}

// ---- polling

bool EngineSession::poll(Instant now) {
  on_time(now);
  polled_ = true;
  if (state_ == State::finished || transport_ != Transport::polling) return false;
  if (waiting_) {
    end(EngineEnd::violation);
    return false;
  }
  waiting_ = true;
  if (!queue_.empty()) {
    flush();
  } else if (state_ == State::leaving) {
    state_ = State::finished;
    answer(control(EngineType::close));
  } else if (probe_ == Probe::answered) {
    answer(control(EngineType::noop));
  }
  return true;
}

void EngineSession::poll_lost() {
  if (!std::exchange(waiting_, false)) return;
  if (open()) end(EngineEnd::broken);
}

bool EngineSession::post(std::string_view body, Instant now) {
  on_time(now);
  polled_ = true;
  if (!open() || transport_ != Transport::polling) return false;
  const auto packets = decode_payload(body, limits_.packets_limit);
  if (!packets) {
    end(EngineEnd::violation);
    return false;
  }
  for (const auto& one : *packets) {
    if (!open()) break;
    packet(one);
  }
  return !violated_;
}

void EngineSession::violated() {
  if (open()) end(EngineEnd::violation);
}

// ---- the upgrade

bool EngineSession::probe(Instant now) {
  on_time(now);
  polled_ = true;
  if (!open() || !limits_.websocket || transport_ != Transport::polling || probe_ != Probe::none)
    return false;
  probe_ = Probe::open;
  upgrade_due_ = now + limits_.upgrade_timeout;
  return true;
}

void EngineSession::probe_message(std::string_view data, bool is_binary, Instant now) {
  on_time(now);
  if (probe_ == Probe::none || !open()) return;
  const auto packet = is_binary ? std::nullopt : decode_engine_packet(data);
  if (packet && packet->type == EngineType::ping && packet->data == probe_data) {
    probe_ = Probe::answered;
    outlet_.send_probe(web::Frame::text("3probe"));
    // What waits on the old transport is ended, so that nothing is under way there when the client changes
    // over.
    if (waiting_) answer(control(EngineType::noop));
    return;
  }
  if (packet && packet->type == EngineType::upgrade && probe_ == Probe::answered) return upgrade();
  probe_ = Probe::none;
  upgrade_due_ = Instant::max();
  outlet_.close_probe();
}

void EngineSession::upgrade() {
  if (waiting_) answer(control(EngineType::noop));
  probe_ = Probe::none;
  upgrade_due_ = Instant::max();
  transport_ = Transport::websocket;
  outlet_.upgraded();
  for (const auto& frame : std::exchange(queue_, {})) outlet_.transmit(frame);
  queued_bytes_ = 0;
}

void EngineSession::probe_lost() {
  probe_ = Probe::none;
  upgrade_due_ = Instant::max();
}

// ---- WebSocket

void EngineSession::socket_message(std::string_view data, bool is_binary, Instant now) {
  on_time(now);
  if (!open()) return;
  if (is_binary) return outlet_.received(data, true);
  if (data.starts_with('4')) return outlet_.received(data.substr(1), false);
  const auto decoded = decode_engine_packet(data);
  if (!decoded) return end(EngineEnd::violation);
  packet(*decoded);
}

void EngineSession::socket_lost() {
  if (open()) end(EngineEnd::broken);
}

// ---- both

void EngineSession::packet(const EnginePacket& packet) {
  switch (packet.type) {
    case EngineType::message:
      return outlet_.received(packet.data, packet.is_binary);
    case EngineType::pong:
      if (pong_due_ == Instant::max()) return;
      pong_due_ = Instant::max();
      ping_due_ = now_ + limits_.ping_interval;
      return;
    case EngineType::close:
      return end(EngineEnd::client);
    case EngineType::open:
    case EngineType::ping:  // since revision 4 only the server asks
      return end(EngineEnd::violation);
    case EngineType::upgrade:
    case EngineType::noop:
      return;
  }
}

void EngineSession::send(const web::SharedFrame& frame) {
  if (!open()) return;
  if (transport_ == Transport::websocket) return outlet_.transmit(frame);
  queue(frame);
}

void EngineSession::queue(const web::SharedFrame& frame) {
  if (queued_bytes_ + frame->payload().size() > limits_.queue_limit && !queue_.empty()) {
    queue_.clear();
    queued_bytes_ = 0;
    return end(EngineEnd::slow);
  }
  queue_.push_back(frame);
  queued_bytes_ += frame->payload().size();
  if (waiting_) flush();
}

void EngineSession::flush() {
  std::string payload;
  payload.reserve(queued_bytes_ + queue_.size());
  for (const auto& frame : std::exchange(queue_, {})) append_to_payload(payload, *frame);
  queued_bytes_ = 0;
  waiting_ = false;
  outlet_.answer_poll(std::move(payload));
}

void EngineSession::answer(const web::SharedFrame& last) {
  queue_.push_back(last);
  flush();
}

void EngineSession::close(Instant now) {
  if (!open()) return;
  if (transport_ == Transport::websocket || waiting_) return end(EngineEnd::server);
  // The client learns it from a poll of its own, behind what waits for it: clients handle messages later than
  // the close packet of the same payload.
  state_ = State::leaving;
  leaving_due_ = now + limits_.ping_interval + limits_.ping_timeout;
  if (probe_ != Probe::none) outlet_.close_probe();
  probe_ = Probe::none;
  outlet_.ended(EngineEnd::server);
}

void EngineSession::end(EngineEnd why) {
  state_ = State::finished;
  violated_ = why == EngineEnd::violation;
  const auto& last = control(why == EngineEnd::client ? EngineType::noop : EngineType::close);
  if (waiting_) answer(last);
  queue_.clear();
  queued_bytes_ = 0;
  if (std::exchange(probe_, Probe::none) != Probe::none) outlet_.close_probe();
  if (transport_ == Transport::websocket && why != EngineEnd::broken)
    outlet_.close_socket(why == EngineEnd::client || why == EngineEnd::server);
  outlet_.ended(why);
}

// ---- time

Instant EngineSession::due() const {
  if (state_ == State::finished) return Instant::max();
  if (state_ == State::leaving) return leaving_due_;
  return std::min({pong_due_ == Instant::max() ? ping_due_ : pong_due_, upgrade_due_});
}

void EngineSession::on_time(Instant now) {
  now_ = now;
  if (state_ == State::leaving && now >= leaving_due_) state_ = State::finished;
  if (!open()) return;
  if (now >= upgrade_due_) {
    probe_lost();
    outlet_.close_probe();
  }
  if (pong_due_ == Instant::max() && now >= ping_due_) {
    pong_due_ = std::max(ping_due_, now - timer_grain) + limits_.ping_timeout;
    send(control(EngineType::ping));
  }
  if (open() && now >= pong_due_) end(EngineEnd::ping_timeout);
}

}  // namespace longwave::socketio
