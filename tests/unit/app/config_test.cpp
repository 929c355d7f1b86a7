// SPDX-License-Identifier: Apache-2.0
#include "app/config.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

namespace longwave::app {
namespace {

std::string file_with(const std::string& text) {
  const std::string path = testing::TempDir() + "longwave-config-test.toml";
  std::ofstream(path) << text;
  return path;
}

TEST(Config, LaterSourcesWin) {
  Config config;
  ASSERT_TRUE(apply(
      config, *from_toml_file(file_with("music = ['/a', '/b']\ncache = 100\nloudness = -18.5\n")), "f"));
  setenv("LONGWAVE_CACHE", "200", 1);
  ASSERT_TRUE(apply(config, *from_environment(), "the environment"));
  unsetenv("LONGWAVE_CACHE");
  ASSERT_TRUE(apply(config, {{"listen", {"127.0.0.1:1"}}}, "the command line"));
  EXPECT_EQ(config.music, (std::vector<std::string>{"/a", "/b"}));
  EXPECT_EQ(config.cache_mb, 200);
  EXPECT_EQ(config.loudness_lufs, -18.5);
  EXPECT_EQ(config.listen, std::vector<std::string>{"127.0.0.1:1"});
}

TEST(Config, AVariableThatIsNoOptionIsTold) {
  const char* const names[] = {"LONGWAVE_CASHE", "LONGWAVE_TLS_KEYS", "LONGWAVE_KEY", "LONGWAVE_CACHE"};
  for (const char* name : names) setenv(name, "200", 1);
  const auto said = strange_variables();
  for (const char* name : names) unsetenv(name);
  const auto told = [&](const std::string& sentence) {
    return std::any_of(said.begin(), said.end(), [&](const auto& s) { return s.starts_with(sentence); });
  };
  EXPECT_TRUE(told("LONGWAVE_CASHE means nothing here; did you mean LONGWAVE_CACHE?"));
  EXPECT_TRUE(told("LONGWAVE_TLS_KEYS means nothing here; did you mean LONGWAVE_TLS_KEY?"));
  EXPECT_FALSE(told("LONGWAVE_KEY ")) << "the key of `longwave call`";
  EXPECT_FALSE(told("LONGWAVE_CACHE "));
}

TEST(Config, ErrorsSayWhatAndWhere) {
  struct Case {
    const char* toml;
    const char* says;
  };
  for (const auto& [toml, says] : {
           Case{"musik = '/a'", "did you mean 'music'"},
           Case{"cache = 'much'", "cache must be a number from 64"},
           Case{"cache = 1", "cache must be a number from 64"},
           Case{"cache = ", "line 1"},
           Case{"data = ['a', 'b']", "data takes one value"},
       }) {
    Config config;
    auto given = from_toml_file(file_with(toml));
    const auto done = given ? apply(config, *given, "file") : Result<void>(given.error());
    ASSERT_FALSE(done) << toml;
    EXPECT_NE(done.error().message.find(says), std::string::npos) << done.error().message;
  }
}

TEST(Config, WhatIsPrintedCanBeReadAgain) {
  Config config;
  config.station_name = "Say \"hi\" \\ there";
  config.music = {"/a b"};
  const auto path = file_with(to_toml(config));
  Config again;
  ASSERT_TRUE(apply(again, *from_toml_file(path), path));
  EXPECT_EQ(to_toml(again), to_toml(config));
}

}  // namespace
}  // namespace longwave::app
