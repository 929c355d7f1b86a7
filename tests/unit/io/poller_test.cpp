// SPDX-License-Identifier: Apache-2.0
// What waits in the kernel and isn't wanted must not keep the loop busy, and whoever goes is told nothing
// more.
#include "io/poller.hpp"

#include "io/core.hpp"
#include "io/loop.hpp"

#include <gtest/gtest.h>

#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <optional>
#include <string>

namespace longwave::io {
namespace {

/// A stream whose other end is a bare socket.
struct End final : StreamHandler {
  explicit End(Loop& loop) {
    int fds[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
    stream.emplace(Stream::adopt(loop, fds[0]));
    other = fds[1];
    stream->start(*this);
  }
  ~End() { hang_up(); }
  void say(std::string_view text) const {
    EXPECT_EQ(::send(other, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  }
  void hang_up() {
    if (other >= 0) ::close(std::exchange(other, -1));
  }
  void on_bytes(std::span<char> bytes) override {
    heard.append(bytes.data(), bytes.size());
    if (then) then();
  }
  void on_end() override { ++ends; }
  void on_lost(std::string_view) override { ++losses; }

  std::optional<Stream> stream;
  int other = -1;
  std::string heard;
  std::function<void()> then;
  int ends = 0;
  int losses = 0;
};

/// The loop doesn't run: the test looks itself, so that each look is one step.
struct PollerTest : ::testing::Test {
  bool look() { return loop.core().poller.look(); }
  Loop loop;
};

TEST_F(PollerTest, what_is_ready_is_told_until_it_is_read) {
  End end(loop);
  EXPECT_FALSE(look());
  end.say(std::string(100'000, 'x'));
  while (look()) {
  }
  EXPECT_EQ(end.heard.size(), 100'000u);
}

TEST_F(PollerTest, a_paused_stream_is_passed_over_whatever_waits_there) {
  End end(loop);
  end.stream->pause();
  end.say("later");
  EXPECT_TRUE(look()) << "noticed once";
  EXPECT_FALSE(look()) << "and then no longer watched";
  end.hang_up();
  EXPECT_FALSE(look()) << "nor when the peer has gone";
  end.stream->resume();
  EXPECT_TRUE(look());
  EXPECT_EQ(end.heard, "later");
  EXPECT_TRUE(look());
  EXPECT_EQ(end.ends, 1);
  EXPECT_FALSE(look());
}

TEST_F(PollerTest, a_peer_that_has_gone_is_told_once) {
  End end(loop);
  end.hang_up();
  EXPECT_TRUE(look());
  EXPECT_EQ(end.ends + end.losses, 1);
  EXPECT_FALSE(look());
}

TEST_F(PollerTest, a_writer_that_waits_learns_that_its_peer_has_gone) {
  End end(loop);
  end.stream->pause();
  end.stream->write(std::string(4 * 1024 * 1024, 'x'));
  end.stream->flush();
  ASSERT_TRUE(end.stream->stalled_since());
  EXPECT_FALSE(look());
  end.hang_up();
  EXPECT_TRUE(look());
  EXPECT_EQ(end.losses, 1);
  EXPECT_FALSE(look());
}

TEST_F(PollerTest, whoever_ends_during_a_look_is_told_nothing_more) {
  for (int round = 0; round < 2; ++round) {
    End a(loop), b(loop);
    a.say("a");
    b.say("b");
    // Whichever is told first ends the other; both were ready.
    a.then = [&] { b.stream.reset(); };
    b.then = [&] { a.stream.reset(); };
    EXPECT_TRUE(look());
    EXPECT_EQ(a.heard.size() + b.heard.size(), 1u);
  }
}

TEST_F(PollerTest, a_new_stream_in_the_place_of_an_old_one_is_not_taken_for_it) {
  End a(loop), b(loop);
  a.say("a");
  b.say("b");
  std::optional<End> fresh;
  const auto replace = [&](End& old) {
    old.stream.reset();
    fresh.emplace(loop);  // may well stand where the old one stood, and have its descriptor
  };
  a.then = [&] { replace(b); };
  b.then = [&] { replace(a); };
  EXPECT_TRUE(look());
  EXPECT_TRUE(fresh->heard.empty());
  fresh->say("mine");
  EXPECT_TRUE(look());
  EXPECT_EQ(fresh->heard, "mine");
}

}  // namespace
}  // namespace longwave::io
