// SPDX-License-Identifier: Apache-2.0
#include "dialects/mpd/lines.hpp"

#include <gtest/gtest.h>

#include <string>

namespace longwave::mpd {
namespace {

Words good(std::string_view line) {
  auto words = words_of(line);
  if (const auto* bad = std::get_if<BadLine>(&words)) {
    ADD_FAILURE() << line << ": " << bad->refusal.message;
    return {};
  }
  return std::get<Words>(words);
}
std::string refused(std::string_view line) {
  const auto words = words_of(line);
  const auto* bad = std::get_if<BadLine>(&words);
  return bad ? bad->refusal.message : "taken";
}

TEST(MpdLines, WordsBareAndQuoted) {
  EXPECT_EQ(good("status").command, "status");
  EXPECT_TRUE(good("status").arguments.empty());
  const auto words = good("find  artist \"A \\\"B\\\" \\\\\" \t window 0:5");
  EXPECT_EQ(words.command, "find");
  EXPECT_EQ(words.arguments, (std::vector<std::string>{"artist", "A \"B\" \\", "window", "0:5"}));
  EXPECT_EQ(good("add \"\"").arguments, std::vector<std::string>{""});
  EXPECT_EQ(good("find \"(artist == 'x')\"").arguments, std::vector<std::string>{"(artist == 'x')"});
}

TEST(MpdLines, WhatIsNotWellFormedIsSaid) {
  EXPECT_EQ(refused(""), "No command given");
  EXPECT_EQ(refused("9lives"), "Letter expected");
  EXPECT_EQ(refused("play1"), "Invalid word character");
  EXPECT_EQ(refused("add \"x"), "Missing closing '\"'");
  EXPECT_EQ(refused("add \"x\\"), "Missing closing '\"'");
  EXPECT_EQ(refused("add \"x\"y"), "Space expected after closing '\"'");
  EXPECT_EQ(refused("add x'y"), "Invalid unquoted character");
  std::string many = "prio 1";
  for (int i = 0; i < 100; ++i) many += " 1";
  EXPECT_EQ(refused(many), "Too many arguments");
}

TEST(MpdLines, QuotedComesBackAsItWas) {
  for (const std::string text : {"", "plain", "two words", "a\"b", "back\\slash", "'", "\\\""}) {
    EXPECT_EQ(good("add " + mpd::quoted(text)).arguments, std::vector<std::string>{text});
  }
}

std::string all_of(LineReader& reader) {
  std::string told;
  while (auto input = reader.next()) {
    if (const auto* request = std::get_if<Request>(&*input)) {
      told += request->list ? request->each_ok ? "ok-list" : "list" : "one";
      for (const auto& line : request->lines) told += "[" + line + "]";
    } else {
      told += std::holds_alternative<NoIdle>(*input) ? "noidle" : "hangup";
    }
    told += ' ';
  }
  return told;
}

TEST(MpdLines, PiecesOfAnySizeGiveTheSame) {
  const std::string bytes =
      "ping\r\nstatus \ncommand_list_ok_begin\nplay 1\nstop\ncommand_list_end\nnoidle\n"
      "command_list_begin\ncommand_list_end\nidle\n";
  const std::string whole = "one[ping] one[status] ok-list[play 1][stop] noidle list one[idle] ";
  for (std::size_t size = 1; size <= bytes.size(); ++size) {
    LineReader reader;
    std::string told;
    for (std::size_t at = 0; at < bytes.size(); at += size) {
      reader.feed(std::string_view(bytes).substr(at, size));
      told += all_of(reader);
    }
    EXPECT_EQ(told, whole) << "in pieces of " << size;
    EXPECT_TRUE(reader.at_rest());
  }
}

TEST(MpdLines, AnythingElseIsLetGo) {
  for (const std::string bytes : {"GET / HTTP/1.1\r\n", "\x16\x03\xff\n", "ping\n{}\n", "1\n"}) {
    LineReader reader;
    reader.feed(bytes);
    EXPECT_NE(all_of(reader).find("hangup"), std::string::npos) << bytes;
  }
}

TEST(MpdLines, LimitsOfLineAndList) {
  LineReader reader({.line = 32, .list = 64, .arguments = 4, .waiting = 100});
  reader.feed("add " + std::string(27, 'x') + "\n");
  EXPECT_EQ(all_of(reader), "one[add " + std::string(27, 'x') + "] ");
  reader.feed(std::string(31, 'a'));
  EXPECT_EQ(all_of(reader), "");
  reader.feed("b");
  EXPECT_EQ(all_of(reader), "hangup ");
  reader.feed("ping\n");
  EXPECT_EQ(all_of(reader), "") << "nothing after a hangup";

  LineReader list({.line = 32, .list = 12, .arguments = 4, .waiting = 100});
  list.feed("command_list_begin\nping\nping\n");
  EXPECT_EQ(all_of(list), "");
  list.feed("ping\n");
  EXPECT_EQ(all_of(list), "hangup ");
}

TEST(MpdLines, WhoAsksFasterThanItIsAnsweredIsHeld) {
  LineReader reader({.line = 32, .list = 64, .arguments = 4, .waiting = 10});
  reader.feed("ping\nping\n");
  EXPECT_FALSE(reader.full());
  reader.feed("ping\n");
  EXPECT_TRUE(reader.full());
  (void)reader.next();
  EXPECT_FALSE(reader.full());
}

TEST(MpdAck, OneLineWhateverTheMessage) {
  EXPECT_EQ(ack_line(refuse(Ack::no_exist, "No such\nsong"), 3, "playid"),
            "ACK [50@3] {playid} No such song\n");
  EXPECT_EQ(refuse(error(Errc::not_found, "gone")).code, Ack::no_exist);
  EXPECT_EQ(refuse(error(Errc::refused, "no")).code, Ack::permission);
}

}  // namespace
}  // namespace longwave::mpd
