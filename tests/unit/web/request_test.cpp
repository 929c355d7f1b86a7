// SPDX-License-Identifier: Apache-2.0
#include "web/request.hpp"

#include <gtest/gtest.h>

namespace longwave::web {
namespace {

TEST(Request, target) {
  struct {
    const char* target;
    bool good;
    const char* path;
  } const cases[] = {
      {"/", true, "/"},
      {"/a%20b", true, "/a b"},
      {"/a+b", true, "/a+b"},
      {"/a?b=c", true, "/a"},
      {"http://host/x", true, "/x"},
      {"https://host", true, "/"},
      {"", false, ""},
      {"a", false, ""},
      {"/%", false, ""},
      {"/%0", false, ""},
      {"/%00", false, ""},
      {"/a?x=%zz", false, ""},
      {"ftp://host/x", false, ""},
  };
  for (const auto& one : cases) {
    Request request;
    EXPECT_EQ(parse_target(one.target, request), one.good) << one.target;
    if (one.good) {
      EXPECT_EQ(request.path, one.path);
    }
  }
}

TEST(Request, query_and_cookies) {
  Request request;
  ASSERT_TRUE(parse_target("/s?q=a%20b+c&flag&&q=two&e=", request));
  EXPECT_EQ(request.query_value("q"), "a b c");
  EXPECT_EQ(request.query_value("flag"), "");
  EXPECT_EQ(request.query_value("e"), "");
  EXPECT_EQ(request.query_value("none"), std::nullopt);
  request.headers.add("Cookie", "a=1; session=\"abc=\";b=2");
  EXPECT_EQ(request.cookie("session"), "abc=");
  EXPECT_EQ(request.cookie("b"), "2");
  EXPECT_EQ(request.cookie("sess"), std::nullopt);
}

TEST(Headers, names_without_case_and_tokens) {
  Headers headers = {{"Connection", "keep-alive, Upgrade"}, {"X", "1"}, {"x", "2"}};
  EXPECT_EQ(headers.get("CONNECTION"), "keep-alive, Upgrade");
  EXPECT_TRUE(headers.has_token("connection", "upgrade"));
  EXPECT_FALSE(headers.has_token("connection", "up"));
  headers.set("X", "3");
  EXPECT_EQ(headers.get("x"), "3");
  EXPECT_EQ(headers.size(), 2u);
}

}  // namespace
}  // namespace longwave::web
