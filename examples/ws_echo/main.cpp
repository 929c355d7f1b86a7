// SPDX-License-Identifier: Apache-2.0
//
// A WebSocket that sends back what it gets, for the public conformance suites:
//   ws_echo [--host 127.0.0.1] [--port 9001]     serves every path, without limits that get in a suite's way
//   ws_echo --client URL [--agent NAME] [--ca FILE]
// runs through the cases of a server that speaks Autobahn's getCaseCount, runCase and updateReports, over
// ws://HOST:PORT, wss://HOST:PORT (trusting the certificates in FILE) or ws+unix:/SOCKET:
#include "base/clock.hpp"
#include "io/loop.hpp"
#include "io/signals.hpp"
#include "web/server.hpp"
#include "web/websocket.hpp"
#include "web/websocket_client.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace {

using namespace longwave;

web::WebSocketOptions generous() {
  constexpr std::size_t gigabyte = std::size_t{1} << 30;
  web::WebSocketOptions options;
  options.message_limit = gigabyte;
  options.queue_limit = 4 * gigabyte;
  options.ping_every = Duration::zero();
  options.deflate.threshold = 0;
  options.deflate.peer_context_takeover = true;
  return options;
}

void echo(web::WebSocketSession& session) {
  session.on_message([&session](std::string_view payload, bool is_binary) {
    is_binary ? session.send_binary(payload) : session.send_text(payload);
  });
}

int serve(const std::string& host, std::uint16_t port) {
  io::LoopGroup loops{1};
  SystemClock clock;
  web::Router router;
  const auto options = std::make_shared<const web::WebSocketOptions>(generous());
  const auto handler = [options](web::RequestContext&& context) {
    if (auto* session = context.upgrade(options)) echo(*session);
  };
  (void)router.add({.methods = {"GET"}, .pattern = "/", .description = "echo", .handler = handler});
  (void)router.add({.methods = {"GET"}, .pattern = "/*path", .description = "echo", .handler = handler});
  web::Server server(loops, clock, router, {});
  io::Listener::Options listen;
  listen.endpoint = {host, port, {}};
  const auto endpoint = server.listen(listen);
  if (!endpoint) {
    std::fprintf(stderr, "%s\n", endpoint.error().message.c_str());
    return 1;
  }
  std::printf("ws://%s/\n", endpoint->text().c_str());
  std::fflush(stdout);
  io::Loop& loop = loops[0];
  io::Signals signals(loop, {SIGINT, SIGTERM},
                      [&](int) { server.shutdown(std::chrono::seconds{1}, [&] { loop.stop(); }); });
  loop.run();
  return 0;
}

/// Walks through the cases: how many, each of them, the report.
class Walk {
 public:
  Walk(io::Loop& loop, std::string base, std::string agent, const std::string& ca)
      : loop_(loop),
        base_(std::move(base)),
        agent_(std::move(agent)),
        client_(loop, {.session = generous(), .tls = {.ca_file = ca}}) {
    open("/getCaseCount", [this] { next(); });
  }
  bool failed() const { return failed_; }

 private:
  void open(const std::string& target, std::function<void()> then) {
    const auto url = web::WebSocketUrl::parse(base_ + target);
    if (!url) return end(url.error().message);
    client_.open(*url, [this, then = std::move(then)](Result<web::WebSocketSession*> result) {
      if (!result) return end(result.error().message);
      auto& session = **result;
      if (count_ < 0) {
        session.on_message(
            [this](std::string_view text, bool) { count_ = std::atoi(std::string{text}.c_str()); });
      } else {
        echo(session);
      }
      session.on_close([then](std::uint16_t, std::string_view) { then(); });
    });
  }

  void next() {
    if (at_++ < count_)
      return open("/runCase?case=" + std::to_string(at_) + "&agent=" + agent_, [this] { next(); });
    std::printf("%d cases\n", count_);
    open("/updateReports?agent=" + agent_, [this] { loop_.stop(); });
  }

  void end(const std::string& why) {
    std::fprintf(stderr, "case %d: %s\n", at_, why.c_str());
    failed_ = true;
    loop_.stop();
  }

  io::Loop& loop_;
  std::string base_;
  std::string agent_;
  web::WebSocketClient client_;
  int count_ = -1;
  int at_ = 0;
  bool failed_ = false;
};

int run_client(const std::string& url, const std::string& agent, const std::string& ca) {
  io::Loop loop;
  std::unique_ptr<Walk> walk;
  loop.post([&] { walk = std::make_unique<Walk>(loop, url, agent, ca); });
  loop.run();
  return walk && !walk->failed() ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
  std::string host = "127.0.0.1";
  std::string client;
  std::string agent = "Longwave";
  std::string ca;
  int port = 9001;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    const bool has_value = i + 1 < count;
    if (word == "--host" && has_value) {
      host = words[++i];
    } else if (word == "--port" && has_value) {
      port = std::atoi(words[++i]);
    } else if (word == "--client" && has_value) {
      client = words[++i];
    } else if (word == "--ca" && has_value) {
      ca = words[++i];
    } else if (word == "--agent" && has_value) {
      agent = words[++i];
    } else {
      std::fprintf(stderr,
                   "ws_echo [--host HOST (127.0.0.1)] [--port PORT (9001)] | ws_echo --client URL [--agent "
                   "NAME] [--ca FILE]\n");
      return word == "--help" ? 0 : 2;
    }
  }
  return client.empty() ? serve(host, static_cast<std::uint16_t>(port)) : run_client(client, agent, ca);
}
