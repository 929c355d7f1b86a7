// SPDX-License-Identifier: Apache-2.0
#include "fleet/relayed_stream.hpp"
#include "base/random.hpp"

#include <gtest/gtest.h>

namespace longwave::fleet {
namespace {

std::string frame(char fill, bool padded = false) {
  std::string one{"\xff\xfb\x90\x00", 4};
  if (padded) one[2] = '\x92';
  one.resize(mp3_frame_bytes(one), fill);
  return one;
}

struct Taken {
  std::string bytes;
  std::size_t frames = 0;
  std::vector<std::string> titles;
};

Taken take(RelayedStream& stream, const std::string& all, std::size_t step) {
  Taken taken;
  for (std::size_t at = 0; at < all.size(); at += step) {
    for (const auto& piece : stream.take(std::string_view(all).substr(at, step))) {
      taken.bytes += piece.bytes;
      taken.frames += piece.ends.size();
      if (!piece.ends.empty()) {
        EXPECT_EQ(piece.ends.back(), piece.bytes.size());
      }
      if (piece.title) taken.titles.push_back(*piece.title);
    }
  }
  return taken;
}

TEST(RelayedStreamTest, lengths_of_frames) {
  EXPECT_EQ(frame('x').size(), 417u);
  EXPECT_EQ(frame('x', true).size(), 418u);
  EXPECT_EQ(mp3_frame_bytes("ID3\x04"), 0u);
  EXPECT_EQ(mp3_frame_bytes({"\xff\xfb\x94\x00", 4}), 0u) << "48 kHz doesn't fit our grid";
  EXPECT_EQ(mp3_frame_bytes({"\xff\xfb\xf0\x00", 4}), 0u);
}

TEST(RelayedStreamTest, cuts_frames_and_titles_however_they_come) {
  std::string sound;
  for (int i = 0; i < 50; ++i) sound += frame(static_cast<char>('a' + i % 26), i % 3 == 0);
  std::string body;
  int titles = 0;
  for (std::size_t at = 0; at < sound.size(); at += 8192) {
    body += sound.substr(at, 8192);
    if (sound.size() - at < 8192) break;
    std::string title = "StreamTitle='Song " + std::to_string(++titles) + "';";
    title.resize(32);
    body += '\x02' + title;
  }
  const auto answer = "HTTP/1.0 200 OK\r\nContent-Type: audio/mpeg\r\nIcy-MetaInt: 8192\r\n\r\n" + body;
  for (const std::size_t step : {1u, 7u, 417u, 5000u, 1'000'000u}) {
    RelayedStream stream;
    const auto taken = take(stream, answer, step);
    EXPECT_EQ(stream.problem(), "");
    EXPECT_EQ(taken.bytes, sound) << step;
    EXPECT_EQ(taken.frames, 50u);
    EXPECT_EQ(taken.titles, (std::vector<std::string>{"Song 1", "Song 2"}));
  }
}

TEST(RelayedStreamTest, finds_the_frames_again_after_something_else) {
  RelayedStream stream;
  const auto taken = take(stream,
                          "HTTP/1.1 200 OK\r\n\r\nID3 tag" + frame('a').substr(9) + frame('b') + frame('c') +
                              "\xff\xfb\x90" + frame('d') + frame('e'),
                          100);
  EXPECT_EQ(stream.problem(), "");
  EXPECT_GE(taken.frames, 3u);
}

TEST(RelayedStreamTest, says_why_it_is_no_stream) {
  const std::pair<std::string, std::string> cases[] = {
      {"HTTP/1.1 404 Not Found\r\n\r\n", "it answered 404"},
      {"SSH-2.0\r\n\r\n", "it answered something else than HTTP"},
      {"HTTP/1.1 200 OK\r\n" + std::string(20'000, 'x'), "the head of its answer is too long"},
      {"HTTP/1.1 200 OK\r\nicy-metaint: 9999999999\r\n\r\n", ""},
      {"HTTP/1.1 200 OK\r\n\r\n" + std::string(300'000, 'x'), "it isn't MP3 at 44.1 kHz"}};
  for (const auto& [answer, problem] : cases) {
    RelayedStream stream;
    take(stream, answer, 1000);
    if (problem.empty()) {
      EXPECT_NE(stream.problem(), "");
    } else {
      EXPECT_EQ(stream.problem(), problem);
    }
  }
}

TEST(RelayedStreamTest, survives_anything) {
  Random random(1);
  for (int run = 0; run < 200; ++run) {
    std::string answer = "HTTP/1.0 200 OK\r\nicy-metaint: 100\r\n\r\n";
    for (int i = 0; i < 2000; ++i) answer += static_cast<char>(random.below(8) ? random.below(256) : 0xff);
    RelayedStream stream;
    take(stream, answer, 1 + random.below(300));
  }
}

}  // namespace
}  // namespace longwave::fleet
