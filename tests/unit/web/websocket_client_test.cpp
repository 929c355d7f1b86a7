// SPDX-License-Identifier: Apache-2.0
#include "web/websocket_client.hpp"

#include "loopback.hpp"
#include "web/websocket.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <string>
#include <vector>

namespace longwave::web::test {
namespace {

/// An echo server and one client on its loop. What happens to the client is a list of words.
class Pair {
 public:
  explicit Pair(WebSocketOptions of_server = {}, WebSocketClientOptions of_client = {})
      : server_options(std::make_shared<const WebSocketOptions>(std::move(of_server))) {
    host.route({"GET"}, "/echo", [this](RequestContext&& context) {
      seen_request = context.request();
      auto* session = context.upgrade(server_options);
      if (!session) return;
      session->on_message([session](std::string_view payload, bool is_binary) {
        if (payload == "close") return session->close(4321, "as you wish");
        is_binary ? session->send_binary(payload) : session->send_text(payload);
      });
      session->on_close(
          [this](std::uint16_t code, std::string_view) { note("server closed " + std::to_string(code)); });
    });
    host.route({"GET"}, "/refused",
               [](RequestContext&& context) { context.respond(Response::text(403, "no\n")); });
    client_options = std::move(of_client);
  }
  ~Pair() {
    if (client) host.on_loop([&] { client.reset(); });
    host.stop();
  }

  void start(const io::TlsContext* tls = nullptr) {
    host.start(tls);
    host.on_loop([&] { client.emplace(host.loops[0], client_options); });
  }
  void open(const std::string& path = "/echo", const std::string& scheme = "ws",
            const std::string& name = "127.0.0.1") {
    open_url(scheme + "://" + name + ":" + std::to_string(host.port) + path);
  }
  void open_url(const std::string& url) {
    host.on_loop([&] {
      client->open(*WebSocketUrl::parse(url), [this](Result<WebSocketSession*> result) {
        if (!result)
          return note("failed " + std::to_string(int(result.error().code)) + " " + result.error().message);
        auto* session = *result;
        session->on_message([this](std::string_view payload, bool is_binary) {
          note((is_binary ? "binary " : "text ") + std::string{payload});
        });
        session->on_close([this](std::uint16_t code, std::string_view reason) {
          note("closed " + std::to_string(code) + " " + std::string{reason});
        });
        note("open");
      });
    });
  }
  void with_session(const std::function<void(WebSocketSession&)>& work) {
    host.on_loop([&] {
      auto* session = client->session();
      ASSERT_NE(session, nullptr);
      work(*session);
    });
  }

  void note(std::string word) {
    const std::lock_guard lock(mutex_);
    notes_.push_back(std::move(word));
    changed_.notify_all();
  }
  /// The next note; fails after some seconds.
  std::string next() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, 60s, [&] { return !notes_.empty(); })) return "nothing";
    auto word = notes_.front();
    notes_.erase(notes_.begin());
    return word;
  }

  Loopback host;
  std::shared_ptr<const WebSocketOptions> server_options;
  WebSocketClientOptions client_options;
  std::optional<WebSocketClient> client;
  Request seen_request;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> notes_;
};

