// SPDX-License-Identifier: Apache-2.0
#include "dialects/channelstream/g1_wires.hpp"

#include <boost/json.hpp>

namespace longwave::channelstream::g1 {
namespace {

namespace json = boost::json;

constexpr std::string_view namespace_name = "/stream";

socketio::ServerOptions options_of(const Surroundings& around) {
  socketio::ServerOptions options;
  const auto& settings = around.settings;
  options.engine.gate = [&settings](web::Request& request) -> std::optional<web::Response> {
    if (admits(settings, request)) return std::nullopt;
    return web::Response::text(403, "pages of this origin may not connect here\n");
  };
  options.engine.cors = [&settings](const web::Request& request, web::Headers& headers) {
    add_cors(settings, request, headers);
  };
  return options;
}

Credentials credentials_of(const socketio::Socket& socket, const json::object& auth) {
  const auto value = [&](std::string_view name) {
    const auto* given = auth.if_contains(name);
    if (given && given->is_string()) return std::string(given->get_string());
    return std::string(socket.handshake().query_value(name).value_or(""));
  };
  auto signature = value("sig");
  if (signature.empty()) signature = value("signature");
  return {value("username"), std::move(signature), value("conn_id")};
}

std::vector<std::string> names_in(const json::array& args) {
  std::vector<std::string> names;
  const auto* list = args.empty() ? nullptr : args[0].if_array();
  if (!list) return names;
  for (const auto& name : *list) {
    if (const auto* text = name.if_string()) names.emplace_back(*text);
  }
  return names;
}

json::array args_of(const std::vector<std::string>& channels) {
  json::array list;
  for (const auto& name : channels) list.emplace_back(name);
  return {json::value(std::move(list))};
}

}  // namespace

ModernWire::ModernWire(Streams& streams, const Surroundings& around)
    : Wire(streams), around_(around), server_(around.loops, options_of(around)) {
  socketio::NamespaceOptions options;
  options.on_connect = [this](socketio::Socket& socket, const json::object& auth,
                              socketio::Admission admission) { connect(socket, auth, std::move(admission)); };
  server_.of(std::string(namespace_name), std::move(options));
}

void ModernWire::connect(socketio::Socket& socket, const json::object& auth, socketio::Admission admission) {
  auto who = credentials_of(socket, auth);
  if (judge(who, around_.settings, around_.clock.wall()) != Verdict::good)
    return admission(error(Errc::refused, "unauthorized"));
  const auto ref = socket.ref();
  const Target target{ref.connection.group, ++last_};
  hear(socket, target);
  around_.hub_post([this, ref, target, who = std::move(who),
                    admission = std::make_unique<socketio::Admission>(std::move(admission))]() mutable {
    places_[target.number] = {ref, std::move(admission)};
    streams_.enter(*this, target, who.user, who.conn_id);
  });
}

void ModernWire::hear(socketio::Socket& socket, Target target) {
  socket.on_event([this, target, ref = socket.ref()](socketio::Event event) {
    const bool joins = event.name == "join";
    if (!joins && event.name != "leave") return;
    around_.hub_post([this, target, ref, joins, names = names_in(event.args),
                      ack = std::make_shared<socketio::Ack>(std::move(event.ack))]() mutable {
      streams_.heard(*this, target);
      Streams::Answer answer = [this, ref, ack](const std::vector<std::string>& channels) {
        server_.post_to(ref, [ack, args = args_of(channels)](socketio::Socket&) {
          if (*ack) (*ack)(args, {});
        });
      };
      joins ? streams_.join(*this, target, std::move(names), std::move(answer))
            : streams_.leave(*this, target, names, std::move(answer));
    });
  });
  socket.on_disconnect([this, target](std::string_view why) {
    // "client namespace disconnect" and "server …" are meant; the others are losses.
    const bool goodbye = why.find("namespace disconnect") != why.npos;
    around_.hub_post([this, target, goodbye] {
      streams_.gone(*this, target, goodbye);
      places_.erase(target.number);
    });
  });
}

void ModernWire::admit(Target target, const Result<void>& result) {
  const auto found = places_.find(target.number);
  if (found == places_.end() || !found->second.admission) return;
  const auto admission = std::move(found->second.admission);
  (*admission)(result);
  if (!result) places_.erase(found);
}

void ModernWire::emit(std::span<const Target> targets, std::string_view name, const json::array& args) {
  const auto event =
      std::make_shared<const socketio::Prepared>(socketio::prepare(namespace_name, name, args));
  for (const auto& target : targets) {
    const auto found = places_.find(target.number);
    if (found == places_.end()) continue;
    server_.post_to(found->second.ref, [event](socketio::Socket& socket) { socket.emit(*event); });
  }
}

void ModernWire::end(Target target) {
  const auto found = places_.find(target.number);
  if (found == places_.end()) return;
  server_.post_to(found->second.ref, [](socketio::Socket& socket) { socket.disconnect(); });
  places_.erase(found);
}

}  // namespace longwave::channelstream::g1
