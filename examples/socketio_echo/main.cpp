// SPDX-License-Identifier: Apache-2.0
//
// The server that the public test suites of the Engine.IO and Socket.IO protocols expect to find:
//   socketio_echo [--host 127.0.0.1] [--port 3000] [--ping-interval 300] [--ping-timeout 200]
//                 [--max-payload 1000000] [--upgrade-timeout 10000] [--connect-timeout 45000]
//                 [--recovery 0] [--spacing 5] [--loops 1]
// Times in milliseconds; the suites lose packets that come together, hence the spacing of those to a
// WebSocket. /engine.io/ sends every message back. /socket.io/ has the namespaces / and /custom: a client
// that joins is sent `auth` with what it presented, `message` comes back as `message-back`,
// `message-with-ack` is acknowledged with its arguments, and what is told with `publish` reaches everybody in
// the namespace as `news`; who says `watch` (acknowledged) is sent `left` with the id of each client that has
// gone. With --recovery a client that lost its connection may come back within that time, as if nothing had
// been: it is sent the news that it missed.
#include "base/clock.hpp"
#include "dialects/socketio/server.hpp"
#include "io/loop.hpp"
#include "io/signals.hpp"
#include "web/server.hpp"

#include <boost/json.hpp>

#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace longwave;
namespace json = boost::json;

