// room: socketio
// SPDX-License-Identifier: Apache-2.0
// Requests, messages and time, a line each, to an Engine.IO session: whatever comes, only a GET that waits is
// answered, what it is answered is a payload, nothing is received behind the end, the end is told once, and
// what is queued has a bound.
#include "base/assert.hpp"
#include "base/text.hpp"
#include "dialects/socketio/engine_session.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace longwave;
using namespace longwave::socketio;

constexpr std::size_t queue_limit = 64;
constexpr std::size_t largest_packet = 4096;

struct Outlet final : EngineOutlet {
  void answer_poll(std::string payload) override {
    LW_ASSERT(polling, "nobody waits");
    LW_ASSERT(decode_payload(payload, largest_packet), payload);
    polling = false;
  }
  void transmit(const web::SharedFrame&) override {
    LW_ASSERT(session->transport() == EngineSession::Transport::websocket, "there is no WebSocket");
  }
  void send_probe(const web::SharedFrame&) override { LW_ASSERT(probing, "nobody probes"); }
  void upgraded() override {
    LW_ASSERT(probing && !polling, "a probe becomes the transport when no poll waits any more");
    probing = false;
  }
  void close_socket(bool) override {}
  void close_probe() override {
    LW_ASSERT(probing, "nobody probes");
    probing = false;
  }
  void received(std::string_view data, bool is_binary) override {
    LW_ASSERT(!over, "received behind the end");
    if (data.starts_with('q')) return session->close(now);
    session->send(is_binary ? web::Frame::binary(data) : web::Frame::text("4" + std::string(data)));
  }
  void ended(EngineEnd) override {
    LW_ASSERT(!over, "ended twice");
    over = true;
  }

  EngineSession* session = nullptr;
  Instant now{};
  bool polling = false;
  bool probing = false;
  bool over = false;
};

void step(EngineSession& session, Outlet& outlet, char what, std::string_view line) {
  switch (what) {
    case 'g': {
      const bool waited = outlet.polling;
      if (!waited) outlet.polling = true;
      const bool good = session.poll(outlet.now);
      if (!good && !waited) outlet.polling = false;
      break;
    }
    case 'l':
      outlet.polling = false;
      session.poll_lost();
      break;
    case 'p':
      session.post(line, outlet.now);
      break;
    case 'u':
      if (session.probe(outlet.now)) outlet.probing = true;
      break;
    case 'v':
      if (outlet.probing) session.probe_message(line, false, outlet.now);
      break;
    case 'w':
      if (session.transport() != EngineSession::Transport::websocket) break;
      session.socket_message(line, line.starts_with('!'), outlet.now);
      break;
    case 'x':
      if (outlet.probing) session.probe_lost();
      outlet.probing = false;
      break;
    case 'y':
      session.socket_lost();
      break;
    case 's':
      if (line.find(packet_separator) != line.npos) break;  // the owner's duty: JSON never has it
      session.send(web::Frame::text("4" + std::string(line)));
      break;
    case 'c':
      session.close(outlet.now);
      break;
    case 't':
      outlet.now += std::chrono::seconds{line.size()};
      session.on_time(outlet.now);
      break;
    default:
      session.violated();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string_view input(reinterpret_cast<const char*>(data), size);
  EngineLimits limits;
  limits.queue_limit = queue_limit;
  limits.packets_limit = 8;
  Outlet outlet;
  const auto first =
      input.front() & 1 ? EngineSession::Transport::websocket : EngineSession::Transport::polling;
  EngineSession session(limits, first, outlet.now, outlet);
  outlet.session = &session;
  input.remove_prefix(1);
  while (!input.empty()) {
    const auto line = input.substr(0, input.find('\n'));
    input.remove_prefix(std::min(line.size() + 1, input.size()));
    // Text messages of WebSockets, and what the owner says, are UTF-8.
    if (line.empty() || (line.front() != 'p' && !text::valid_utf8(line))) continue;
    step(session, outlet, line.front(), line.substr(1));
    LW_ASSERT(session.queued_bytes() <= queue_limit + size + 1,
              "more is queued than one packet above the limit");
    LW_ASSERT(!session.finished() || outlet.over, "finished without an end");
    LW_ASSERT(!session.finished() || !outlet.polling, "a GET waits for ever");
  }
  return 0;
}
