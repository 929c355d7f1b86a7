// SPDX-License-Identifier: Apache-2.0
// The client against a receiver of plain sockets, that answers, hangs, talks too much or isn't there.
#include "http/client.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace longwave::http {
namespace {

using namespace std::chrono_literals;

/// Takes one request a connection, on a thread each, and answers by its path: /hang never, /long with too
/// much, else 200 with the length of its body.
class Receiver {
 public:
  Receiver() : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(fd_, reinterpret_cast<const sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(fd_, 64), 0);
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    accepting_ = std::thread([this] { accept(); });
  }
  ~Receiver() {
    ::shutdown(fd_, SHUT_RDWR);
    accepting_.join();
    ::close(fd_);
    for (const int one : connections_) ::shutdown(one, SHUT_RDWR);
    for (auto& thread : threads_) thread.join();
    for (const int one : connections_) ::close(one);
  }

  std::string url(const std::string& path) const { return fmt::format("http://127.0.0.1:{}{}", port_, path); }
  std::vector<std::string> heads() {
    const std::lock_guard lock(mutex_);
    return heads_;
  }

 private:
  void accept() {
    for (;;) {
      const int one = ::accept(fd_, nullptr, nullptr);
      if (one < 0) return;
      connections_.push_back(one);
      threads_.emplace_back([this, one] { serve(one); });
    }
  }
  void serve(int connection) {
    std::string read;
    char some[4096];
    std::size_t end = std::string::npos;
    while ((end = read.find("\r\n\r\n")) == read.npos) {
      const auto count = ::recv(connection, some, sizeof some, 0);
      if (count <= 0) return;
      read.append(some, static_cast<std::size_t>(count));
    }
    const auto at = read.find("Content-Length: ");
    const std::size_t length = at < end ? std::stoul(read.substr(at + 16)) : 0;
    while (read.size() < end + 4 + length) {
      const auto count = ::recv(connection, some, sizeof some, 0);
      if (count <= 0) return;
      read.append(some, static_cast<std::size_t>(count));
    }
    {
      const std::lock_guard lock(mutex_);
      heads_.push_back(read.substr(0, end));
    }
    if (read.find(" /hang") != read.npos) return;
    const auto body = read.find(" /long") != read.npos ? std::string(1001, 'x') : std::to_string(length);
    const auto status = read.find(" /move") != read.npos ? "302 Found\r\nLocation: /elsewhere" : "200 OK";
    const auto answer = fmt::format("HTTP/1.1 {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}",
                                    status, body.size(), body);
    ::send(connection, answer.data(), answer.size(), MSG_NOSIGNAL);
    ::shutdown(connection, SHUT_WR);
  }

  int fd_;
  std::uint16_t port_ = 0;
  std::thread accepting_;
  std::vector<int> connections_;      // of the accepting thread, until it has ended
  std::vector<std::thread> threads_;  // the same
  std::mutex mutex_;
  std::vector<std::string> heads_;
};

struct ClientTest : ::testing::Test {
  Receiver receiver;
  Client client{"Longwave/test"};

  std::future<Answer> send(Request request) {
    auto promise = std::make_shared<std::promise<Answer>>();
    auto future = promise->get_future();
    client.send(std::move(request), [promise](Answer answer) { promise->set_value(std::move(answer)); });
    return future;
  }
  Answer ask(Request request) {
    auto future = send(std::move(request));
    if (future.wait_for(60s) == std::future_status::ready) return future.get();
    ADD_FAILURE() << "no answer";
    return {};
  }
};

TEST_F(ClientTest, gets_and_posts) {
  EXPECT_EQ(ask({.url = receiver.url("/a?b=c")}).body, "0");
  const auto posted = ask({.method = "POST",
                           .url = receiver.url("/../x/"),
                           .body = std::string(5000, 'y'),
                           .content_type = "application/json"});
  EXPECT_EQ(posted.status, 200);
  EXPECT_EQ(posted.body, "5000");
  EXPECT_EQ(ask({.method = "POST", .url = receiver.url("/empty")}).body, "0");
  const auto heads = receiver.heads();
  ASSERT_EQ(heads.size(), 3u);
  EXPECT_TRUE(heads[0].starts_with("GET /a?b=c HTTP/1.1\r\n")) << heads[0];
  EXPECT_NE(heads[0].find("User-Agent: Longwave/test"), std::string::npos);
  EXPECT_TRUE(heads[1].starts_with("POST /../x/ HTTP/1.1\r\n")) << heads[1];
  EXPECT_NE(heads[1].find("Content-Type: application/json"), std::string::npos);
  EXPECT_EQ(heads[1].find("Expect"), std::string::npos);
  EXPECT_NE(heads[2].find("Content-Length: 0"), std::string::npos) << heads[2];
  EXPECT_EQ(heads[2].find("Content-Type"), std::string::npos) << heads[2];
}

TEST_F(ClientTest, one_that_hangs_holds_nobody_up) {
  auto hanging = send({.url = receiver.url("/hang"), .timeout = 300ms});
  std::vector<std::future<Answer>> others;
  for (int i = 0; i < 20; ++i) others.push_back(send({.url = receiver.url("/")}));
  for (auto& one : others) EXPECT_EQ(one.get().status, 200);
  const auto answer = hanging.get();
  EXPECT_EQ(answer.status, 0);
  EXPECT_NE(answer.failure, "");
}

TEST_F(ClientTest, failures_say_why_and_never_what) {
  const auto nobody = ask({.url = "http://127.0.0.1:9/?key=s3cret"});
  EXPECT_EQ(nobody.status, 0);
  EXPECT_NE(nobody.failure, "");
  EXPECT_EQ(nobody.failure.find("s3cret"), std::string::npos);
  EXPECT_EQ(ask({.url = receiver.url("/long"), .most_bytes = 1001}).body.size(), 1001u);
  EXPECT_EQ(ask({.url = receiver.url("/long"), .most_bytes = 1000}).status, 0);
  EXPECT_EQ(ask({.url = "file:///etc/passwd"}).status, 0) << "only HTTP";
  EXPECT_EQ(ask({.url = receiver.url("/move")}).status, 302) << "redirects are not followed";
}

TEST_F(ClientTest, stopping_answers_everybody) {
  auto hanging = send({.url = receiver.url("/hang"), .timeout = 60s});
  while (receiver.heads().empty()) std::this_thread::yield();
  client.stop();
  EXPECT_EQ(hanging.get().status, 0);
  EXPECT_EQ(ask({.url = receiver.url("/")}).status, 0);
}

TEST(UrlEncode, leaves_only_what_is_plain) {
  EXPECT_EQ(url_encode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(url_encode("/?&=+ %\xC3\xA4"), "%2F%3F%26%3D%2B%20%25%C3%A4");
}

}  // namespace
}  // namespace longwave::http
