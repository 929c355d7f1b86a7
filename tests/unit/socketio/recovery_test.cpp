// SPDX-License-Identifier: Apache-2.0
#include "dialects/socketio/recovery.hpp"

#include "dialects/socketio/returning.hpp"

#include <gtest/gtest.h>

#include <string>

using namespace longwave;
using namespace longwave::socketio;
using namespace std::chrono_literals;

namespace {

SharedMark mark(const std::string& channel, std::uint64_t offset) {
  return std::make_shared<const Mark>(Mark{channel + "-" + std::to_string(offset), channel, "epoch", offset});
}

std::string positions(const Trail& trail, std::string_view offset) {
  const auto seen = trail.seen(offset);
  if (!seen) return "unknown";
  std::string text;
  for (const auto& [channel, at] : *seen) text += channel + std::to_string(at->offset) + " ";
  return text;
}

}  // namespace

TEST(Trail, OneOffsetTellsThePositionInEveryChannel) {
  Trail trail;
  trail.begin(mark("a", 10));
  trail.begin(mark("b", 20));
  trail.note(mark("a", 11));
  trail.note(mark("b", 21));
  trail.note(mark("a", 12));
  EXPECT_EQ(positions(trail, ""), "a10 b20 ");
  EXPECT_EQ(positions(trail, "a-11"), "a11 b20 ");
  EXPECT_EQ(positions(trail, "b-21"), "a11 b21 ");
  EXPECT_EQ(positions(trail, "a-12"), "a12 b21 ");
  EXPECT_EQ(positions(trail, "a-13"), "unknown");
  EXPECT_EQ(positions(trail, "nonsense"), "unknown");
}

TEST(Trail, HasALength) {
  Trail trail(2);
  for (std::uint64_t i = 1; i <= 4; ++i) trail.note(mark("a", i));
  EXPECT_EQ(positions(trail, ""), "unknown");
  EXPECT_EQ(positions(trail, "a-1"), "unknown");
  EXPECT_EQ(positions(trail, "a-2"), "a2 ");
  EXPECT_EQ(positions(trail, "a-3"), "a3 ");
  EXPECT_EQ(positions(trail, "a-4"), "a4 ");
}

TEST(Trail, AChannelThatWasLeftIsNoPosition) {
  Trail trail;
  trail.note(mark("a", 1));
  trail.note(mark("b", 1));
  trail.forget("a");
  EXPECT_EQ(positions(trail, "a-1"), "");
  EXPECT_EQ(positions(trail, "b-1"), "b1 ");
  trail.begin(mark("a", 5));
  EXPECT_EQ(positions(trail, "b-1"), "a5 b1 ");
}

TEST(Trail, GoesOnWhereAReturningClientWas) {
  Trail trail;
  trail.begin(mark("a", 1));
  trail.resume("a-7", {{"a", mark("a", 7)}, {"b", mark("b", 2)}});
  EXPECT_EQ(positions(trail, "a-7"), "a7 b2 ");
  EXPECT_EQ(positions(trail, ""), "unknown");
  trail.note(mark("b", 3));
  EXPECT_EQ(positions(trail, "a-7"), "a7 b2 ");
  EXPECT_EQ(positions(trail, "b-3"), "a7 b3 ");
}

TEST(Returning, OnceInTimeAndToItsNamespace) {
  Returning returning(10);
  const Instant now{1h};
  returning.put("p", {"/", "id", {}, Trail{}, now + 10s}, now);
  EXPECT_FALSE(returning.take("p", "/other", now));
  EXPECT_FALSE(returning.take("q", "/", now));
  const auto back = returning.take("p", "/", now + 9s);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->id, "id");
  EXPECT_FALSE(returning.take("p", "/", now + 9s)) << "only once";
  returning.put("p", {"/", "id", {}, Trail{}, now + 10s}, now);
  EXPECT_FALSE(returning.take("p", "/", now + 10s));
}

TEST(Returning, ForgetsTheOldestFirst) {
  Returning returning(2);
  const Instant now{1h};
  for (const auto* pid : {"a", "b", "c"}) returning.put(pid, {"/", pid, {}, Trail{}, now + 10s}, now);
  EXPECT_FALSE(returning.take("a", "/", now));
  EXPECT_TRUE(returning.take("b", "/", now));
  EXPECT_TRUE(returning.take("c", "/", now));
}
