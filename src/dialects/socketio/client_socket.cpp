// SPDX-License-Identifier: Apache-2.0
#include "dialects/socketio/client.hpp"

#include "io/loop.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <utility>

namespace longwave::socketio {

namespace {

namespace json = boost::json;

constexpr std::size_t id_bytes = 15;

/// Runs `use` with the socket, on its loop, if it still is there: at once if this is the loop.
void with_socket(const std::weak_ptr<ServerState>& server, SocketRef ref, io::Loop* loop,
                 UniqueFunction<void(ClientSocket&)> use) {
  const auto state = server.lock();
  if (!state) return;
  if (io::Loop::current() == loop) {
    auto* handler = state->engine->find(ref.connection);
    auto* socket = handler ? static_cast<Client*>(handler)->find(ref.serial) : nullptr;
    if (socket) use(*socket);
    return;
  }
  state->engine->post_to(ref.connection, [serial = ref.serial, use = std::move(use)](
                                             EngineConnection&, EngineHandler& handler) mutable {
    if (auto* socket = static_cast<Client&>(handler).find(serial)) use(*socket);
  });
}

}  // namespace

Admission::~Admission() {
  if (decide_) (*this)(error(Errc::refused, "Not authorized"));
}

void Admission::operator()(Result<void> result) {
  if (auto decide = std::exchange(decide_, {})) decide(std::move(result));
}

Prepared prepare(std::string_view nsp, std::string_view event, const json::array& args,
                 const Attachments& attachments, SharedMark mark) {
  json::array data;
  data.reserve(args.size() + 2);
  data.emplace_back(event);
  data.insert(data.end(), args.begin(), args.end());
  if (mark) data.emplace_back(mark->text);
  Packet packet{.nsp = std::string(nsp), .data = std::move(data), .attachments = attachments};
  return {encode_packet(packet), std::move(mark)};
}

ClientSocket::ClientSocket(Client& client, const NamespaceOptions& options, std::string nsp,
                           std::uint64_t serial)
    : client_(client), options_(options), nsp_(std::move(nsp)), serial_(serial), id_(random_id(id_bytes)) {
  if (options_.recovery_time > Duration::zero()) pid_ = random_id(id_bytes);
}

SocketRef ClientSocket::ref() const {
  return {client_.connection().ref(), serial_};
}

const Handshake& ClientSocket::handshake() const {
  return *client_.connection().handshake();
}

io::Loop& ClientSocket::loop() const {
  return client_.connection().loop();
}

const Seen& ClientSocket::seen() const {
  static const Seen nothing;
  return seen_ ? *seen_ : nothing;
}

// ---- coming in

void ClientSocket::join(const json::object& auth) {
  const auto* pid = auth.if_contains("pid");
  if (pid_.empty() || !pid || !pid->is_string()) return ask_owner(auth);
  const std::string old(pid->get_string());
  auto parted = client_.server().returning.take(old, nsp_, loop().now());
  if (!parted) return ask_owner(auth);
  const auto* brought = auth.if_contains("offset");
  const std::string offset(brought && brought->is_string() ? std::string_view(brought->get_string())
                                                           : std::string_view());
  const auto seen = parted->trail.seen(offset);
  if (!seen) return ask_owner(auth);
  auto restore = [old, offset, parted = std::make_shared<Parted>(std::move(*parted)), auth,
                  known = *seen](ClientSocket& socket) {
    socket.id_ = parted->id;
    socket.pid_ = old;
    socket.data_ = std::move(parted->data);
    socket.trail_.resume(offset, known);
    socket.seen_ = std::make_unique<Seen>(known);
    socket.ask_owner(auth);
  };
  if (!options_.recovery) return restore(*this);
  options_.recovery->check(*seen, [server = client_.server().self, ref = ref(), loop = &loop(), auth,
                                   restore = std::move(restore)](bool possible) mutable {
    with_socket(server, ref, loop, [possible, auth, restore = std::move(restore)](ClientSocket& socket) {
      possible ? restore(socket) : socket.ask_owner(auth);
    });
  });
}

void ClientSocket::ask_owner(const json::object& auth) {
  options_.on_connect(
      *this, auth,
      Admission([server = client_.server().self, ref = ref(), loop = &loop()](Result<void> result) {
        with_socket(server, ref, loop, [result](ClientSocket& socket) { socket.decide(result); });
      }));
}

void ClientSocket::decide(const Result<void>& result) {
  if (state_ != State::joining) return;
  if (!result) {
    Packet packet{
        .type = PacketType::connect_error, .nsp = nsp_, .data = {{"message", result.error().message}}};
    for (const auto& frame : encode_packet(packet)) client_.connection().send(frame);
    state_ = State::gone;
    return client_.sweep_later();
  }
  state_ = State::joined;
  json::object said{{"sid", id_}};
  if (!pid_.empty()) said["pid"] = pid_;
  send(encode_packet({.type = PacketType::connect, .nsp = nsp_, .data = std::move(said)}));
  send(std::exchange(held_, {}));
}

// ---- what the client says

void ClientSocket::receive(Packet packet) {
  switch (packet.type) {
    case PacketType::event:
      return receive_event(std::move(packet));
    case PacketType::ack: {
      auto node = awaited_.extract(*packet.id);
      if (!node) return;
      node.mapped().on_ack(AckedWith{std::move(packet.data.get_array()), std::move(packet.attachments)});
      return client_.settle();
    }
    case PacketType::disconnect:
      return client_.left(*this);
    default:
      return client_.close("parse error", false);
  }
}

void ClientSocket::receive_event(Packet packet) {
  auto& array = packet.data.get_array();
  Event event;
  const auto& name = array.front();
  event.name = name.is_string() ? std::string(name.get_string()) : json::serialize(name);
  array.erase(array.begin());
  event.args = std::move(array);
  event.attachments = std::move(packet.attachments);
  if (packet.id) {
    event.ack = [server = client_.server().self, ref = ref(), loop = &loop(), id = *packet.id,
                 answered = false](const json::array& args, Attachments attachments) mutable {
      if (std::exchange(answered, true)) return;
      with_socket(server, ref, loop,
                  [id, args, attachments = std::move(attachments)](ClientSocket& socket) mutable {
                    socket.answer(id, args, std::move(attachments));
                  });
    };
  }
  if (on_event_) on_event_(std::move(event));
}

// ---- what it hears

void ClientSocket::answer(std::uint64_t id, const json::array& args, Attachments attachments) {
  if (state_ != State::joined) return;
  send(encode_packet(
      {.type = PacketType::ack, .nsp = nsp_, .id = id, .data = args, .attachments = std::move(attachments)}));
}

void ClientSocket::send(const std::vector<web::SharedFrame>& frames) {
  if (state_ == State::joined) {
    for (const auto& frame : frames) client_.connection().send(frame);
    return;
  }
  if (state_ == State::gone) return;
  for (const auto& frame : frames) held_bytes_ += frame->payload().size();
  if (held_bytes_ > client_.server().options.engine.limits.queue_limit)
    return client_.close("too slow", false);
  held_.insert(held_.end(), frames.begin(), frames.end());
}

void ClientSocket::emit(std::string_view event, const json::array& args, const Attachments& attachments) {
  emit(prepare(nsp_, event, args, attachments));
}

void ClientSocket::emit(const Prepared& event) {
  if (state_ == State::gone) return;
  if (event.mark && !pid_.empty()) trail_.note(event.mark);
  send(event.frames);
}

void ClientSocket::emit(std::string_view event, const json::array& args, const Attachments& attachments,
                        Duration within, OnAck on_ack) {
  if (state_ == State::gone) return on_ack(error(Errc::cancelled, "the client has gone"));
  if (awaited_.size() >= client_.server().options.acks_limit)
    return on_ack(error(Errc::full, "too many answers are awaited"));
  const auto id = next_ack_++;
  awaited_.emplace(id, Awaited{std::move(on_ack), loop().now() + within});
  json::array data{event};
  data.insert(data.end(), args.begin(), args.end());
  send(encode_packet({.nsp = nsp_, .id = id, .data = std::move(data), .attachments = attachments}));
  client_.settle();
}

Instant ClientSocket::due() const {
  auto first = Instant::max();
  for (const auto& [id, awaited] : awaited_) first = std::min(first, awaited.due);
  return first;
}

void ClientSocket::on_time(Instant now) {
  std::vector<OnAck> late;
  for (auto at = awaited_.begin(); at != awaited_.end();) {
    if (at->second.due > now) {
      ++at;
      continue;
    }
    late.push_back(std::move(at->second.on_ack));
    at = awaited_.erase(at);
  }
  for (auto& each : late) each(error(Errc::unavailable, "the client hasn't answered in time"));
}

// ---- going

void ClientSocket::disconnect(bool connection) {
  if (state_ == State::gone) return;
  if (connection) return client_.disconnect_all();
  if (state_ == State::joined) send(encode_packet({.type = PacketType::disconnect, .nsp = nsp_}));
  state_ = State::gone;
  client_.sweep_later();
}

void ClientSocket::leave(std::string_view why, bool may_return) {
  const bool was_in = state_ == State::joined;
  state_ = State::gone;
  for (auto& [id, awaited] : std::exchange(awaited_, {}))
    awaited.on_ack(error(Errc::cancelled, "the client has gone"));
  if (on_disconnect_) std::exchange(on_disconnect_, {})(why);
  if (!may_return || !was_in || pid_.empty()) return;
  const auto now = loop().now();
  client_.server().returning.put(
      pid_, {nsp_, id_, std::move(data_), std::move(trail_), now + options_.recovery_time}, now);
}

}  // namespace longwave::socketio
