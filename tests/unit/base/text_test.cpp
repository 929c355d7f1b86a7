// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"

#include <gtest/gtest.h>

namespace longwave::text {
namespace {

TEST(Text, Utf8IsCheckedAsRfc3629Says) {
  EXPECT_TRUE(valid_utf8("plain"));
  EXPECT_TRUE(valid_utf8("gr\xC3\xBC\xC3\x9F \xF0\x9F\x8E\xB5"));
  EXPECT_FALSE(valid_utf8("\xC0\x80"));          // overlong
  EXPECT_FALSE(valid_utf8("\xED\xA0\x80"));      // surrogate
  EXPECT_FALSE(valid_utf8("\xF4\x90\x80\x80"));  // above U+10FFFF
  EXPECT_FALSE(valid_utf8("\xE2\x82"));          // cut
  EXPECT_EQ(to_utf8("a\xFFz"), "a\xEF\xBF\xBDz");
}

TEST(Text, Base64RoundTripsEveryLength) {
  std::string bytes;
  for (int i = 0; i < 70; ++i) {
    EXPECT_EQ(unbase64(base64(bytes)), bytes);
    EXPECT_EQ(unbase64(base64url(bytes)), bytes);
    bytes += static_cast<char>(i * 37);
  }
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_FALSE(unbase64("a"));
  EXPECT_FALSE(unbase64("ab c"));
}

TEST(Text, UrlDecodingRefusesCutEscapes) {
  EXPECT_EQ(url_decode("a%20b+c"), "a b+c");
  EXPECT_EQ(url_decode("a+c", true), "a c");
  EXPECT_EQ(url_decode("%41"), "A");
  EXPECT_FALSE(url_decode("%4"));
  EXPECT_FALSE(url_decode("%zz"));
}

TEST(Text, SplitAndTrim) {
  EXPECT_EQ(split("a,,b", ',').size(), 3u);
  EXPECT_EQ(trim(" \t x y\r\n"), "x y");
  EXPECT_TRUE(ascii_iequals("Host", "hOST"));
  EXPECT_FALSE(ascii_iequals("Host", "Hos"));
  EXPECT_EQ(unhex(hex("\x01\xFEz")), "\x01\xFEz");
}

TEST(Text, Base64urlHasOneSpelling) {
  EXPECT_EQ(unbase64url("-_8"), "\xfb\xff");
  for (const auto* other : {"-_8=", "+/8", "-_9", "-", "a b"}) {
    EXPECT_FALSE(unbase64url(other)) << other;
  }
  EXPECT_FALSE(unbase64url("-_")) << "bits that belong to no byte must be zero";
}

}  // namespace
}  // namespace longwave::text
