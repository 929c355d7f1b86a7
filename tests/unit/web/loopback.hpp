// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "io/loop.hpp"
#include "web/server.hpp"
#include "web/websocket_codec.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>
#include <optional>
#include <string>
#include <string_view>

namespace longwave::web::test {

using namespace std::chrono_literals;

/// A blocking client on a real socket. Every wait ends after some seconds, so that a defect fails instead of
/// hanging.
class Client {
 public:
  explicit Client(std::uint16_t port, int receive_buffer = 0) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    if (receive_buffer > 0) ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      ADD_FAILURE() << "connect";
  }
  ~Client() { ::close(fd_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void send(std::string_view bytes) {
    EXPECT_EQ(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL), ssize_t(bytes.size()));
  }
  void finish() { ::shutdown(fd_, SHUT_WR); }

  /// Reads until `text` has come; what was read up to and with it. On end or time-out: what there is.
  std::string until(std::string_view text) {
    while (read_.find(text) == read_.npos && fill()) {
    }
    const auto at = read_.find(text);
    return take(at == read_.npos ? read_.size() : at + text.size());
  }
  std::string exactly(std::size_t size) {
    while (read_.size() < size && fill()) {
    }
    return take(std::min(size, read_.size()));
  }
  std::string to_end() {
    while (fill()) {
    }
    return take(read_.size());
  }
  /// True when the peer has closed and nothing is left.
  bool ended() { return read_.empty() && !fill() && !timed_out_; }

  struct Answer {
    int status = 0;
    std::string head;
    std::string body;
    std::string header(std::string_view name) const {
      const auto line = "\r\n" + std::string{name} + ": ";
      const auto at = head.find(line);
      if (at == head.npos) return "";
      const auto from = at + line.size();
      return head.substr(from, head.find('\r', from) - from);
    }
  };
  /// One answer with Content-Length (or without a body).
  Answer answer(bool head_only = false) {
    Answer answer;
    answer.head = until("\r\n\r\n");
    if (answer.head.size() < 12) return answer;
    answer.status = std::stoi(answer.head.substr(9, 3));
    const auto length = answer.header("Content-Length");
    if (!length.empty() && !head_only) answer.body = exactly(std::stoul(length));
    return answer;
  }
  Answer get(std::string_view target, std::string_view headers = "", std::string_view method = "GET") {
    send(std::string{method} + " " + std::string{target} + " HTTP/1.1\r\nHost: here\r\n" +
         std::string{headers} + "\r\n");
    return answer(method == "HEAD");
  }

  // WebSocket
  bool open_web_socket(std::string_view target, std::string_view headers = "") {
    send("GET " + std::string{target} +
         " HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: "
         "13\r\n"
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
         std::string{headers} + "\r\n");
    handshake = until("\r\n\r\n");
    return handshake.find("101 ") != handshake.npos &&
           handshake.find("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") != handshake.npos;
  }
  static std::string masked(std::uint8_t first, std::string_view payload) {
    auto frame = encode_frame(0, payload);
    const auto header = frame.size() - payload.size();
    frame[0] = static_cast<char>(first);
    frame[1] = static_cast<char>(frame[1] | 0x80);
    const std::string mask = "\x11\x22\x33\x44";
    for (std::size_t i = 0; i < payload.size(); ++i)
      frame[header + i] = static_cast<char>(payload[i] ^ mask[i & 3]);
    return frame.insert(header, mask);
  }
  void send_text(std::string_view payload) { send(masked(0x81, payload)); }
  struct Received {
    int opcode = -1;  // -1: the connection ended
    std::string payload;
    int code() const { return payload.size() < 2 ? 1005 : (payload[0] & 0xff) << 8 | (payload[1] & 0xff); }
  };
  Received receive() {
    const auto two = exactly(2);
    if (two.size() < 2) return {};
    std::size_t length = two[1] & 0x7f;
    if (length >= 126) {
      std::size_t wide = 0;
      for (const char c : exactly(length == 126 ? 2 : 8)) wide = wide << 8 | (c & 0xff);
      length = wide;
    }
    return {two[0] & 0x0f, exactly(length)};
  }

  std::string handshake;

 private:
  bool fill() {
    pollfd ready{fd_, POLLIN, 0};
    if (::poll(&ready, 1, 10'000) != 1) {
      timed_out_ = true;
      ADD_FAILURE() << "nothing came for 10 s";
      return false;
    }
    char bytes[16384];
    const auto size = ::recv(fd_, bytes, sizeof bytes, 0);
    if (size > 0) read_.append(bytes, static_cast<std::size_t>(size));
    return size > 0;
  }
  std::string take(std::size_t size) {
    auto taken = read_.substr(0, size);
    read_.erase(0, size);
    return taken;
  }
  int fd_;
  std::string read_;
  bool timed_out_ = false;
};

/// A server on a port that the system chose. Add routes, then start().
class Loopback {
 public:
  explicit Loopback(std::size_t loop_count = 1) : loops(loop_count) {}
  ~Loopback() { stop(); }

  void route(std::vector<std::string> methods, std::string pattern, Handler handler,
             std::optional<std::size_t> body_limit = {}) {
    const auto added =
        router.add({std::move(methods), std::move(pattern), "", std::move(handler), body_limit});
    ASSERT_TRUE(added) << added.error().message;
  }
  void start(const io::TlsContext* tls = nullptr) {
    server.emplace(loops, clock, router, options);
    io::Listener::Options listen;
    listen.endpoint = {"127.0.0.1", 0, {}};
    listen.tls = tls;
    const auto endpoint = server->listen(listen);
    ASSERT_TRUE(endpoint) << endpoint.error().message;
    port = endpoint->port;
    loops.start();
  }
  /// Runs it on a loop and waits.
  template <class F>
  void on_loop(F work, std::size_t index = 0) {
    std::promise<void> done;
    loops[index].post([&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }
  bool shut_down(Duration drain) {
    auto done = std::make_shared<std::promise<void>>();
    auto future = done->get_future();
    server->shutdown(drain, [done] { done->set_value(); });
    return future.wait_for(20s) == std::future_status::ready;
  }
  void stop() {
    loops.stop();
    server.reset();
  }

  SystemClock clock;
  Router router;
  ServerOptions options;
  io::LoopGroup loops;
  std::optional<Server> server;
  std::uint16_t port = 0;
};

}  // namespace longwave::web::test
