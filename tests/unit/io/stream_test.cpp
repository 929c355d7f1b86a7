// SPDX-License-Identifier: Apache-2.0
#include "io/stream.hpp"

#include "io/listener.hpp"
#include "io/loop.hpp"
#include "io/signals.hpp"
#include "io/tls.hpp"
#include "unit/io/certificate.hpp"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>

namespace longwave::io {
namespace {

/// Keeps what a stream says. Both ends of the tests live on one loop.
struct Recorder final : StreamHandler {
  Recorder(Loop& owner, int fd) : loop(owner), stream(Stream::adopt(owner, fd)) { stream.start(*this); }
  void on_bytes(std::span<char> bytes) override {
    ++reads;
    seen.append(bytes.data(), bytes.size());
    if (seen.size() >= wanted) loop.stop();
  }
  void on_end() override {
    ended = true;
    loop.stop();
  }
  void on_lost(std::string_view) override {
    lost = true;
    loop.stop();
  }
  void on_drained() override { ++drained; }
  Loop& loop;
  std::string seen;
  std::size_t wanted = SIZE_MAX;
  int reads = 0;
  int drained = 0;
  bool ended = false;
  bool lost = false;
  Stream stream;
};

struct Pair {
  Pair() {
    int fds[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
    a.emplace(loop, fds[0]);
    b.emplace(loop, fds[1]);
  }
  /// A loop can't run again after stop(), so each test runs it once.
  void run() { loop.run(); }
  Loop loop;
  std::optional<Recorder> a;
  std::optional<Recorder> b;
};

TEST(Stream, what_is_written_in_a_turn_arrives_as_one) {
  Pair pair;
  pair.b->wanted = 300;
  for (int i = 0; i < 100; ++i) pair.a->stream.write(std::string("abc"));
  EXPECT_EQ(pair.a->stream.queued_bytes(), 300u);
  pair.run();
  EXPECT_EQ(pair.b->seen.size(), 300u);
  EXPECT_EQ(pair.b->reads, 1);
  EXPECT_EQ(pair.a->stream.queued_bytes(), 0u);
}

TEST(Stream, more_than_the_kernel_takes_waits_and_arrives_whole) {
  Pair pair;
  std::string expected;
  for (int i = 0; i < 400; ++i) {
    std::string piece(static_cast<std::size_t>(1 + i * 37 % 9000), static_cast<char>('a' + i % 26));
    expected += piece;
    pair.a->stream.write(std::move(piece));
  }
  pair.b->wanted = expected.size();
  pair.run();
  EXPECT_EQ(pair.b->seen, expected);
  EXPECT_GE(pair.a->drained, 1);
  EXPECT_FALSE(pair.a->stream.stalled_since());
}

TEST(Stream, what_is_dropped_before_it_left_is_gone) {
  Pair pair;
  pair.a->stream.write(std::string(100, 'x'));
  pair.a->stream.write(std::string(100, 'y'));
  pair.a->stream.drop_unsent();
  EXPECT_EQ(pair.a->stream.queued_bytes(), 0u);
  pair.a->stream.flush();
  pair.a->stream.write(std::string("z"));
  pair.b->wanted = 1;
  pair.run();
  EXPECT_EQ(pair.b->seen, "z");
}

TEST(Stream, a_paused_reader_leaves_the_writer_with_a_queue) {
  Pair pair;
  pair.b->stream.pause();
  pair.a->stream.write(std::string(4 * 1024 * 1024, 'x'));
  pair.loop.defer([&] {
    pair.loop.post([&] {
      EXPECT_GT(pair.a->stream.queued_bytes(), 1024u * 1024);
      EXPECT_TRUE(pair.a->stream.stalled_since());
      pair.b->wanted = 4 * 1024 * 1024;
      pair.b->stream.resume();
    });
  });
  pair.run();
  EXPECT_EQ(pair.b->seen.size(), 4u * 1024 * 1024);
}

TEST(Stream, dropping_keeps_the_piece_that_has_begun_to_leave) {
  Pair pair;
  pair.b->stream.pause();
  constexpr std::size_t piece = 3 * 1024 * 1024;
  pair.a->stream.write(std::string(piece, '1'));
  pair.a->stream.write(std::string(1000, '2'));
  pair.loop.defer([&] {
    pair.loop.post([&] {
      pair.a->stream.drop_unsent();
      pair.a->stream.write(std::string("end"));
      pair.a->stream.finish();
      pair.b->stream.resume();
    });
  });
  pair.run();
  EXPECT_TRUE(pair.b->ended);
  EXPECT_EQ(pair.b->seen, std::string(piece, '1') + "end");
}

TEST(Stream, finish_flushes_and_abort_resets) {
  Pair pair;
  pair.a->stream.write(std::string("last words"));
  pair.a->stream.finish();
  pair.a->stream.write(std::string("too late"));
  pair.run();
  EXPECT_TRUE(pair.b->ended);
  EXPECT_EQ(pair.b->seen, "last words");
}

TEST(Stream, may_be_destroyed_inside_its_own_callback) {
  struct Suicide final : StreamHandler {
    explicit Suicide(Loop& owner, int fd) : loop(owner), stream(Stream::adopt(owner, fd)) {
      stream.start(*this);
    }
    void on_bytes(std::span<char>) override {
      stream = Stream{};
      loop.stop();
    }
    void on_end() override { FAIL(); }
    void on_lost(std::string_view) override { FAIL(); }
    Loop& loop;
    Stream stream;
  };
  Loop loop;
  int fds[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
  Suicide one(loop, fds[0]);
  ASSERT_EQ(::send(fds[1], "x", 1, 0), 1);
  loop.run();
  char byte;
  EXPECT_LE(::recv(fds[1], &byte, 1, 0), 0);
  ::close(fds[1]);
}

TEST(Endpoint, parses_and_prints) {
  for (const char* text : {"127.0.0.1:8000", "[::1]:80", "localhost:0", ":8000", "unix:/tmp/x"}) {
    const auto endpoint = Endpoint::parse(text);
    ASSERT_TRUE(endpoint) << text;
    EXPECT_EQ(endpoint->text(), text);
  }
  for (const char* text : {"", "host", "host:", "host:x", "host:99999", "::1:80", "unix:", "host:-1"}) {
    EXPECT_FALSE(Endpoint::parse(text)) << text;
  }
}

TEST(Listener, names_the_address_that_is_taken) {
  Loop loop;
  auto first = Listener::open(loop, {&loop}, {.endpoint = {"127.0.0.1", 0, {}}}, [](Loop&, Stream) {});
  ASSERT_TRUE(first);
  const auto taken = (*first)->endpoint();
  EXPECT_NE(taken.port, 0);
  const auto second = Listener::open(loop, {&loop}, {.endpoint = taken}, [](Loop&, Stream) {});
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find(taken.text()), std::string::npos);
}

TEST(Listener, hands_out_round_robin_over_loops_and_unix_sockets_work) {
  LoopGroup loops(2);
  const auto path =
      (std::filesystem::temp_directory_path() / ("longwave-" + std::to_string(::getpid()) + ".sock"))
          .string();
  std::atomic<int> counts[2] = {0, 0};
  std::atomic<int> wrong{0};
  auto listener = Listener::open(loops[0], {&loops[0], &loops[1]}, {.endpoint = {"", 0, path}},
                                 [&](Loop& loop, Stream stream) {
                                   if (!loop.here() || !stream.peer().is_loopback) ++wrong;
                                   ++counts[&loop == &loops[1]];
                                 });
  ASSERT_TRUE(listener) << listener.error().message;
  loops.start();
  for (int i = 0; i < 10; ++i) {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    ASSERT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    char byte;
    EXPECT_EQ(::recv(fd, &byte, 1, 0), 0) << "the stream that nobody kept is closed";
    ::close(fd);
  }
  EXPECT_EQ(counts[0], 5);
  EXPECT_EQ(counts[1], 5);
  EXPECT_EQ(wrong, 0);
  loops.stop();
  listener->reset();
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(Signals, arrive_on_the_loop) {
  Loop loop;
  int got = 0;
  Signals signals(loop, {SIGUSR1}, [&](int signal) {
    got = signal;
    loop.stop();
  });
  loop.post([] { ::raise(SIGUSR1); });
  loop.run();
  EXPECT_EQ(got, SIGUSR1);
}

struct Echo final : StreamHandler {
  explicit Echo(Stream given) : stream(std::move(given)) { stream.start(*this); }
  void on_bytes(std::span<char> bytes) override { stream.write(std::string(bytes.data(), bytes.size())); }
  void on_end() override { stream.finish(); }
  void on_lost(std::string_view) override {}
  Stream stream;
};

TEST(Tls, echoes_a_megabyte_through_openssl) {
  Certificate files;
  auto tls = TlsContext::load(files.certificate, files.key);
  ASSERT_TRUE(tls) << tls.error().message;
  LoopGroup loops(1);
  std::unique_ptr<Echo> echo;
  auto listener = Listener::open(loops[0], {&loops[0]}, {.endpoint = {"127.0.0.1", 0, {}}, .tls = tls->get()},
                                 [&](Loop&, Stream stream) {
                                   EXPECT_TRUE(stream.tls());
                                   echo = std::make_unique<Echo>(std::move(stream));
                                 });
  ASSERT_TRUE(listener);
  loops.start();

  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons((*listener)->endpoint().port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL* ssl = SSL_new(context);
  SSL_set_fd(ssl, fd);
  ASSERT_EQ(SSL_connect(ssl), 1);
  const std::string sent(1 << 20, 't');
  std::string got;
  std::size_t at = 0;
  char buffer[16384];
  while (got.size() < sent.size()) {
    if (at < sent.size()) {
      const auto size = std::min<std::size_t>(10'000, sent.size() - at);
      ASSERT_EQ(SSL_write(ssl, sent.data() + at, static_cast<int>(size)), static_cast<int>(size));
      at += size;
    }
    const int size = SSL_read(ssl, buffer, sizeof buffer);
    ASSERT_GT(size, 0);
    got.append(buffer, static_cast<std::size_t>(size));
  }
  EXPECT_EQ(got, sent);
  SSL_shutdown(ssl);
  EXPECT_EQ(SSL_read(ssl, buffer, sizeof buffer), 0) << "the server says goodbye too";
  SSL_free(ssl);
  SSL_CTX_free(context);
  ::close(fd);
  loops.stop();
  echo.reset();
  listener->reset();
}

TEST(Tls, says_which_file_is_wrong) {
  const auto missing = TlsContext::load("/nonexistent.crt", "/nonexistent.key");
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("/nonexistent.crt"), std::string::npos);
}

}  // namespace
}  // namespace longwave::io