TEST(WebSocketClient, opens_echoes_and_closes) {
  Pair pair;
  pair.start();
  pair.open();
  ASSERT_EQ(pair.next(), "open");
  pair.with_session([](WebSocketSession& session) {
    session.send_text("hello");
    session.send_binary(std::string(100'000, 'x').substr(0, 3));
  });
  EXPECT_EQ(pair.next(), "text hello");
  EXPECT_EQ(pair.next(), "binary xxx");
  pair.with_session([](WebSocketSession& session) { session.close(1000, "bye"); });
  std::vector<std::string> ends = {pair.next(), pair.next()};
  std::sort(ends.begin(), ends.end());
  EXPECT_EQ(ends, (std::vector<std::string>{"closed 1000 bye", "server closed 1000"}));
}

TEST(WebSocketClient, long_messages_go_compressed_and_plain) {
  for (const bool deflate : {false, true}) {
    WebSocketClientOptions options;
    options.session.deflate.on = deflate;
    options.session.message_limit = 1 << 20;
    Pair pair({.message_limit = 1 << 20}, options);
    pair.start();
    pair.open();
    ASSERT_EQ(pair.next(), "open");
    EXPECT_EQ(pair.client->answer().headers.has("Sec-WebSocket-Extensions"), deflate);
    std::string text;
    for (int i = 0; text.size() < 300'000; ++i) text += "track " + std::to_string(i * 7919) + " ";
    for (int i = 0; i < 3; ++i) {
      pair.with_session([&](WebSocketSession& session) { session.send_text(text); });
      EXPECT_EQ(pair.next(), "text " + text);
    }
  }
}

TEST(WebSocketClient, the_server_closes) {
  Pair pair;
  pair.start();
  pair.open();
  ASSERT_EQ(pair.next(), "open");
  pair.with_session([](WebSocketSession& session) { session.send_text("close"); });
  std::vector<std::string> ends = {pair.next(), pair.next()};
  std::sort(ends.begin(), ends.end());
  EXPECT_EQ(ends, (std::vector<std::string>{"closed 4321 as you wish", "server closed 4321"}));
}

TEST(WebSocketClient, headers_origin_and_protocol_arrive) {
  WebSocketClientOptions options;
  options.origin = "http://here.example";
  options.headers.add("Authorization", "Bearer x");
  options.session.protocols = {"first", "second"};
  Pair pair({.protocols = {"second"}}, options);
  pair.start();
  pair.open("/echo?a=b%20c");
  ASSERT_EQ(pair.next(), "open");
  EXPECT_EQ(pair.seen_request.headers.get("Origin"), "http://here.example");
  EXPECT_EQ(pair.seen_request.headers.get("Authorization"), "Bearer x");
  EXPECT_EQ(pair.seen_request.query_value("a"), "b c");
  EXPECT_EQ(pair.client->answer().protocol, "second");
}

TEST(WebSocketClient, says_why_it_could_not) {
  WebSocketClientOptions options;
  options.open_timeout = 500ms;  // the server waits for more of what looks like a request line
  Pair pair({}, options);
  pair.start();
  pair.open("/refused");
  EXPECT_EQ(pair.next(), "failed 2 the server answered 403 Forbidden");
  EXPECT_EQ(pair.client->answer().status, 403);
  pair.open_url("ws://127.0.0.1:1/");
  EXPECT_EQ(pair.next(), "failed 6 can't connect to 127.0.0.1:1: Connection refused");
  pair.open("/echo", "wss");  // to a server that speaks no TLS
  EXPECT_TRUE(pair.next().starts_with("failed 6"));
  pair.open();  // and it can be used again
  EXPECT_EQ(pair.next(), "open");
}

TEST(WebSocketClient, names_are_resolved) {
  Pair pair;
  pair.start();
  pair.open("/echo", "ws", "localhost");
  EXPECT_EQ(pair.next(), "open");
}

TEST(WebSocketClient, a_new_attempt_or_its_end_silences_the_old) {
  Pair pair;
  pair.start();
  pair.open();
  ASSERT_EQ(pair.next(), "open");
  pair.open();
  std::vector<std::string> words = {pair.next(), pair.next()};
  std::sort(words.begin(), words.end());
  EXPECT_EQ(words, (std::vector<std::string>{"open", "server closed 1006"}));
  pair.host.on_loop([&] { pair.client.reset(); });
  EXPECT_EQ(pair.next(), "server closed 1006");
}

TEST(WebSocketClient, may_connect_again_from_on_close) {
  Pair pair;
  pair.start();
  int opened = 0;
  std::function<void()> open = [&] {
    pair.client->open(*WebSocketUrl::parse("ws://127.0.0.1:" + std::to_string(pair.host.port) + "/echo"),
                      [&](Result<WebSocketSession*> result) {
                        ++opened;
                        auto* session = result.value();
                        session->on_close([&](std::uint16_t code, std::string_view) {
                          pair.note("closed " + std::to_string(code));
                          if (opened < 3) open();
                        });
                        session->send_text("close");
                      });
  };
  pair.host.on_loop(open);
  int ours = 0;
  for (int i = 0; i < 6; ++i) ours += pair.next() == "closed 4321";
  EXPECT_EQ(ours, 3);
}

/// A server that says whatever a test wants to the first who comes.
class Scripted {
 public:
  Scripted() : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(listener_, 1), 0);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    url = "ws://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/";
    host.start();
  }
  ~Scripted() {
    if (client) host.on_loop([&] { client.reset(); });
    if (socket_ >= 0) ::close(socket_);
    ::close(listener_);
  }

  /// Opens with these options, and answers the request with what `reply` makes of it; the outcome.
  std::string open(WebSocketClientOptions options,
                   const std::function<std::string(const std::string&)>& reply) {
    std::promise<std::string> ended;
    host.on_loop([&] {
      client.emplace(host.loops[0], options);
      client->open(*WebSocketUrl::parse(url), [&](Result<WebSocketSession*> result) {
        if (!result) return ended.set_value(result.error().message);
        (*result)->on_message(
            [&](std::string_view payload, bool) { messages.set_value(std::string{payload}); });
        ended.set_value("open");
      });
    });
    socket_ = ::accept(listener_, nullptr, nullptr);
    std::string request(4096, '\0');
    request.resize(static_cast<std::size_t>(::recv(socket_, request.data(), request.size(), 0)));
    const auto bytes = reply(request);
    EXPECT_EQ(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL), ssize_t(bytes.size()));
    return ended.get_future().get();
  }
  static std::string accepting(const std::string& request) {
    const std::string_view name = "Sec-WebSocket-Key: ";
    const auto from = request.find(name) + name.size();
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: "
           "Upgrade\r\nSec-WebSocket-Accept: " +
           accept_key(request.substr(from, request.find('\r', from) - from)) + "\r\n\r\n";
  }

  Loopback host;
  std::string url;
  std::optional<WebSocketClient> client;
  std::promise<std::string> messages;

 private:
  int listener_;
  int socket_ = -1;
};

