// SPDX-License-Identifier: Apache-2.0
#include "web/chunked.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace longwave::web {
namespace {

using State = ChunkedDecoder::State;
constexpr std::size_t limit = 100;

struct Taken {
  State state;
  std::string body;
  std::size_t used;
};

Taken take(const std::vector<std::string_view>& pieces) {
  ChunkedDecoder decoder;
  Taken taken{State::more, {}, 0};
  for (const auto piece : pieces) {
    const auto used = decoder.take(piece, taken.body, limit);
    taken.used += used;
    if (used < piece.size()) {
      EXPECT_NE(decoder.state(), State::more);
      break;
    }
  }
  taken.state = decoder.state();
  return taken;
}

struct Case {
  const char* name;
  std::string bytes;
  State state;
  std::string body;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> list = {
      {"empty", "0\r\n\r\n", State::done, ""},
      {"two chunks", "3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n", State::done, "abc0123456789"},
      {"either case of hex", "a\r\n0123456789\r\n0\r\n\r\n", State::done, "0123456789"},
      {"leading zeros", "0000000000000003\r\nabc\r\n000\r\n\r\n", State::done, "abc"},
      {"CR LF in the data", "4\r\n\r\n\r\n\r\n0\r\n\r\n", State::done, "\r\n\r\n"},
      {"extensions", "1;a=b;c=\"d;e\"\r\nx\r\n0;last\r\n\r\n", State::done, "x"},
      {"space before an extension", "1 \t;a\r\nx\r\n0\r\n\r\n", State::done, "x"},
      {"trailers", "1\r\nx\r\n0\r\nA: b\r\nContent-Length: 9\r\n\r\n", State::done, "x"},
      {"as much as allowed", "64\r\n" + std::string(100, 'x') + "\r\n0\r\n\r\n", State::done,
       std::string(100, 'x')},
      {"one more than allowed", "65\r\n", State::too_large, ""},
      {"more in the second chunk", "64\r\n" + std::string(100, 'x') + "\r\n1\r\n", State::too_large,
       std::string(100, 'x')},
      {"all 64 bits", "ffffffffffffffff\r\n", State::too_large, ""},
      {"17 digits", "00000000000000001", State::malformed, ""},
      {"no size", "\r\n", State::malformed, ""},
      {"no size but an extension", ";a\r\n", State::malformed, ""},
      {"a sign", "+1\r\n", State::malformed, ""},
      {"0x", "0x1\r\n", State::malformed, ""},
      {"space first", " 1\r\n", State::malformed, ""},
      {"space and no extension", "1 \r\n", State::malformed, ""},
      {"bare LF behind the size", "1\nx", State::malformed, ""},
      {"bare CR behind the size", "1\rx", State::malformed, ""},
      {"bare LF in an extension", "1;a\nx", State::malformed, ""},
      {"a control in an extension", std::string{"1;a\0", 4}, State::malformed, ""},
      {"bare LF behind the data", "1\r\nx\n", State::malformed, "x"},
      {"data goes on", "1\r\nxy", State::malformed, "x"},
      {"no CR LF behind the data", "1\r\nx0\r\n\r\n", State::malformed, "x"},
      {"a trailer without a colon", "0\r\nabc\r\n", State::malformed, ""},
      {"a trailer without a name", "0\r\n: b\r\n", State::malformed, ""},
      {"a folded trailer", "0\r\nA: b\r\n c\r\n\r\n", State::malformed, ""},
      {"space before a trailer's colon", "0\r\nA : b\r\n\r\n", State::malformed, ""},
      {"bare LF at the end", "0\r\n\n", State::malformed, ""},
      {"cut short", "3\r\nab", State::more, "ab"},
      {"without the last line", "0\r\n", State::more, ""},
  };
  return list;
}

TEST(ChunkedDecoder, every_split_gives_the_same) {
  for (const auto& one : cases()) {
    SCOPED_TRACE(one.name);
    const std::string_view bytes = one.bytes;
    for (std::size_t split = 0; split <= bytes.size(); ++split) {
      const auto taken = take({bytes.substr(0, split), bytes.substr(split)});
      ASSERT_EQ(taken.state, one.state) << split;
      ASSERT_EQ(taken.body, one.body) << split;
    }
    std::vector<std::string_view> single;
    for (std::size_t i = 0; i < bytes.size(); ++i) single.push_back(bytes.substr(i, 1));
    ASSERT_EQ(take(single).state, one.state);
    ASSERT_EQ(take(single).body, one.body);
  }
}

TEST(ChunkedDecoder, what_follows_the_body_is_left_alone) {
  const auto taken = take({"1\r\nx\r\n0\r\n\r\nGET / HTTP/1.1\r\n"});
  EXPECT_EQ(taken.state, State::done);
  EXPECT_EQ(taken.used, 11u);
}

TEST(ChunkedDecoder, extensions_and_trailers_are_bounded_over_the_whole_body) {
  std::string many;
  for (int i = 0; i < 90; ++i) many += "1;" + std::string(200, 'e') + "\r\nx\r\n";
  EXPECT_EQ(take({many}).state, State::malformed);
  EXPECT_EQ(take({"0\r\nA:" + std::string(9000, 't')}).state, State::malformed);
  EXPECT_EQ(take({"1" + std::string(20000, ' ')}).state, State::malformed);
}

}  // namespace
}  // namespace longwave::web
