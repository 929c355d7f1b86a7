// SPDX-License-Identifier: Apache-2.0
#include "app/config.hpp"
#include "dialects/channelstream/settings.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <functional>

namespace longwave::app {
namespace {

using channelstream::Settings;
using std::chrono::seconds;

/// The example of the seed's own text, indented as it stands there.
constexpr std::string_view example = R"(
    [app:main]
    paste.app_factory = channelstream.wsgi_app:make_app
    admin_secret = admin_secret
    secret = secret
    port = 8000
    allow_posting_from = 127.0.0.1,
                         192.168.1.1

    [server:main]
    use = egg:gevent-socketio#paster
    host = 0.0.0.0
    port = 8000
    resource = socket.io
    transports = websocket, xhr-polling
    policy_server = True
    policy_listener_host = 0.0.0.0
    policy_listener_port = 10843
    heartbeat_interval = 5
    heartbeat_timeout = 60
)";

std::string file_with(std::string_view name, std::string_view text) {
  const auto path = testing::TempDir() + "longwave-" + std::string(name);
  std::ofstream(path) << text;
  return path;
}

Result<Merged> with_ini(std::string_view text, Sources sources = {}) {
  sources.command_line["channelstream-ini"] = {file_with("example.ini", text)};
  return merge(sources);
}

Settings settings_of(std::string_view text) {
  const auto merged = with_ini(text);
  EXPECT_TRUE(merged) << merged.error().message;
  auto settings = channelstream_settings(merged->config);
  EXPECT_TRUE(settings) << settings.error().message;
  return *settings;
}

TEST(ChannelstreamIni, TheSeedsExampleIsTaken) {
  const auto merged = with_ini(example);
  ASSERT_TRUE(merged);
  EXPECT_TRUE(merged->strange.empty()) << merged->strange[0];
  const auto s = settings_of(example);
  EXPECT_EQ(s.secret, "secret");
  EXPECT_EQ(s.admin_secret, "admin_secret");
  EXPECT_EQ(s.allow_posting_from, (std::vector<std::string>{"127.0.0.1", "192.168.1.1"}));
  EXPECT_EQ(s.app_port, 8000);
  EXPECT_EQ(s.host, "0.0.0.0");
  EXPECT_EQ(s.port, 8000);
  EXPECT_TRUE(s.policy_server);
  EXPECT_TRUE(s.admin_basic);
}

TEST(ChannelstreamIni, EachKeyChangedOnceChangesWhatItMeans) {
  struct Change {
    std::string_view line, instead;
    std::function<bool(const Settings&)> seen;
  };
  const Change changes[] = {
      {"admin_secret = admin_secret", "admin_secret = other",
       [](const Settings& s) { return s.admin_secret == "other"; }},
      {"    secret = secret", "    secret = a=b;c#d",
       [](const Settings& s) { return s.secret == "a=b;c#d"; }},
      {"port = 8000\n    allow", "port = 9001\n    allow",
       [](const Settings& s) { return s.app_port == 9001 && s.port == 8000; }},
      {"192.168.1.1", "10.0.0.0/8,\n                         ::1",
       [](const Settings& s) {
         return s.allow_posting_from == std::vector<std::string>{"127.0.0.1", "10.0.0.0/8", "::1"};
       }},
      {"host = 0.0.0.0\n    port", "host = 127.0.0.1\n    port",
       [](const Settings& s) { return s.host == "127.0.0.1"; }},
      {"port = 8000\n    resource", "port = 9002\n    resource",
       [](const Settings& s) { return s.port == 9002 && s.app_port == 8000; }},
      {"resource = socket.io", "resource = sio", [](const Settings& s) { return s.resource == "sio"; }},
      {"transports = websocket, xhr-polling", "transports = xhr-polling",
       [](const Settings& s) { return s.transports == std::vector<std::string>{"xhr-polling"}; }},
      {"policy_server = True", "policy_server = False", [](const Settings& s) { return !s.policy_server; }},
      {"policy_listener_host = 0.0.0.0", "policy_listener_host = 127.0.0.1",
       [](const Settings& s) { return s.policy_listener_host == "127.0.0.1"; }},
      {"10843", "10844", [](const Settings& s) { return s.policy_listener_port == 10844; }},
      {"heartbeat_interval = 5", "heartbeat_interval = 7",
       [](const Settings& s) { return s.heartbeat_interval == seconds{7}; }},
      {"heartbeat_timeout = 60", "heartbeat_timeout = 61",
       [](const Settings& s) { return s.heartbeat_timeout == seconds{61}; }},
      {"    secret = secret", "    secret = secret\n    demo = true",
       [](const Settings& s) { return s.demo == Settings::Demo::everybody; }},
  };
  for (const auto& change : changes) {
    std::string text(example);
    const auto at = text.find(change.line);
    ASSERT_NE(at, text.npos) << change.line;
    EXPECT_FALSE(change.seen(settings_of(text))) << change.line;
    text.replace(at, change.line.size(), change.instead);
    EXPECT_TRUE(change.seen(settings_of(text))) << change.instead;
  }
}

TEST(ChannelstreamIni, TheServerOf2020HasOneSection) {
  const auto s = settings_of(R"([channelstream]
secret = s
admin_user = boss
cookie_secret = c
allow_posting_from = 127.0.0.1
    192.168.1.1
allow_cors = https://a.example, https://b.example
validate_requests = false
enforce_https = true
debug = yes
log_level = DEBUG
http_scheme = https
signature_checker = x
)");
  EXPECT_EQ(s.admin_user, "boss");
  EXPECT_EQ(s.cookie_secret, "c");
  EXPECT_EQ(s.allow_posting_from.size(), 2U);
  EXPECT_EQ(s.allow_cors.size(), 2U);
  EXPECT_FALSE(s.validate_requests);
  EXPECT_TRUE(s.enforce_https);
  EXPECT_TRUE(s.debug);
  EXPECT_EQ(s.log_level, "DEBUG");
  EXPECT_FALSE(s.admin_basic);
}

TEST(ChannelstreamIni, WhatMeansNothingIsTold) {
  const auto merged = with_ini("[loggers]\nkeys = root\n[app:main]\nsecrat = x\npyramid.debug = 1\n");
  ASSERT_TRUE(merged);
  ASSERT_EQ(merged->strange.size(), 1U);
  EXPECT_NE(merged->strange[0].find("line 4: 'secrat'"), std::string::npos) << merged->strange[0];
  EXPECT_FALSE(with_ini("[app:main]\nnonsense\n"));
  EXPECT_FALSE(with_ini("key = without a section\n"));
  EXPECT_FALSE(with_ini("[server:main]\nheartbeat_interval = often\n"));
  EXPECT_FALSE(merge({.command_line = {{"channelstream-ini", {"/nowhere"}}}}));
}

TEST(ChannelstreamOptions, LaterSourcesWin) {
  Sources sources;
  sources.toml =
      *from_toml_file(file_with("sections.toml",
                                "[channelstream]\nsecret = 'toml'\nheartbeat_interval = 8\nresource = 't'\n"
                                "allow_posting_from = ['10.0.0.1']\n"));
  setenv("CHANNELSTREAM_SECRET", "original's", 1);
  setenv("CHANNELSTREAM_ALLOW_POSTING_FROM", "10.0.0.2, 10.0.0.3", 1);
  setenv("CHANNELSTREAM_HEARTBEAT_TIMEOUT", "70", 1);
  setenv("LONGWAVE_CHANNELSTREAM_HEARTBEAT_TIMEOUT", "71", 1);
  sources.environment = *from_environment();
  for (const auto* name : {"CHANNELSTREAM_SECRET", "CHANNELSTREAM_ALLOW_POSTING_FROM",
                           "CHANNELSTREAM_HEARTBEAT_TIMEOUT", "LONGWAVE_CHANNELSTREAM_HEARTBEAT_TIMEOUT"})
    unsetenv(name);
  const auto c = merge(sources)->config;
  EXPECT_EQ(c.channelstream_secret, "original's");
  EXPECT_EQ(c.channelstream_allow, (std::vector<std::string>{"10.0.0.2", "10.0.0.3"}));
  EXPECT_EQ(c.channelstream_heartbeat_interval_s, 8);
  EXPECT_EQ(c.channelstream_heartbeat_timeout_s, 71);
  const auto with_file = with_ini(example, sources)->config;
  EXPECT_EQ(with_file.channelstream_resource, "socket.io") << "the ini file comes after TOML";
  EXPECT_EQ(with_file.channelstream_secret, "original's") << "and before the environment";
}

TEST(ChannelstreamOptions, ASecretMayStandInAFileAndIsNotShown) {
  Config config;
  ASSERT_TRUE(apply(config, {{"channelstream-secret-file", {file_with("secret", "s3\n")}}}, "x"));
  EXPECT_EQ(config.channelstream_secret, "s3");
  EXPECT_NE(to_toml(config).find("channelstream-secret = \"***\""), std::string::npos);
  EXPECT_FALSE(apply(config, {{"channelstream-secret-file", {"/nowhere"}}}, "x"));
  EXPECT_FALSE(apply(config, {{"channelstream-resource-file", {"/nowhere"}}}, "x"));
}

TEST(ChannelstreamOptions, WhereItListens) {
  const std::vector<std::string> main_port = {"127.0.0.1:8000+plain", "[::1]:8001"};
  ChannelstreamConfig config;
  EXPECT_EQ(channelstream_address(config, main_port), "");
  config.channelstream_host = "0.0.0.0";
  EXPECT_EQ(channelstream_address(config, main_port), "") << "the example's port is the main one";
  config.channelstream_port = 8001;
  EXPECT_EQ(channelstream_address(config, main_port), "");
  config.channelstream_port = 8002;
  EXPECT_EQ(channelstream_address(config, main_port), "0.0.0.0:8002");
  config.channelstream_host = "::";
  EXPECT_EQ(channelstream_address(config, main_port), "[::]:8002");
  config.channelstream_host.clear();
  EXPECT_EQ(channelstream_address(config, main_port), "127.0.0.1:8002");
  config.channelstream_listen = "127.0.0.1:9";
  EXPECT_EQ(channelstream_address(config, main_port), "127.0.0.1:9");
}

TEST(ChannelstreamOptions, WhatCanNotBeIsRefused) {
  for (const Given& given :
       {Given{{"channelstream-compat", {"maybe"}}}, Given{{"channelstream-transports", {"flashsocket"}}},
        Given{{"channelstream-resource", {"a/b"}}}, Given{{"channelstream-admin", {"x"}}},
        Given{{"channelstream-demo", {"perhaps"}}}}) {
    Config config;
    ASSERT_TRUE(apply(config, given, "x"));
    EXPECT_FALSE(channelstream_settings(config)) << given.begin()->first;
  }
  Config config;
  EXPECT_FALSE(apply(config, {{"channelstream-debug", {"perhaps"}}}, "x"));
  ASSERT_TRUE(apply(config, {{"channelstream-compat", {"none"}}}, "x"));
  EXPECT_FALSE(channelstream_settings(config)->old_signatures);
}

}  // namespace
}  // namespace longwave::app