TEST(WebSocketClient, silence_of_the_server_ends_the_attempt) {
  WebSocketClientOptions options;
  options.open_timeout = 50ms;
  Scripted deaf;
  EXPECT_NE(deaf.open(options, [](const auto&) { return ""; }).find("took too long"), std::string::npos);
}

TEST(WebSocketClient, an_endless_answer_ends_the_attempt) {
  WebSocketClientOptions options;
  options.header_limit = 1000;
  Scripted wordy;
  EXPECT_EQ(wordy.open(options, [](const auto&) { return "HTTP/1.1 101 X\r\nA: " + std::string(2000, 'a'); }),
            "the server's answer is too long");
}

TEST(WebSocketClient, interim_answers_are_passed_over_and_frames_behind_the_handshake_arrive) {
  Scripted eager;
  const auto outcome = eager.open({}, [](const std::string& request) {
    return "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + Scripted::accepting(request) +
           encode_frame(op_text, "at once");
  });
  EXPECT_EQ(outcome, "open");
  EXPECT_EQ(eager.messages.get_future().get(), "at once");
}

TEST(WebSocketClient, a_server_that_answers_another_key_is_not_trusted) {
  Scripted liar;
  EXPECT_NE(liar.open({}, [](const auto&) { return Scripted::accepting("Sec-WebSocket-Key: other\r"); })
                .find("Accept"),
            std::string::npos);
}

struct UrlCase {
  const char* text;
  bool secure;
  const char* host;
  int port;
  const char* target;
  const char* unix_path;
  const char* authority;
};

TEST(WebSocketUrl, good_and_bad) {
  const UrlCase good[] = {
      {"ws://host", false, "host", 80, "/", "", "host"},
      {"WSS://host:444/a?b=c", true, "host", 444, "/a?b=c", "", "host:444"},
      {"ws://[::1]:8000/x", false, "::1", 8000, "/x", "", "[::1]:8000"},
      {"wss://[::1]?q", true, "::1", 443, "/?q", "", "[::1]"},
      {"ws+unix:/run/lw.sock:/rpc", false, "localhost", 80, "/rpc", "/run/lw.sock", "localhost"},
      {"ws+unix:///run/lw.sock", false, "localhost", 80, "/", "/run/lw.sock", "localhost"},
  };
  for (const auto& one : good) {
    const auto url = WebSocketUrl::parse(one.text);
    ASSERT_TRUE(url) << one.text;
    EXPECT_EQ(url->secure, one.secure) << one.text;
    EXPECT_EQ(url->host, one.host) << one.text;
    EXPECT_EQ(url->port, one.port) << one.text;
    EXPECT_EQ(url->target, one.target) << one.text;
    EXPECT_EQ(url->unix_path, one.unix_path) << one.text;
    EXPECT_EQ(url->authority(), one.authority) << one.text;
  }
  for (const char* bad :
       {"", "http://host", "ws:host", "ws://", "ws://host:0", "ws://host:65536", "ws://host:x",
        "ws://host/a#b", "ws://host/a b", "ws://me@host/", "ws://[::1", "ws+unix:", "ws+unix:/s:rpc"}) {
    EXPECT_FALSE(WebSocketUrl::parse(bad)) << bad;
  }
}

}  // namespace
}  // namespace longwave::web::test
