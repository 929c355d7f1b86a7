// SPDX-License-Identifier: Apache-2.0
#include "hub/rules.hpp"

#include <gtest/gtest.h>

namespace longwave::hub {
namespace {

TEST(Rules, the_most_exact_pattern_wins) {
  Rules rules;
  for (const char* pattern : {"a:*", "a:b:*", "a:b:c"})
    ASSERT_TRUE(
        rules.set(pattern, {.history_size = static_cast<std::uint32_t>(std::string(pattern).size())}));
  const std::pair<const char*, std::uint32_t> cases[] = {
      {"a:x", 3}, {"a:b:x", 5}, {"a:b:c", 5}, {"a:b:cd", 5}, {"a:", 3}, {"a", 0}, {"z", 0}};
  for (const auto& [channel, size] : cases) EXPECT_EQ(rules.of(channel)->history_size, size) << channel;
  rules.remove("a:b:*");
  EXPECT_EQ(rules.of("a:b:x")->history_size, 3U);
  rules.remove("*");
  EXPECT_EQ(*rules.of("z"), ChannelConfig{}) << "every channel has a rule";
}

TEST(Rules, channels_that_are_there_from_the_beginning) {
  const Rules rules;
  for (const char* name : {"station:main", "library", "server", "platform"}) {
    EXPECT_EQ(rules.of(name)->publish, Who::server) << name;
    EXPECT_TRUE(is_system_channel(name));
  }
  EXPECT_EQ(rules.of("platform")->subscribe, Who::admin);
  EXPECT_EQ(rules.of("chat:main")->publish, Who::anyone);
  EXPECT_EQ(rules.of("chat:main")->history_size, 200U);
  EXPECT_TRUE(rules.of("chat:main")->join_leave);
  EXPECT_EQ(rules.of("#ada")->history_size, 50U) << "characters below * sort before it";
  EXPECT_EQ(rules.of("#ada")->subscribe, Who::user);
  EXPECT_FALSE(rules.of("#ada")->presence);
  EXPECT_EQ(rules.of("$private")->subscribe, Who::token);
  EXPECT_EQ(rules.of("anything")->publish, Who::user);
  EXPECT_FALSE(is_system_channel("stations"));
}

TEST(Rules, patterns) {
  Rules rules;
  for (const char* good : {"*", "a*", "a", "a:*", "é*"}) EXPECT_TRUE(rules.set(good, {})) << good;
  for (const char* bad : {"", "*a", "a*b", "a**", "a\n", "\xff*"}) EXPECT_FALSE(rules.set(bad, {})) << bad;
}

TEST(ChannelConfig, is_one_object_wherever_it_goes) {
  const ChannelConfig config{.presence = false,
                             .presence_list = false,
                             .join_leave = true,
                             .leave_grace = std::chrono::milliseconds{1500},
                             .state_events = true,
                             .history_size = 11,
                             .history_age = std::chrono::minutes{2},
                             .recovery = Recovery::cache,
                             .recovery_size = 12,
                             .subscribe = Who::dj,
                             .publish = Who::token,
                             .echo = false};
  const auto back = channel_config(to_json(config));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(*back, config);
  EXPECT_EQ(channel_config(R"({"echo":true})", config)->history_size, 11U) << "what isn't said stays";
  const std::pair<const char*, const char*> wrong[] = {{"[]", "not a JSON object"},
                                                       {"{", "not a JSON object"},
                                                       {R"({"presence":1})", "presence"},
                                                       {R"({"history_size":-1})", "history_size"},
                                                       {R"({"publish":"me"})", "publish"},
                                                       {R"({"recovery":0})", "recovery"},
                                                       {R"({"leave_grace_ms":"5"})", "leave_grace_ms"},
                                                       {R"({"color":1})", "color: not a setting"},
                                                       {R"({"history_size":10001})", "history_size"}};
  for (const auto& [text, message] : wrong) {
    const auto read = channel_config(text);
    ASSERT_FALSE(read) << text;
    EXPECT_NE(read.error().message.find(message), std::string::npos) << read.error().message;
  }
}

TEST(ChannelNames, are_utf_8_of_256_characters_without_control_characters) {
  std::string long_name, too_long;
  for (int i = 0; i < 256; ++i) long_name += "é";
  too_long = long_name + "é";
  for (const std::string& good : {std::string("a"), std::string("with space"), std::string("日本"), long_name,
                                  '#' + std::string(512, 'u')})
    EXPECT_TRUE(valid_channel_name(good)) << good;
  for (const std::string& bad :
       {std::string(), std::string("a\nb"), std::string("\x7f"), std::string("\xc2\x85"), std::string("\xff"),
        std::string("\xc0\xaf"), std::string("\xed\xa0\x80"), std::string("\xf4\x90\x80\x80"),
        std::string("\xc3"), std::string(257, 'x'), too_long, '#' + std::string(513, 'u')})
    EXPECT_FALSE(valid_channel_name(bad)) << bad;
}

}  // namespace
}  // namespace longwave::hub
