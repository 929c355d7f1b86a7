// SPDX-License-Identifier: Apache-2.0
#include "io/connector.hpp"

#include "io/loop.hpp"
#include "io/timer.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <string>

namespace longwave::io {
namespace {

using namespace std::chrono_literals;

/// Accepts and says a word.
struct Greeter {
  explicit Greeter(Loop& loop, Endpoint where = {"127.0.0.1", 0, {}}) {
    Listener::Options options;
    options.endpoint = std::move(where);
    auto opened = Listener::open(loop, {&loop}, std::move(options), [this](Loop&, Stream stream) {
      stream.write("hello");
      stream.finish();
      streams.push_back(std::move(stream));
      streams.back().flush();
    });
    EXPECT_TRUE(opened) << opened.error().message;
    listener = std::move(*opened);
  }
  std::unique_ptr<Listener> listener;
  std::vector<Stream> streams;
};

/// Connects once and reads to the end, on a loop of its own, or stops after some seconds.
struct Attempt final : StreamHandler {
  std::string run(Loop& loop, Endpoint where, Duration timeout = 5s) {
    connector.emplace(loop);
    Timer guard(loop);
    guard.after(60s, [&] { loop.stop(); });
    bool inside = true;
    loop.post([&, where = std::move(where)] {
      connector->connect(where, {.timeout = timeout}, [&](Result<Stream> result) {
        EXPECT_FALSE(inside) << "never from inside connect()";
        if (!result) {
          heard = result.error().message;
          return loop.stop();
        }
        stream = std::move(*result);
        stream.start(*this);
      });
      inside = false;
    });
    at = &loop;
    loop.run();
    stream = {};
    connector.reset();
    return heard;
  }
  void on_bytes(std::span<char> bytes) override { heard.append(bytes.data(), bytes.size()); }
  void on_end() override { at->stop(); }
  void on_lost(std::string_view why) override {
    heard += why;
    at->stop();
  }
  std::optional<Connector> connector;
  Stream stream;
  std::string heard;
  Loop* at = nullptr;
};

TEST(Connector, reaches_addresses_names_and_unix_sockets) {
  for (const std::string host : {"127.0.0.1", "localhost"}) {
    Loop loop;
    Greeter greeter(loop);
    EXPECT_EQ(Attempt{}.run(loop, {host, greeter.listener->endpoint().port, {}}), "hello") << host;
  }
  const auto path =
      (std::filesystem::temp_directory_path() / ("longwave-connector-" + std::to_string(::getpid())))
          .string();
  Loop loop;
  Greeter greeter(loop, {"", 0, path});
  EXPECT_EQ(Attempt{}.run(loop, {"", 0, path}), "hello");
}

TEST(Connector, tries_every_address_of_a_name) {
  Loop loop;
  Greeter greeter(loop, {"127.0.0.1", 0, {}});  // nobody listens on ::1, which "localhost" means too
  EXPECT_EQ(Attempt{}.run(loop, {"localhost", greeter.listener->endpoint().port, {}}), "hello");
}

TEST(Connector, says_what_it_could_not_reach) {
  Loop loop;
  EXPECT_EQ(Attempt{}.run(loop, {"127.0.0.1", 1, {}}), "can't connect to 127.0.0.1:1: Connection refused");
  Loop second;
  EXPECT_EQ(Attempt{}.run(second, {"", 0, "/nonexistent/socket"}),
            "can't connect to unix:/nonexistent/socket: No such file or directory");
  Loop third;
  EXPECT_NE(Attempt{}.run(third, {"", 0, "/" + std::string(300, 'x')}).find("can't connect to unix:/xxx"),
            std::string::npos);
  Loop fourth;
  EXPECT_NE(Attempt{}
                .run(fourth, {"no-such-host.invalid", 80, {}})
                .find("can't connect to no-such-host.invalid:80"),
            std::string::npos);
}

// A listener whose queue is full lets further connections hang.
TEST(Connector, gives_up_after_its_time) {
  const int deaf = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(deaf, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(deaf, 0), 0);
  ::getsockname(deaf, reinterpret_cast<sockaddr*>(&address), &size);
  std::vector<int> crowd;
  for (int i = 0; i < 4; ++i) {
    crowd.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    (void)!::connect(crowd.back(), reinterpret_cast<sockaddr*>(&address), size);
  }
  Loop loop;
  const auto heard = Attempt{}.run(loop, {"127.0.0.1", ntohs(address.sin_port), {}}, 50ms);
  EXPECT_NE(heard.find("no answer in time"), std::string::npos) << heard;
  for (const int fd : crowd) ::close(fd);
  ::close(deaf);
}

TEST(Connector, nothing_is_told_after_cancel_or_its_end) {
  Loop loop;
  Greeter greeter(loop);
  const Endpoint where{"127.0.0.1", greeter.listener->endpoint().port, {}};
  std::optional<Connector> first(loop);
  std::optional<Connector> second(loop);
  std::optional<Connector> refused(loop);
  Timer end(loop);
  loop.post([&] {
    const auto unwanted = [](Result<Stream>) { ADD_FAILURE() << "told all the same"; };
    first->connect(where, {}, unwanted);
    first->cancel();
    second->connect({"localhost", where.port, {}}, {}, unwanted);
    second.reset();
    refused->connect({"127.0.0.1", 1, {}}, {}, unwanted);
    end.after(1ms, [&] { loop.stop(); });
    refused.reset();
  });
  loop.run();
}

}  // namespace
}  // namespace longwave::io