struct Settings {
  std::string host = "127.0.0.1";
  std::map<std::string, std::size_t, std::less<>> numbers = {
      {"--port", 3000},
      {"--ping-interval", 300},
      {"--ping-timeout", 200},
      {"--max-payload", 1'000'000},
      {"--recovery", 0},
      {"--spacing", 5},
      {"--connect-timeout", 45'000},
      {"--loops", 1},
      {"--upgrade-timeout", 10'000},
  };
  std::size_t operator[](std::string_view name) const { return numbers.find(name)->second; }
  Duration time(std::string_view name) const { return std::chrono::milliseconds{(*this)[name]}; }
};

/// Sends back what it gets.
class Echo final : public socketio::EngineHandler {
 public:
  explicit Echo(socketio::EngineConnection& connection) : connection_(connection) {}
  void on_message(std::string_view data, bool is_binary) override {
    is_binary ? connection_.send(web::Frame::binary(data)) : connection_.send_message(data);
  }
  void on_end(socketio::EngineEnd) override {}

 private:
  socketio::EngineConnection& connection_;
};

/// What everybody in a namespace hears, the last of it kept: a channel with positions, as a returning client
/// needs one. Sockets live on several loops, so it is locked.
class News final : public socketio::Recovery {
 public:
  explicit News(std::string nsp) : nsp_(std::move(nsp)) {}
  const std::string& nsp() const { return nsp_; }
  void attach(socketio::Server& server) { server_ = &server; }

  void check(const socketio::Seen& seen, UniqueFunction<void(bool)> done) override {
    std::unique_lock lock(mutex_);
    const bool possible = offset_of(seen) + kept_.size() >= last_;
    lock.unlock();  // it lets the client in before it returns
    done(possible);
  }

  void enter(socketio::Socket& socket) {
    const std::lock_guard lock(mutex_);
    for (auto i = socket.recovered() ? offset_of(socket.seen()) : last_; i < last_; ++i)
      socket.emit(kept_[kept_.size() - (last_ - i)]);
    if (!socket.recovered()) socket.trail().begin(mark(last_));
    members_.push_back(socket.ref());
  }

  void watch(socketio::SocketRef ref) {
    const std::lock_guard lock(mutex_);
    watchers_.push_back(ref);
  }

  void leave(socketio::SocketRef ref, const std::string& id) {
    const std::lock_guard lock(mutex_);
    std::erase(members_, ref);
    std::erase(watchers_, ref);
    for (const auto watcher : watchers_)
      server_->post_to(watcher, [id](socketio::Socket& socket) { socket.emit("left", {id}); });
  }

  void publish(const json::array& args) {
    const std::lock_guard lock(mutex_);
    kept_.push_back(socketio::prepare(nsp_, "news", args, {}, mark(++last_)));
    if (kept_.size() > keep) kept_.pop_front();
    for (const auto ref : members_)
      server_->post_to(ref, [event = kept_.back()](socketio::Socket& socket) { socket.emit(event); });
  }

 private:
  static constexpr std::size_t keep = 100;
  static std::uint64_t offset_of(const socketio::Seen& seen) {
    const auto found = seen.find("news");
    return found == seen.end() ? 0 : found->second->offset;
  }
  static socketio::SharedMark mark(std::uint64_t offset) {
    return std::make_shared<const socketio::Mark>(
        socketio::Mark{"news-" + std::to_string(offset), "news", "1", offset});
  }

  std::string nsp_;
  socketio::Server* server_ = nullptr;
  std::mutex mutex_;
  std::deque<socketio::Prepared> kept_;
  std::uint64_t last_ = 0;
  std::vector<socketio::SocketRef> members_;
  std::vector<socketio::SocketRef> watchers_;
};

void serve(News& news, socketio::Socket& socket, const json::object& auth, socketio::Admission admit) {
  socket.on_event([&socket, &news](socketio::Event event) {
    if (event.name == "publish") news.publish(event.args);
    if (event.name == "watch" && event.ack) {
      news.watch(socket.ref());
      event.ack({}, {});
    }
    if (event.name == "message") socket.emit("message-back", event.args, event.attachments);
    if (event.name == "message-with-ack" && event.ack) event.ack(event.args, std::move(event.attachments));
    if (event.name == "ask") {  // the other way round: we ask, and tell what was answered
      socket.emit("question", event.args, event.attachments, std::chrono::seconds{10},
                  [&socket](Result<socketio::AckedWith> answer) {
                    if (answer) socket.emit("answered", answer->args, answer->attachments);
                  });
    }
    if (event.name == "leave") socket.disconnect();
    if (event.name == "close") socket.disconnect(true);
  });
  // Told when it may come back: not before this call has returned.
  socket.on_disconnect([&socket, &news](std::string_view) {
    socket.loop().defer([&news, ref = socket.ref(), id = socket.id()] { news.leave(ref, id); });
  });
  admit({});
  if (!socket.recovered()) socket.emit("auth", {auth});
  news.enter(socket);
}

socketio::EngineOptions engine_options(const Settings& settings, std::string path) {
  socketio::EngineOptions options;
  options.path = std::move(path);
  options.limits.ping_interval = settings.time("--ping-interval");
  options.limits.ping_timeout = settings.time("--ping-timeout");
  options.limits.upgrade_timeout = settings.time("--upgrade-timeout");
  options.limits.max_payload = settings["--max-payload"];
  options.spacing = settings.time("--spacing");
  options.cors = [](const web::Request&, web::Headers& fields) {
    fields.add("Access-Control-Allow-Origin", "*");
  };
  return options;
}

int run(const Settings& settings) {
  io::LoopGroup loops{settings["--loops"]};
  const SystemClock clock;
  web::Router router;
  News main_news("/");
  News custom_news("/custom");
  socketio::Engine engine(
      loops, engine_options(settings, "/engine.io/"),
      [](socketio::EngineConnection& connection) { return std::make_unique<Echo>(connection); });
  socketio::Server sockets(loops, {.engine = engine_options(settings, "/socket.io/"),
                                   .connect_timeout = settings.time("--connect-timeout")});
  for (auto* news : {&main_news, &custom_news}) {
    news->attach(sockets);
    sockets.of(news->nsp(),
               {.on_connect = [news](auto& socket, const auto& auth,
                                     auto admit) { serve(*news, socket, auth, std::move(admit)); },
                .recovery_time = settings.time("--recovery"),
                .recovery = news});
  }
  for (const auto& added : {engine.add_routes(router), sockets.add_routes(router)}) {
    if (added) continue;
    std::fprintf(stderr, "%s\n", added.error().message.c_str());
    return 1;
  }
  web::Server server(loops, clock, router, {});
  io::Listener::Options listen;
  listen.endpoint = {settings.host, static_cast<std::uint16_t>(settings["--port"]), {}};
  const auto endpoint = server.listen(std::move(listen));
  if (!endpoint) {
    std::fprintf(stderr, "%s\n", endpoint.error().message.c_str());
    return 1;
  }
  std::printf("http://%s/\n", endpoint->text().c_str());
  std::fflush(stdout);
  io::Loop waiting;
  const io::Signals signals(waiting, {SIGINT, SIGTERM}, [&](int) {
    engine.close_all();
    sockets.close_all();
    server.shutdown(std::chrono::seconds{1}, [&] { waiting.stop(); });
  });
  loops.start();
  waiting.run();
  loops.stop();
  return 0;
}

bool parse(int count, char** words, Settings& into) {
  for (int i = 1; i < count; i += 2) {
    const std::string_view option = words[i];
    const std::string_view value = i + 1 < count ? words[i + 1] : "";
    if (option == "--host" && !value.empty()) {
      into.host = value;
      continue;
    }
    const auto known = into.numbers.find(option);
    if (known == into.numbers.end()) return false;
    const auto* end = value.data() + value.size();
    const auto [last, failed] = std::from_chars(value.data(), end, known->second);
    if (failed != std::errc{} || last != end || value.empty()) return false;
  }
  return into["--port"] < 65536 && into["--loops"] > 0 && into["--loops"] <= 64;
}

}  // namespace

int main(int count, char** words) {
  Settings settings;
  if (!parse(count, words, settings)) {
    std::fprintf(stderr, "socketio_echo [--host 127.0.0.1]");
    for (const auto& [name, value] : Settings{}.numbers)
      std::fprintf(stderr, " [%s %zu]", name.c_str(), value);
    std::fprintf(stderr, "   times in milliseconds\n");
    return count == 2 && std::string_view(words[1]) == "--help" ? 0 : 2;
  }
  io::ignore_broken_pipes();
  return run(settings);
}
