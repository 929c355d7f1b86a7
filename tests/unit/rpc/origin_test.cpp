// SPDX-License-Identifier: Apache-2.0
#include "rpc/origin.hpp"

#include "web/request.hpp"

#include <gtest/gtest.h>

namespace longwave::rpc {
namespace {

TEST(Origin, OnlyWholeOriginsAreLetIn) {
  const OriginRules rules{.origins = {"https://radio.example", "http://localhost:3000"},
                          .hosts = {"my.example"}};
  const struct {
    const char *host, *origin;
    bool allowed;
  } cases[] = {
      {"radio.example", "https://radio.example", true},
      {"radio.example", "HTTPS://Radio.Example", true},
      {"other.example", "https://radio.example", true},
      {"radio.example", "http://radio.example", false},  // another scheme, and the Host is only a name
      {"radio.example", "https://radio.example:444", false},
      {"radio.example", "https://evil-radio.example", false},
      {"radio.example", "https://radio.example.evil", false},
      {"radio.example", "https://radio.exampl", false},
      {"radio.example", "null", false},
      {"radio.example", "", false},
      {"127.0.0.1:8888", "http://127.0.0.1:8888", true},  // a page of this server
      {"127.0.0.1:8888", "http://127.0.0.1:8889", false},
      {"127.0.0.1:8888", "http://127.0.0.1", false},
      {"[::1]:8888", "http://[::1]:8888", true},
      {"localhost:8888", "http://localhost:8888", true},
      {"evil.example:8888", "http://evil.example:8888", false},  // a name that was made to lead here
      {"127.0.0.1.evil.example", "http://127.0.0.1.evil.example", false},
      {"my.example", "https://my.example", true},
  };
  for (const auto& c : cases) {
    web::Request request;
    request.headers = {{"Host", c.host}, {"Origin", c.origin}};
    EXPECT_EQ(allows(rules, request), c.allowed) << c.host << " " << c.origin;
    EXPECT_TRUE(allows({.any = true}, request));
  }
  web::Request program;
  program.headers = {{"Host", "evil.example"}};
  EXPECT_TRUE(allows(rules, program)) << "programs that aren't browsers name no origin";
}

}  // namespace
}  // namespace longwave::rpc
