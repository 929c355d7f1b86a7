// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "dialects/channelstream/g1_stream.hpp"
#include "dialects/channelstream/settings.hpp"
#include "dialects/socketio/legacy_server.hpp"
#include "dialects/socketio/server.hpp"

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace longwave::channelstream::g1 {

/// What both wires need. Everything outlives them.
struct Surroundings {
  io::LoopGroup& loops;
  Post hub_post;  ///< runs a task on the hub's thread
  const Settings& settings;
  const Clock& clock;
};

/// What a page says about who it is: the parameters of its address, or an object of its own.
struct Credentials {
  std::string user;
  std::string signature;
  std::string conn_id;  ///< may be empty
};
enum class Verdict { good, missing, bad };
/// Pure. The signature covers the user's name and a time (docs/protocols/channelstream.md, "Signatures").
Verdict judge(const Credentials& credentials, const Settings& settings, WallTime now);

/// A page of this origin may connect: ours, one of `allow_cors`, or any if none are set.
bool admits(const Settings& settings, const web::Request& request);
/// The fields that let a page of another origin use socket.io: exact origins, and any if none are set. Old
/// clients send credentials along, so the origin is named; no cookie means anything at these addresses.
void add_cors(const Settings& settings, const web::Request& request, web::Headers& headers);

/// /stream for Socket.IO 0.9. Made before the loops start, destroyed after they and the hub's have stopped.
class LegacyWire final : public Wire {
 public:
  LegacyWire(Streams& streams, const Surroundings& around);
  Result<void> add_routes(web::Router& router) { return server_.add_routes(router); }

  void admit(Target target, const Result<void>& result) override;
  void emit(std::span<const Target> targets, std::string_view name, const boost::json::array& args) override;
  void end(Target target) override;

 private:
  class Page;
  Surroundings around_;
  socketio::legacy::Server server_;
};

/// /stream for Socket.IO 5 (Engine.IO 4), at /socket.io/. Life as of LegacyWire.
class ModernWire final : public Wire {
 public:
  ModernWire(Streams& streams, const Surroundings& around);
  Result<void> add_routes(web::Router& router) { return server_.add_routes(router); }

  void admit(Target target, const Result<void>& result) override;
  void emit(std::span<const Target> targets, std::string_view name, const boost::json::array& args) override;
  void end(Target target) override;

 private:
  using Admissions = std::unique_ptr<socketio::Admission>;
  /// A client as the hub's thread knows it.
  struct Place {
    socketio::SocketRef ref;
    Admissions admission = {};
  };
  void connect(socketio::Socket& socket, const boost::json::object& auth, socketio::Admission admission);
  void hear(socketio::Socket& socket, Target target);

  Surroundings around_;
  std::atomic<std::uint64_t> last_{0};
  std::unordered_map<std::uint64_t, Place> places_;  // on the hub's thread
  socketio::Server server_;
};

}  // namespace longwave::channelstream::g1
