// SPDX-License-Identifier: Apache-2.0
#include "store/text_values.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace longwave::store {
namespace {

std::string back(std::string text) {
  decode_text(text);
  return text;
}

TEST(TextValues, letters_travel_as_they_are) {
  for (const std::string text :
       {"", "plain", "Größe — 日本", "\xf4\x8f\xbf\xbf", "\xf0\x9f\x8e\xb5", "it's \\x6a"}) {
    EXPECT_EQ(encode_text(text), text);
    EXPECT_EQ(back(text), text);
  }
}

TEST(TextValues, bytes_that_are_no_letters_come_back) {
  const std::string texts[] = {
      std::string("a\0b", 3),          // NUL
      "caf\xe9.mp3",                   // Latin-1
      "\xc3",                          // cut
      "\xc0\xaf",                      // overlong
      "\xed\xa0\x80",                  // a surrogate
      "\xf4\x90\x80\x80",              // beyond the last letter
      "\xf4\x8f\xb8\x80",              // one of our own letters
      "\xf4\x8f\xbb\xbf\xf4\x8f\xb8",  // another, and a part of one
  };
  for (const auto& text : texts) {
    EXPECT_NE(encode_text(text), text);
    EXPECT_EQ(encode_text(text).find('\0'), std::string::npos);
    EXPECT_EQ(back(encode_text(text)), text);
  }
}

TEST(TextValues, every_text_comes_back_and_equal_ones_stay_equal) {
  std::mt19937 random(1);
  // Bytes of which our letters are made come often.
  const unsigned char often[] = {0xf4, 0x8f, 0xb8, 0xb9, 0xbb, 0x80, 0xbf, 0x00, 'a', 0xc3, 0xa9, 0xed, 0xe0};
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (auto left = random() % 12; left > 0; --left)
      text += static_cast<char>(random() % 3 != 0 ? often[random() % sizeof often] : random() % 256);
    ASSERT_EQ(back(encode_text(text)), text) << round;
  }
}

TEST(TextValues, numbers_and_bytes) {
  EXPECT_EQ(to_text(Value{std::numeric_limits<std::int64_t>::min()}), "-9223372036854775808");
  EXPECT_EQ(real_from_text(to_text(Value{0.1})), 0.1);
  EXPECT_EQ(real_from_text(to_text(Value{std::numeric_limits<double>::infinity()})),
            std::numeric_limits<double>::infinity());
  EXPECT_EQ(integer_from_text("t"), 1);
  EXPECT_EQ(integer_from_text("f"), 0);
  EXPECT_EQ(integer_from_text("-3.9"), -3);
  EXPECT_EQ(integer_from_text("1e30"), std::numeric_limits<std::int64_t>::max());
  const std::string bytes("\0\xff\x10 x", 5);
  EXPECT_EQ(to_text(Value{BlobView{bytes}}), "\\x00ff102078");
  EXPECT_EQ(bytes_from_text("\\x00ff102078"), bytes);
  EXPECT_EQ(bytes_from_text("\\x"), "");
}

}  // namespace
}  // namespace longwave::store
