// SPDX-License-Identifier: Apache-2.0
#include "redis/address.hpp"

#include <gtest/gtest.h>

namespace longwave::redis {
namespace {

TEST(Address, is_read) {
  struct Case {
    const char* text;
    const char* host;
    int port;
    int db;
    bool tls;
    const char* user;
    const char* password;
    const char* shown;
  };
  for (const Case& one : {
           Case{"redis://localhost", "localhost", 6379, 0, false, "", "", "redis://localhost:6379/0"},
           Case{"redis://127.0.0.1:22100/3", "127.0.0.1", 22100, 3, false, "", "",
                "redis://127.0.0.1:22100/3"},
           Case{"redis://127.0.0.1:22100/", "127.0.0.1", 22100, 0, false, "", "",
                "redis://127.0.0.1:22100/0"},
           Case{"rediss://[::1]:7/1", "::1", 7, 1, true, "", "", "rediss://[::1]:7/1"},
           Case{"redis://:pass@h", "h", 6379, 0, false, "", "pass", "redis://h:6379/0"},
           Case{"redis://ada:a%40b%3a@h:1", "h", 1, 0, false, "ada", "a@b:", "redis://h:1/0"},
       }) {
    const auto address = Address::parse(one.text);
    ASSERT_TRUE(address) << one.text << ": " << address.error().message;
    EXPECT_EQ(address->endpoint.host, one.host);
    EXPECT_EQ(address->endpoint.port, one.port);
    EXPECT_EQ(address->db, one.db);
    EXPECT_EQ(address->tls, one.tls);
    EXPECT_EQ(address->user, one.user);
    EXPECT_EQ(address->password, one.password);
    EXPECT_EQ(address->text(), one.shown);
  }
}

TEST(Address, of_a_unix_socket) {
  const auto address = Address::parse("unix:/run/redis.sock?db=2");
  ASSERT_TRUE(address);
  EXPECT_EQ(address->endpoint.unix_path, "/run/redis.sock");
  EXPECT_EQ(address->db, 2);
  EXPECT_EQ(Address::parse("unix:///run/redis.sock")->endpoint.unix_path, "/run/redis.sock");
}

TEST(Address, that_is_wrong_is_refused_without_telling_the_password) {
  for (const char* text :
       {"", "localhost", "http://x", "redis://", "redis://:geheim@", "redis://x:0", "redis://x:99999",
        "redis://geheim@x:port", "redis://x/db", "redis://x/-1", "redis://[::1", "redis://%zz:geheim@x",
        "unix:x", "unix:/x?db=y", "redis://[::1]x"}) {
    const auto address = Address::parse(text);
    ASSERT_FALSE(address) << text;
    EXPECT_EQ(address.error().message.find("geheim"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace longwave::redis
