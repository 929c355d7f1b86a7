// SPDX-License-Identifier: Apache-2.0
#include "dialects/socketio/connection.hpp"

#include "base/log.hpp"
#include "io/loop.hpp"

#include <fmt/core.h>

#include <exception>
#include <utility>

namespace longwave::socketio {

namespace {
constexpr std::size_t id_bytes = 15;
}

// ---- WebSockets

Wire::Wire(Group& group, std::uint64_t id, web::WebSocketSession& socket, EngineRef session)
    : group_(group), id_(id), socket_(socket), session_(session) {
  socket.use(*this);
}

void Wire::on_message(std::string_view payload, bool is_binary) {
  Group& home = *group_.shared.groups[session_.group];
  if (&home == &group_) {
    if (auto* connection = home.find(session_.serial)) connection->heard(id_, payload, is_binary);
    return;
  }
  group_.cross(home, [&home, serial = session_.serial, id = id_, text = std::string(payload), is_binary] {
    if (auto* connection = home.find(serial)) connection->heard(id, text, is_binary);
  });
}

void Wire::on_close(std::uint16_t, std::string_view) {
  Group& group = group_;
  const auto kept = group.wires.extract(id_);
  Group& home = *group.shared.groups[session_.group];
  group.cross(home, [&home, serial = session_.serial, id = id_] {
    if (auto* connection = home.find(serial)) connection->wire_lost(id);
  });
}

// ---- sessions

Connection::Connection(Group& group, std::uint64_t serial, std::string id,
                       std::shared_ptr<const Handshake> handshake, WireRef wire)
    : group_(group),
      serial_(serial),
      id_(std::move(id)),
      handshake_(std::move(handshake)),
      machine_(group.shared.options.limits,
               wire ? EngineSession::Transport::websocket : EngineSession::Transport::polling,
               group.loop.now(), *this),
      wire_(wire),
      fresh_(!wire) {
  ++group_.shared.sessions;
  if (fresh_) ++group_.fresh;
}

Connection::~Connection() {
  --group_.shared.sessions;
  if (fresh_) --group_.fresh;
}

void Connection::start() {
  if (wire_) transmit(web::Frame::text(open_packet()));
  handler_ = group_.shared.accept(*this);
  settle();
}

EngineRef Connection::ref() const {
  return {static_cast<std::uint32_t>(group_.index), serial_};
}

io::Loop& Connection::loop() const {
  return group_.loop;
}

void Connection::poll(web::RequestContext&& context, std::uint64_t number) {
  // A second GET ends the session, and the first one is answered before: each has a place of its own.
  std::optional<web::RequestContext> second;
  if (poll_) {
    second.emplace(std::move(context));
  } else {
    poll_.emplace(std::move(context));
    poll_number_ = number;
  }
  const bool good = machine_.poll(group_.loop.now());
  if (!good) {
    auto& refused = second ? second : poll_;
    respond(group_.shared, *refused, refusal(EngineRefusal::bad_request));
    refused.reset();
  }
  settle();
}

void Connection::poll_lost(std::uint64_t number) {
  if (!poll_ || poll_number_ != number) return;
  poll_.reset();
  machine_.poll_lost();
  settle();
}

PostUnderWay::PostUnderWay(EngineShared& of, std::string session) : shared(of), sid(std::move(session)) {
  const std::lock_guard lock(shared.posts_mutex);
  overlaps = ++shared.posts[sid] > 1;
}

PostUnderWay::~PostUnderWay() {
  const std::lock_guard lock(shared.posts_mutex);
  const auto found = shared.posts.find(sid);
  if (--found->second == 0) shared.posts.erase(found);
}

void Connection::post(web::RequestContext&& context) {
  // Over before the answer leaves: the client may send the next one then.
  if (const auto held = std::exchange(context.request().held, nullptr))
    if (static_cast<const PostUnderWay*>(held.get())->overlaps) machine_.violated();
  // Binary bodies are of revision 3.
  const bool binary = context.request().headers.get("Content-Type").starts_with("application/octet-stream");
  if (binary) machine_.violated();
  if (!machine_.post(context.request().body, group_.loop.now())) {
    respond(group_.shared, context, refusal(EngineRefusal::bad_request));
  } else {
    respond(group_.shared, context, web::Response::text(200, "ok"));
  }
  settle();
}

bool Connection::probe(WireRef wire) {
  const bool wanted = machine_.probe(group_.loop.now());
  if (wanted) probe_ = wire;
  settle();
  return wanted;
}

void Connection::heard(std::uint64_t wire, std::string_view payload, bool is_binary) {
  if (wire_ && wire_.id == wire) {
    machine_.socket_message(payload, is_binary, group_.loop.now());
  } else if (probe_ && probe_.id == wire) {
    machine_.probe_message(payload, is_binary, group_.loop.now());
  } else {
    return;
  }
  settle();
}

void Connection::wire_lost(std::uint64_t wire) {
  if (wire_ && wire_.id == wire) {
    wire_ = {};
    machine_.socket_lost();
  } else if (probe_ && probe_.id == wire) {
    probe_ = {};
    machine_.probe_lost();
  } else {
    return;
  }
  settle();
}

void Connection::send(const web::SharedFrame& frame) {
  machine_.send(frame);
  settle();
}

void Connection::close() {
  machine_.close(group_.loop.now());
  settle();
}

// ---- what the machine wants

void Connection::answer_poll(std::string payload) {
  auto response = web::Response::text(200, std::move(payload));
  response.headers.set("Content-Type", "text/plain; charset=UTF-8");
  respond(group_.shared, *poll_, std::move(response));
  poll_.reset();
}

void Connection::transmit(const web::SharedFrame& frame) {
  const auto spacing = group_.shared.options.spacing;
  if (spacing == Duration::zero()) {
    if (wire_) group_.send(wire_, frame);
    return;
  }
  spaced_.push_back(frame);
  if (!spacing_) spacing_ = std::make_unique<io::Timer>(group_.loop);
  if (!spacing_->armed()) spacing_->after(spacing, [this] { send_spaced(); });
}

void Connection::send_spaced() {
  if (spaced_.empty()) return;
  if (wire_) group_.send(wire_, spaced_.front());
  spaced_.pop_front();
  if (!spaced_.empty()) spacing_->after(group_.shared.options.spacing, [this] { send_spaced(); });
}

void Connection::send_probe(const web::SharedFrame& frame) {
  group_.send(probe_, frame);
}

void Connection::upgraded() {
  wire_ = std::exchange(probe_, WireRef{});
}

void Connection::close_socket(bool orderly) {
  while (!spaced_.empty()) send_spaced();
  if (wire_) group_.close(wire_, orderly ? web::close_code::normal : web::close_code::protocol_error);
}

void Connection::close_probe() {
  if (probe_) group_.close(std::exchange(probe_, WireRef{}), web::close_code::normal);
}

void Connection::received(std::string_view data, bool is_binary) {
  if (!handler_) return;
  try {
    handler_->on_message(data, is_binary);
  } catch (const std::exception& failure) {
    log::error("a message of an Engine.IO session can't be handled: {}", failure.what());
    machine_.close(group_.loop.now());
  }
}

void Connection::ended(EngineEnd end) {
  group_.loop.defer([&group = group_, serial = serial_, end] {
    if (auto* connection = group.find(serial)) connection->tell_end(end);
  });
}

void Connection::tell_end(EngineEnd end) {
  if (const auto handler = std::exchange(handler_, nullptr)) handler->on_end(end);
  settle();
}

void Connection::on_deadline(Instant now) {
  armed_ = Instant::max();
  machine_.on_time(now);
  settle();
}

void Connection::settle() {
  if (fresh_ && machine_.polled()) {
    fresh_ = false;
    --group_.fresh;
  }
  const auto due = machine_.due();
  if (due != armed_) {
    armed_ = due;
    due == Instant::max() ? disarm() : io::arm(group_.loop, *this, due);
  }
  if (!over() || std::exchange(dropping_, true)) return;
  group_.loop.defer([&group = group_, serial = serial_] { group.drop(serial); });
}

// ---- a loop's part

Group::Group(EngineShared& shared_state, std::size_t number, io::Loop& own_loop)
    : shared(shared_state), index(number), loop(own_loop) {}

Group::~Group() = default;

Connection* Group::find(std::string_view sid) {
  const auto found = by_id.find(std::string(sid));
  return found == by_id.end() ? nullptr : found->second;
}

Connection* Group::find(std::uint64_t serial) {
  const auto found = connections.find(serial);
  return found == connections.end() ? nullptr : found->second.get();
}

Connection& Group::open(std::shared_ptr<const Handshake> handshake, web::WebSocketSession* socket) {
  const auto serial = next_serial++;
  // The last two digits say which loop has it.
  auto id = fmt::format("{}{:02x}", random_id(id_bytes), index);
  const auto wire = socket ? add_wire(*socket, {static_cast<std::uint32_t>(index), serial}) : WireRef{};
  auto connection = std::make_unique<Connection>(*this, serial, id, std::move(handshake), wire);
  auto& opened = *connection;
  connections.emplace(serial, std::move(connection));
  by_id.emplace(std::move(id), &opened);
  return opened;
}

void Group::drop(std::uint64_t serial) {
  const auto node = connections.extract(serial);
  if (node) by_id.erase(node.mapped()->id());
}

WireRef Group::add_wire(web::WebSocketSession& socket, EngineRef session) {
  const auto id = shared.next_wire++;
  wires.emplace(id, std::make_unique<Wire>(*this, id, socket, session));
  return {this, id};
}

void Group::cross(Group& to, Task task) {
  if (&to == this) return task();
  auto& waiting = outgoing[to.index];
  waiting.push_back(std::move(task));
  if (waiting.size() > 1) return;
  loop.defer([this, &to] {
    to.loop.post([tasks = std::exchange(outgoing[to.index], {})]() mutable {
      for (auto& each : tasks) each();
    });
  });
}

web::WebSocketSession* Group::socket(std::uint64_t wire) {
  const auto found = wires.find(wire);
  return found == wires.end() ? nullptr : &found->second->socket();
}

void Group::send(WireRef to, const web::SharedFrame& frame) {
  if (to.group == this) {
    if (auto* socket_here = socket(to.id)) socket_here->send(frame);
    return;
  }
  cross(*to.group, [to, frame] { to.group->send(to, frame); });
}

void Group::close(WireRef wire, std::uint16_t code) {
  cross(*wire.group, [wire, code] {
    if (auto* found = wire.group->socket(wire.id)) found->close(code);
  });
}

}  // namespace longwave::socketio
