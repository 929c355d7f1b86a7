// SPDX-License-Identifier: Apache-2.0
#include "dialects/channelstream/signatures.hpp"

#include <gtest/gtest.h>

namespace longwave::channelstream {
namespace {

constexpr std::int64_t then = 1'600'000'000;

TEST(SignatureOfTheSeed, VectorsOfTheDocument) {
  const std::string path = "XRlVxSUoyXGN2zY3XgqgA6XeOBXi8fqgC3ZRpdCxx5A=.1396800000";
  EXPECT_EQ(sign_g1("secret", "/message", 1396800000), path);
  EXPECT_EQ(check_g1("secret", "/message", path), 1396800000);
  const std::string user = "B9xherDn1l/+evj0Km9Bvzt0+eMdJvisHTLlCkdL+4E=.1396800000";
  EXPECT_EQ(sign_g1("secret", "anon_42", 1396800000), user);
  EXPECT_EQ(check_g1("secret", "anon_42", user), 1396800000);
}

TEST(SignatureOfTheSeed, CoversPathAndTime) {
  const auto good = sign_g1("secret", "/message", then);
  EXPECT_FALSE(check_g1("secret", "/info", good));
  EXPECT_FALSE(check_g1("other", "/message", good));
  EXPECT_FALSE(check_g1("secret", "/message", good + "1"));
  for (const char* bad :
       {"", ".", "x.", ".1600000000", "abc.1600000000", "secret", "a.b.c", "x.-1", "x.1e9"}) {
    EXPECT_FALSE(check_g1("secret", "/message", bad)) << bad;
  }
}

struct Vector {
  std::string token;
  std::int64_t time;
};

TEST(SignatureOfTheTimestampSigner, VectorsOfTheDocument) {
  for (const auto& [token, time] : {Vector{"channelstream.X14QAA.QLT3kgcJYg14C3PAy4wtyg5uGgI", then},
                                    Vector{"/connect.X14QAA.SPM6sHtinEBU8MmBZnatiO-Vq0A", then},
                                    Vector{"channelstream.X14QAA=.Puy6fglMxTJx42nbfWGFGCF6P7M", then},
                                    Vector{"channelstream.X14QCQ=.y9FwUYcr-9YNEostTHs5jPjT+hg", then + 9}}) {
    EXPECT_EQ(check_g2("secret", token), time) << token;
    EXPECT_FALSE(check_g2("Secret", token)) << token;
    EXPECT_FALSE(check_g2("secret", "x" + token)) << token;
  }
  EXPECT_EQ(sign_g2("secret", "channelstream", then), "channelstream.X14QAA.QLT3kgcJYg14C3PAy4wtyg5uGgI");
  EXPECT_EQ(sign_g2("secret", "/connect", then), "/connect.X14QAA.SPM6sHtinEBU8MmBZnatiO-Vq0A");
}

TEST(SignatureOfTheTimestampSigner, ReadsTheTimeOfOldSigners) {
  // They count from 2011, so a token of 2020 looks like one of 1979.
  EXPECT_EQ(check_g2("secret", sign_g2("secret", "x", then - 1293840000)), then);
}

TEST(SignatureOfTheTimestampSigner, RefusesWhatIsNone) {
  for (const char* bad : {"", ".", "..", "...", "a.b.c", "channelstream", "channelstream.X14QAA",
                          "channelstream.X14QAA.", "channelstream..QLT3kgcJYg14C3PAy4wtyg5uGgI"}) {
    EXPECT_FALSE(check_g2("secret", bad)) << bad;
  }
}

TEST(SignatureOfOurs, CoversMethodPathBodyTimeAndNonce) {
  const Covered call{"POST", "/message", "[]"};
  const auto token = sign_own("secret", call, then, "0123456789abcdef");
  EXPECT_EQ(token,
            "v2:1600000000:0123456789abcdef:"
            "f95c8cc996b8bcc5663bc57094ef411515f41d82e480dc4e29e3c68e6b1a8816");
  const auto mark = check_own("secret", call, token);
  ASSERT_TRUE(mark);
  EXPECT_EQ(mark->time, then);
  EXPECT_EQ(mark->nonce, "0123456789abcdef");
  EXPECT_FALSE(check_own("other", call, token));
  EXPECT_FALSE(check_own("secret", {"PATCH", "/message", "[]"}, token));
  EXPECT_FALSE(check_own("secret", {"POST", "/info", "[]"}, token));
  EXPECT_FALSE(check_own("secret", {"POST", "/message", "[ ]"}, token));
  std::string later = token;
  later[3] = '2';
  EXPECT_FALSE(check_own("secret", call, later));
  EXPECT_FALSE(check_own("secret", call, sign_own("secret", call, then, "short")));
}

TEST(SignatureForm, IsToldByItsLooks) {
  EXPECT_EQ(form_of(sign_g1("secret", "/message", then)), Form::g1);
  EXPECT_EQ(form_of(sign_g2("secret", "/message", then)), Form::g2);
  EXPECT_EQ(form_of(sign_own("secret", {"GET", "/", ""}, then, "0123456789abcdef")), Form::own);
  EXPECT_EQ(form_of("rubbish"), Form::g2);
}

}  // namespace
}  // namespace longwave::channelstream
