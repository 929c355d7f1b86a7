// SPDX-License-Identifier: Apache-2.0
#include "dialects/channelstream/g1_policy.hpp"
#include "dialects/channelstream/g1_wires.hpp"
#include "dialects/channelstream/signatures.hpp"

#include <gtest/gtest.h>

namespace longwave::channelstream::g1 {
namespace {

constexpr std::int64_t signed_at = 1396800000;
const std::string vector = "B9xherDn1l/+evj0Km9Bvzt0+eMdJvisHTLlCkdL+4E=.1396800000";

WallTime after(Duration time) {
  return WallTime{std::chrono::seconds{signed_at}} + time;
}

TEST(G1Judge, ABrowsersSignatureHoldsADayUnlessToldOtherwise) {
  using std::chrono::hours;
  Settings settings;
  settings.secret = "secret";
  const Credentials who{"anon_42", vector, ""};
  EXPECT_EQ(judge(who, settings, after(hours{0})), Verdict::good);
  EXPECT_EQ(judge(who, settings, after(hours{24})), Verdict::good);
  EXPECT_EQ(judge(who, settings, after(hours{25})), Verdict::bad);
  EXPECT_EQ(judge(who, settings, after(-hours{1})), Verdict::bad) << "of the future";
  settings.any_age = true;
  EXPECT_EQ(judge(who, settings, after(hours{9999})), Verdict::good);
  EXPECT_EQ(judge({"anon_43", vector, ""}, settings, after(hours{0})), Verdict::bad);
  EXPECT_EQ(judge({"", vector, ""}, settings, after(hours{0})), Verdict::missing);
  EXPECT_EQ(judge({"anon_42", "", ""}, settings, after(hours{0})), Verdict::missing);
  settings.old_signatures = false;
  EXPECT_EQ(judge(who, settings, after(hours{0})), Verdict::bad);
}

TEST(G1Judge, OriginsAreComparedExactly) {
  Settings settings;
  web::Request request;
  request.headers = {{"Host", "radio.example:8000"}, {"Origin", "https://app.example"}};
  EXPECT_TRUE(admits(settings, request)) << "none are set";
  settings.allow_cors = {"https://app.example"};
  EXPECT_TRUE(admits(settings, request));
  web::Headers fields;
  add_cors(settings, request, fields);
  EXPECT_EQ(fields.get("Access-Control-Allow-Origin"), "https://app.example");
  for (const auto* other : {"https://app.example.org", "http://app.example", "https://app.exampl", "null"}) {
    request.headers.set("Origin", other);
    EXPECT_FALSE(admits(settings, request)) << other;
    web::Headers none;
    add_cors(settings, request, none);
    EXPECT_FALSE(none.has("Access-Control-Allow-Origin"));
  }
  request.headers.set("Origin", "http://radio.example:8000");
  EXPECT_TRUE(admits(settings, request)) << "our own pages";
}

TEST(G1Policy, OnlyTheRequestIsAnswered) {
  EXPECT_FALSE(policy_answer(""));
  EXPECT_FALSE(policy_answer("<policy-file-req"));
  EXPECT_EQ(policy_answer("GET / HTTP/1.1"), "");
  const auto answer = policy_answer(std::string_view("<policy-file-request/>\0", 23));
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->starts_with("<cross-domain-policy>"));
  EXPECT_EQ(answer->back(), '\0');
}

}  // namespace
}  // namespace longwave::channelstream::g1
