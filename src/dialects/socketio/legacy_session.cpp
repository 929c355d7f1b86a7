// SPDX-License-Identifier: Apache-2.0
#include "dialects/socketio/legacy_session.hpp"

#include "base/json.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

namespace longwave::socketio::legacy {
namespace {

constexpr std::size_t most_endpoints = 16;
constexpr std::size_t most_held = 64;
constexpr std::size_t most_answers = 128;
constexpr std::size_t most_garbage = 10;

std::string error_args(std::string_view name, std::string_view text) {
  return boost::json::serialize(boost::json::array{boost::json::string_view(name.data(), name.size()),
                                                   boost::json::string_view(text.data(), text.size())});
}

}  // namespace

void User::on_text(const std::string&, std::string_view, AckId) {}
void User::on_json(const std::string&, boost::json::value&, AckId) {}

Session::Session(const SessionOptions& options, Instant now, Outlet& outlet, User& user)
    : options_(options), outlet_(outlet), user_(user), heard_(now), beat_(Instant::max()) {}

Session::~Session() = default;

void Session::open_socket(Instant now) {
  if (over_) return;
  if (std::exchange(poll_waits_, false)) outlet_.answer_poll("8::");
  heard_ = now;
  carrier_ = Carrier::socket;
  beat_ = now + options_.heartbeat_interval;
  outlet_.send(web::Frame::text("1::"));
  flush();
}

void Session::text(std::string_view packets, Instant now) {
  if (over_) return;
  heard_ = now;
  user_.on_heard();
  const auto parts = split_payload(packets);  // the client's own library frames several even here
  if (!parts) return garbage({}, "invalid_packet", "The payload is malformed");
  for (const auto part : *parts) {
    if (over_) return;
    take(part);
  }
}

void Session::socket_lost() {
  if (carrier_ != Carrier::socket) return;
  carrier_ = Carrier::none;
  end(false);
}

std::optional<std::string> Session::poll(Instant now) {
  if (over_) return "0::";
  heard_ = now;
  user_.on_heard();
  if (carrier_ != Carrier::polls) {
    carrier_ = Carrier::polls;
    return "1::";
  }
  if (std::exchange(poll_waits_, false)) outlet_.answer_poll("8::");
  if (!queue_.empty()) return queued();
  poll_waits_ = true;
  beat_ = now + options_.heartbeat_interval;
  return std::nullopt;
}

bool Session::post(std::string_view body, Instant now) {
  if (over_) return true;
  const auto parts = split_payload(body);
  if (!parts || parts->empty()) return false;
  text(body, now);
  return true;
}

Instant Session::due() const {
  if (over_) return Instant::max();
  const auto beats = carrier_ == Carrier::socket || poll_waits_;
  const auto silent = heard_ + options_.heartbeat_timeout;
  return beats ? std::min(beat_, silent) : silent;
}

void Session::on_time(Instant now) {
  if (over_) return;
  if (poll_waits_ && now >= beat_) {
    heard_ = now;  // who waits is there
    poll_waits_ = false;
    return outlet_.answer_poll("8::");
  }
  if (now >= heard_ + options_.heartbeat_timeout) return end(false);
  if (carrier_ == Carrier::socket && now >= beat_) {
    beat_ = now + options_.heartbeat_interval;
    outlet_.send(web::Frame::text("2::"));
  }
}

void Session::take(std::string_view packet) {
  auto parsed = parse(packet);
  if (!parsed) return garbage({}, "invalid_packet", "The packet is malformed");
  const bool waits = parsed->type != Type::heartbeat && parsed->type != Type::disconnect;
  if (waits && asking()) {
    if (held_.size() >= most_held) return end();
    held_.push_back(std::move(*parsed));
    return;
  }
  handle(*parsed);
}

void Session::handle(const Packet& packet) {
  switch (packet.type) {
    case Type::heartbeat:
    case Type::noop:
    case Type::error:
      return;
    case Type::disconnect:
      if (packet.endpoint.empty()) return end();
      if (const auto found = endpoints_.find(packet.endpoint); found != endpoints_.end()) {
        const bool was_open = found->second == Stage::open;
        endpoints_.erase(found);
        if (was_open) user_.on_disconnect(packet.endpoint, true);
        settled();
      }
      return;
    case Type::connect:
      return handle_connect(packet);
    case Type::ack:
      return handle_ack(packet);
    case Type::event:
    case Type::message:
    case Type::json:
      break;
  }
  if (!packet.endpoint.empty() && !connected(packet.endpoint)) {
    return send(error_packet(packet.endpoint, Reason::client_not_handshaken));
  }
  packet.type == Type::event ? handle_event(packet) : handle_data(packet);
}

void Session::handle_connect(const Packet& packet) {
  if (packet.endpoint.empty()) return;
  if (connected(packet.endpoint)) return send(fmt::format("1::{}", packet.endpoint));
  if (endpoints_.size() >= most_endpoints) return end();
  endpoints_[packet.endpoint] = Stage::asked;
  if (user_.on_connect(packet.endpoint, packet.data)) return;
  endpoints_.erase(packet.endpoint);
  garbage(packet.endpoint, "no_such_namespace",
          fmt::format("The endpoint you tried to connect to doesn't exist: {}", packet.endpoint));
}

void Session::handle_event(const Packet& packet) {
  auto value = read_json(packet.data);
  auto* event = value ? value->if_object() : nullptr;
  auto* name = event ? event->if_contains("name") : nullptr;
  auto* args = event ? event->if_contains("args") : nullptr;
  if (!name || !name->is_string() || (args && !args->is_array()))
    return garbage(packet.endpoint, "invalid_packet", "An event is an object with name and args");
  const std::string said(name->get_string());
  if (!allowed_event_name(said))
    return garbage(packet.endpoint, "unallowed_event_name",
                   "Names of events begin with a letter; letters, digits, _ and spaces follow");
  boost::json::array none;
  auto_ack(packet);
  if (user_.on_event(packet.endpoint, said, args ? args->get_array() : none,
                     {packet.wants_data ? packet.id : std::string{}})) {
    garbage_ = 0;
    return;
  }
  garbage(packet.endpoint, "no_such_method", fmt::format("The method \"{}\" was not found", said));
}

void Session::handle_data(const Packet& packet) {
  const AckId ack{packet.wants_data ? packet.id : std::string{}};
  auto_ack(packet);
  if (packet.type == Type::message) return user_.on_text(packet.endpoint, packet.data, ack);
  auto value = read_json(packet.data);
  if (!value) return garbage(packet.endpoint, "invalid_packet", "The data is no JSON");
  user_.on_json(packet.endpoint, *value, ack);
}

void Session::handle_ack(const Packet& packet) {
  const auto said = parse_ack(packet.data);
  std::uint64_t id = 0;
  if (said) std::from_chars(said->id.data(), said->id.data() + said->id.size(), id);
  const auto found = answers_.find(id);
  if (!said || found == answers_.end()) return;
  auto answer = std::move(found->second);
  answers_.erase(found);
  answer(said->args_json);
}

void Session::auto_ack(const Packet& packet) {
  if (!packet.id.empty() && !packet.wants_data) send(ack_packet(packet.endpoint, packet.id, {}));
}

void Session::garbage(const std::string& endpoint, std::string_view name, std::string_view text) {
  emit(endpoint, "error", error_args(name, text));
  if (++garbage_ >= most_garbage) end();
}

bool Session::asking() const {
  return std::any_of(endpoints_.begin(), endpoints_.end(),
                     [](const auto& entry) { return entry.second == Stage::asked; });
}

// What was said while a namespace was asked for follows, in its order; it may ask for the next one.
void Session::settled() {
  if (settling_) return;
  settling_ = true;
  while (!over_ && !held_.empty() && !asking()) {
    const auto packet = std::move(held_.front());
    held_.pop_front();
    handle(packet);
  }
  settling_ = false;
}

void Session::accept(const std::string& endpoint) {
  const auto found = endpoints_.find(endpoint);
  if (over_ || found == endpoints_.end()) return;
  found->second = Stage::open;
  send(fmt::format("1::{}", endpoint));
  settled();
}

void Session::refuse(const std::string& endpoint, Reason reason) {
  if (over_ || endpoints_.erase(endpoint) == 0) return;
  send(error_packet(endpoint, reason));
  settled();
}

void Session::leave(const std::string& endpoint) {
  const auto found = endpoints_.find(endpoint);
  if (over_ || found == endpoints_.end()) return;
  const bool was_open = found->second == Stage::open;
  endpoints_.erase(found);
  send(fmt::format("0::{}", endpoint));
  if (was_open) user_.on_disconnect(endpoint, true);
  settled();
}

bool Session::connected(const std::string& endpoint) const {
  const auto found = endpoints_.find(endpoint);
  return found != endpoints_.end() && found->second == Stage::open;
}

void Session::send(const web::SharedFrame& packet) {
  if (over_) return;
  if (carrier_ == Carrier::socket) return outlet_.send(packet);
  if (queued_bytes_ + packet->payload().size() > options_.queue_limit) return end(false);
  queued_bytes_ += packet->payload().size();
  queue_.push_back(packet);
  flush();
}

void Session::flush() {
  if (carrier_ == Carrier::socket) {
    for (const auto& frame : std::exchange(queue_, {})) outlet_.send(frame);
    queued_bytes_ = 0;
  } else if (!queue_.empty() && std::exchange(poll_waits_, false)) {
    outlet_.answer_poll(queued());
  }
}

std::string Session::queued() {
  std::vector<std::string_view> packets;
  packets.reserve(queue_.size());
  for (const auto& frame : queue_) packets.push_back(frame->payload());
  auto body = join_payload(packets);
  queue_.clear();
  queued_bytes_ = 0;
  return body;
}

void Session::emit(std::string_view endpoint, std::string_view name, std::string_view args_json,
                   Answer answer) {
  if (over_) return;
  if (answers_.size() >= most_answers) answers_.erase(answers_.begin());
  answers_[++last_id_] = std::move(answer);
  send(event_packet(endpoint, name, args_json, std::to_string(last_id_)));
}

void Session::ack(std::string_view endpoint, const AckId& to, std::string_view args_json) {
  if (!over_ && !to.id.empty()) send(ack_packet(endpoint, to.id, args_json));
}

void Session::end(bool goodbye) {
  if (std::exchange(over_, true)) return;
  if (carrier_ == Carrier::socket) {
    outlet_.send(web::Frame::text("0::"));
    outlet_.close_socket();
  } else if (std::exchange(poll_waits_, false)) {
    outlet_.answer_poll("0::");
  }
  for (const auto& [endpoint, stage] : std::exchange(endpoints_, {})) {
    if (stage == Stage::open) user_.on_disconnect(endpoint, goodbye);
  }
  user_.on_ended();
  outlet_.ended();
}

}  // namespace longwave::socketio::legacy
