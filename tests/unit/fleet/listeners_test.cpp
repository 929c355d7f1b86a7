// SPDX-License-Identifier: Apache-2.0
#include "fleet/listeners.hpp"

#include <gtest/gtest.h>

namespace longwave::fleet {
namespace {

using namespace std::chrono_literals;

const WallTime start{1'800'000'000s};

Listener listener(std::string session, std::string streamer, std::string radio = "r") {
  return {std::move(session), std::move(streamer), std::move(radio), 42, start};
}

TEST(Listeners, the_same_session_on_two_streamers_is_two_listeners) {
  Listeners all;
  EXPECT_FALSE(all.add(listener("0x1", "st-01")));
  EXPECT_FALSE(all.add(listener("0x1", "st-02")));
  EXPECT_EQ(all.of_radio("r"), 2U);
  ASSERT_TRUE(all.remove("0x1", "st-02", ""));
  EXPECT_EQ(all.size(), 1U);
  EXPECT_EQ(all.all().begin()->second.streamer, "st-01");
}

TEST(Listeners, a_session_that_comes_again_gives_back_the_old_one) {
  Listeners all;
  all.add(listener("0x1", "st-01", "a"));
  const auto before = all.add(listener("0x1", "st-01", "b"));
  ASSERT_TRUE(before);
  EXPECT_EQ(before->radio_uuid, "a");
  EXPECT_EQ(all.of_radio("a"), 0U);
  EXPECT_EQ(all.of_radio("b"), 1U);
}

TEST(Listeners, a_bare_session_is_found_if_only_one_can_be_meant) {
  Listeners all;
  all.add(listener("0x1", "st-01", "a"));
  EXPECT_FALSE(all.remove("0x1", "", "b"));
  EXPECT_TRUE(all.remove("0x1", "", ""));
  all.add(listener("0x1", "st-01", "a"));
  all.add(listener("0x1", "st-02", "b"));
  EXPECT_FALSE(all.remove("0x1", "", ""));
  EXPECT_TRUE(all.remove("0x1", "", "b"));
  all.add(listener("0x2", ""));
  all.add(listener("0x2", "st-01"));
  const auto nameless = all.remove("0x2", "", "");
  ASSERT_TRUE(nameless);
  EXPECT_EQ(nameless->streamer, "");
  all.add(listener("0x3", ""));
  EXPECT_TRUE(all.remove("0x3", "st-01", "r"));
}

TEST(Listeners, seconds_are_whole_and_never_negative) {
  const auto one = listener("0x1", "st-01");
  EXPECT_EQ(one.seconds(start + 187'999ms), 187);
  EXPECT_EQ(one.seconds(start - 1h), 0);
}

TEST(Listeners, every_change_is_told_once) {
  Listeners all;
  all.add(listener("0x1", "st-01"));
  EXPECT_EQ(all.take_changed(), (std::set<ListenerKey>{{"0x1", "st-01"}}));
  EXPECT_TRUE(all.take_changed().empty());
  all.forget_user(41);
  EXPECT_TRUE(all.take_changed().empty());
  all.forget_user(42);
  EXPECT_EQ(all.take_changed().size(), 1U);
  EXPECT_EQ(all.all().begin()->second.user_id, std::nullopt);
  all.take_of_streamer("st-01");
  EXPECT_EQ(all.take_changed().size(), 1U);
}

}  // namespace
}  // namespace longwave::fleet
