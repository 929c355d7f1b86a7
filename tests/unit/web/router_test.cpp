// SPDX-License-Identifier: Apache-2.0
#include "web/router.hpp"

#include "web/static_files.hpp"

#include <gtest/gtest.h>

#include <array>

namespace longwave::web {
namespace {

Result<void> add(Router& router, const char* pattern, std::vector<std::string> methods = {"GET"}) {
  return router.add(
      {.methods = std::move(methods), .pattern = pattern, .description = "", .handler = [](RequestContext&&) {
       }});
}

std::string found(const Router& router, std::string_view path, std::string_view method = "GET") {
  const auto match = router.match(method, path);
  if (!match.route) return match.allow.empty() ? "404" : "405 " + match.allow;
  auto text = match.route->pattern;
  for (const auto& [name, value] : match.parameters) text += " " + name + "=" + value;
  return text;
}

TEST(Router, the_more_exact_pattern_wins) {
  Router router;
  for (const char* pattern :
       {"/", "/:page", "/health", "/art/:hash", "/art/:hash/info", "/art/cover", "/listen/:station",
        "/listen/:station.mp3", "/listen/:station.opus", "/files/*path", "/files/:one", "/a/:x/c"}) {
    ASSERT_TRUE(add(router, pattern)) << pattern;
  }
  const std::pair<const char*, const char*> cases[] = {
      {"/", "/"},
      {"/health", "/health"},
      {"/other", "/:page page=other"},
      {"/art/ab12", "/art/:hash hash=ab12"},
      {"/art/cover", "/art/cover"},
      {"/art/cover/info", "/art/:hash/info hash=cover"},
      {"/listen/main.mp3", "/listen/:station.mp3 station=main"},
      {"/listen/main.opus", "/listen/:station.opus station=main"},
      {"/listen/main.ogg", "/listen/:station station=main.ogg"},
      {"/listen/.mp3", "/listen/:station station=.mp3"},
      {"/files/a", "/files/:one one=a"},
      {"/files/a/b/c", "/files/*path path=a/b/c"},
      {"/files/", "404"},
      {"/art", "/:page page=art"},
      {"/art/", "404"},
      {"/a/b%2Fc/c", "/a/:x/c x=b/c"},
      {"/a/b/d", "404"},
      {"/a/%zz/c", "404"},
      {"/health/", "404"},
      {"", "404"},
  };
  for (const auto& [path, expected] : cases) EXPECT_EQ(found(router, path), expected) << path;
}

TEST(Router, methods_and_what_is_allowed) {
  Router router;
  ASSERT_TRUE(add(router, "/rpc"));
  ASSERT_TRUE(add(router, "/rpc", {"POST"}));
  ASSERT_TRUE(add(router, "/put", {"PUT", "DELETE"}));
  EXPECT_EQ(found(router, "/rpc", "HEAD"), "/rpc");
  EXPECT_EQ(found(router, "/rpc", "POST"), "/rpc");
  EXPECT_EQ(found(router, "/rpc", "PUT"), "405 GET, HEAD, POST");
  EXPECT_EQ(found(router, "/put", "GET"), "405 DELETE, PUT");
  EXPECT_EQ(found(router, "/put", "get"), "405 DELETE, PUT");
}

TEST(Router, refuses_overlaps_and_malformed_patterns) {
  Router router;
  ASSERT_TRUE(add(router, "/art/:hash"));
  const auto overlap = add(router, "/art/:other");
  ASSERT_FALSE(overlap);
  EXPECT_EQ(overlap.error().code, Errc::conflict);
  EXPECT_NE(overlap.error().message.find("/art/:hash"), std::string::npos);
  EXPECT_TRUE(add(router, "/art/:other", {"POST"}));
  for (const char* pattern : {"", "art", "/:", "/*", "/*rest/more", "/:.mp3"}) {
    const auto added = add(router, pattern);
    ASSERT_FALSE(added) << pattern;
    EXPECT_EQ(added.error().code, Errc::invalid);
  }
  EXPECT_FALSE(add(router, "/x", {}));
  EXPECT_EQ(router.routes().size(), 2u);
}

TEST(Router, static_files_are_routes) {
  Router router;
  static constexpr std::array<Asset, 2> assets{Asset{"/app.js", "text/javascript", "1", "\"a\"", "", true},
                                               Asset{"/", "text/html", "2", "\"b\"", "", false}};
  ASSERT_TRUE(add_static_routes(router, assets));
  EXPECT_EQ(found(router, "/app.js"), "/app.js");
  EXPECT_EQ(found(router, "/"), "/");
  EXPECT_FALSE(add_static_routes(router, assets));
}

}  // namespace
}  // namespace longwave::web
