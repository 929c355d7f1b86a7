// SPDX-License-Identifier: Apache-2.0
// One streamer that passes on what another sends, on real sockets.
#include "fleet/upstream.hpp"

#include "io/listener.hpp"
#include "io/loop.hpp"
#include "io/tls.hpp"
#include "io/tls_client.hpp"
#include "unit/io/certificate.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace longwave::fleet {
namespace {

using namespace std::chrono_literals;

std::string frame() {
  std::string one{"\xff\xfb\x90\x00", 4};
  one.resize(mp3_frame_bytes(one), 'x');
  return one;
}

/// The other streamer, and the loop on which everything happens.
struct UpstreamTest : testing::Test, io::StreamHandler {
  UpstreamTest() {
    listen(nullptr);
    limit.after(60s, [this] {
      ADD_FAILURE() << "nothing happened for 60 s";
      loop.stop();
    });
  }
  ~UpstreamTest() override {
    upstream.reset();
    stream = {};
    listener.reset();
    limit.cancel();
  }
  void listen(const io::TlsContext* tls) {
    auto opened =
        io::Listener::open(loop, {&loop}, {.endpoint = *io::Endpoint::parse("127.0.0.1:0"), .tls = tls},
                           [this](io::Loop&, io::Stream accepted) {
                             ++connections;
                             stream = std::move(accepted);
                             stream.start(*this);
                           });
    listener = std::move(opened.value());
    address = (tls ? "https://" : "http://") + listener->endpoint().text();
  }
  void on_bytes(std::span<char> bytes) override {
    asked.append(bytes.data(), bytes.size());
    if (asked.ends_with("\r\n\r\n") && !answer.empty()) stream.write(answer);
    if (hang_up) stream = {};
  }
  void on_end() override { stream = {}; }
  void on_lost(std::string_view) override { stream = {}; }

  void call(std::size_t enough = 1) {
    upstream.emplace(
        loop, client_tls.get(), address, "/R?sig=1",
        [this, enough](std::vector<RelayedStream::Piece> pieces) {
          for (const auto& piece : pieces) {
            frames += piece.ends.size();
            if (piece.title) titles.push_back(*piece.title);
          }
          if (frames >= enough) loop.stop();
        },
        [this](const std::string& reason) {
          why = reason;
          loop.stop();
        });
  }

  io::Loop loop;
  io::Timer limit{loop};
  std::unique_ptr<io::TlsClientContext> client_tls;
  std::unique_ptr<io::Listener> listener;
  io::Stream stream;
  std::string address, asked, answer, why;
  bool hang_up = false;
  int connections = 0;
  std::size_t frames = 0;
  std::vector<std::string> titles;
  std::optional<Upstream> upstream;
};

TEST_F(UpstreamTest, brings_frames_and_titles) {
  std::string sound;
  for (int i = 0; i < 4; ++i) sound += frame();
  const std::string title = "StreamTitle='Song';";
  std::string block(1 + 32, '\0');
  block[0] = 2;
  block.replace(1, title.size(), title);
  answer = "HTTP/1.0 200 OK\r\nContent-Type: audio/mpeg\r\nicy-metaint: 834\r\n\r\n" + sound.substr(0, 834) +
           block + sound.substr(834, 834) + std::string(1, '\0');
  call(4);
  loop.run();
  EXPECT_EQ(frames, 4u);
  EXPECT_EQ(titles, (std::vector<std::string>{"Song"}));
  EXPECT_EQ(why, "");
  EXPECT_TRUE(asked.starts_with("GET /R?sig=1 HTTP/1.0\r\n")) << asked;
  EXPECT_NE(asked.find("Icy-MetaData: 1\r\n"), asked.npos);
  EXPECT_EQ(connections, 1);
}

TEST_F(UpstreamTest, says_once_that_it_broke) {
  hang_up = true;
  call();
  loop.run();
  EXPECT_NE(why, "");
  EXPECT_EQ(connections, 1);
}

TEST_F(UpstreamTest, an_answer_that_is_no_stream) {
  answer = "HTTP/1.1 503 Service Unavailable\r\n\r\n";
  call();
  loop.run();
  EXPECT_EQ(why, "it answered 503");
}

TEST_F(UpstreamTest, who_says_nothing_is_gone_after_two_seconds) {
  call();
  const auto began = loop.now();
  loop.run();
  EXPECT_EQ(why, "nothing came for 2 s");
  EXPECT_GE(loop.now() - began, 2s);
}

TEST_F(UpstreamTest, nobody_is_there) {
  listener.reset();
  call();
  loop.run();
  EXPECT_NE(why, "");
}

/// The other streamer has a certificate of its own making.
struct SecureUpstreamTest : UpstreamTest {
  SecureUpstreamTest() {
    tls = std::move(io::TlsContext::load(files.certificate, files.key).value());
    listen(tls.get());
    answer = "HTTP/1.0 200 OK\r\nContent-Type: audio/mpeg\r\n\r\n" + frame();
  }
  ~SecureUpstreamTest() override {
    upstream.reset();
    stream = {};
    listener.reset();
  }
  io::Certificate files;
  std::unique_ptr<io::TlsContext> tls;
};

TEST_F(SecureUpstreamTest, passes_on_over_tls) {
  client_tls = std::move(io::TlsClientContext::make({.verify = false, .ca_file = ""}).value());
  call();
  loop.run();
  EXPECT_EQ(frames, 1u);
  EXPECT_EQ(why, "");
}

TEST_F(SecureUpstreamTest, not_from_somebody_whose_certificate_nobody_trusts) {
  client_tls = std::move(io::TlsClientContext::make({.ca_file = ""}).value());
  call();
  loop.run();
  EXPECT_EQ(frames, 0u);
  EXPECT_NE(why, "");
  EXPECT_EQ(asked, "");
}

TEST_F(SecureUpstreamTest, not_without_certificates_to_trust) {
  call();
  loop.run();
  EXPECT_EQ(why, "it has no address that can be called");
}

TEST_F(UpstreamTest, an_address_that_is_none) {
  address = "http://";
  call();
  loop.run();
  EXPECT_EQ(why, "it has no address that can be called");
}

}  // namespace
}  // namespace longwave::fleet
