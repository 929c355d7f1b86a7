// SPDX-License-Identifier: Apache-2.0
#include "station/backends/xmms2_client.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

namespace longwave::station::xmms2 {
namespace {

std::string bytes(std::string_view hex) {
  std::string digits, out;
  std::copy_if(hex.begin(), hex.end(), std::back_inserter(digits),
               [](char c) { return c != ' ' && c != '\n'; });
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    out += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
  return out;
}
std::string hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    constexpr const char* digits = "0123456789abcdef";
    out += digits[static_cast<unsigned char>(c) >> 4];
    out += digits[c & 15];
  }
  return out;
}
std::string plain(std::string_view text) {
  return hex(bytes(text));
}

class Recorded final : public Wire {
 public:
  void connect() override { ++connects; }
  void write(std::string text) override { written.push_back(std::move(text)); }
  void close() override { ++closes; }
  void wake(Instant when) override { due = when; }
  std::vector<std::string> written;
  int connects = 0, closes = 0;
  Instant due{};
};

class Talk : public ::testing::Test {
 protected:
  Talk() {
    client.on_up = [this] { ++ups; };
    client.on_down = [this](const std::string& why) { downs.push_back(why); };
    client.on_broadcast = [this](Broadcast what, const Value& value) { told.emplace_back(what, value); };
  }
  void greet() {
    client.start();
    client.connected();
    client.received(bytes("00000001 00000000 00000001 0000000c 00000002 000000000000001c"));
    wire.written.clear();
  }
  Client::Done keep() {
    return [this](Result<Value> outcome) { answers.push_back(std::move(outcome)); };
  }
  /// The cookie of what was written last.
  std::uint32_t cookie() const { return read_header(wire.written.back()).cookie; }
  void answer(std::uint32_t cookie, const Value& value, std::uint32_t command = 0) {
    client.received(write_message(4, command, cookie, value, client.protocol()));
  }

  ManualClock clock;
  Recorded wire;
  Client client{clock, wire, {.name = "remote"}};
  int ups = 0;
  std::vector<std::string> downs;
  std::vector<std::pair<Broadcast, Value>> told;
  std::vector<Result<Value>> answers;
};

TEST_F(Talk, TheGreetingOfANewDaemonAsRecorded) {
  client.start();
  EXPECT_EQ(wire.connects, 1);
  client.connected();
  ASSERT_EQ(wire.written.size(), 1u);
  EXPECT_EQ(hex(wire.written[0]),
            plain("00000001 00000020 00000001 00000027 00000006 00000000 00000002 00000002 0000000000000018 "
                  "00000003 00000007 72656d6f746500"));
  // The answer comes byte by byte.
  for (const char c : bytes("00000001 00000000 00000001 0000000c 00000002 000000000000001c"))
    client.received(std::string_view(&c, 1));
  EXPECT_EQ(ups, 1);
  EXPECT_EQ(client.protocol(), Protocol::v24);
  EXPECT_EQ(wire.written.size(), 14u) << "13 subscriptions";
}

TEST_F(Talk, AnOldDaemonRefusesTheNewGreetingAndTakesItsOwn) {
  client.start();
  client.connected();
  client.received(
      bytes("00000001 00000001 00000001 0000002b 00000001 00000023 57726f6e67206e756d626572206f66206172"
            "67756d656e747320746f2068656c6c6f00"));
  ASSERT_EQ(wire.written.size(), 2u);
  EXPECT_EQ(hex(wire.written[1]),
            plain("00000001 00000020 00000002 0000001f 00000006 00000002 00000002 00000012 "
                  "00000003 00000007 72656d6f746500"));
  client.received(bytes("00000001 00000000 00000002 00000004 00000000"));
  EXPECT_EQ(ups, 1);
  EXPECT_EQ(client.protocol(), Protocol::v18);
  EXPECT_EQ(wire.written.size(), 2u + 12u) << "an old daemon has no entry_removed";
}

TEST_F(Talk, AStrangeProtocolIsLeftAlone) {
  client.start();
  client.connected();
  answer(1, Failure{"Bad protocol version"}, 1);
  answer(2, Failure{"Bad protocol version"}, 1);
  EXPECT_EQ(ups, 0);
  EXPECT_EQ(wire.closes, 1);
}

TEST_F(Talk, ACallAndItsAnswerAsRecorded) {
  greet();
  client.call(4, 41, {"master", 40}, keep());
  EXPECT_EQ(hex(wire.written[0]).substr(32),
            plain("00000006 00000000 00000002 00000003 00000007 6d617374657200 "
                  "00000002 0000000000000028"));
  answer(cookie(), {});
  client.call(4, 42, {}, keep());
  client.received(
      bytes("00000004 00000000 00000010 0000001f 00000007 00000001 00000007 6d617374657200 00000002 "
            "0000000000000028"));  // 1 greeting, 13 subscriptions, 2 calls
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(*answers[1]->find("master")->number(), 40);
}

TEST_F(Talk, ErrorsAreTheDaemonsWordsAlsoAsAReply) {
  greet();
  client.call(2, 44, {"nope"}, keep());
  answer(cookie(), Failure{"no such playlist"}, 1);
  client.call(12, 32, {}, keep());
  answer(cookie(), Failure{"destination client disconnected"}, 0);
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[0].error().message, "no such playlist");
  EXPECT_EQ(answers[1].error().message, "destination client disconnected");
}

TEST_F(Talk, BroadcastsComeAgainAndAgain) {
  greet();
  const auto message = bytes("00000000 00000021 00000007 0000000c 00000002 0000000000000002");
  client.received(message + message);  // the sixth subscription: status
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[0].first, Broadcast::status);
  EXPECT_EQ(*told[0].second.number(), 2);
}

TEST_F(Talk, SilenceEndsTheConnectionAndEveryCallOnce) {
  greet();
  client.call(4, 39, {}, keep());
  client.call(6, 39, {}, keep(), true);
  clock.advance(std::chrono::seconds{9});
  client.woken();
  EXPECT_TRUE(answers.empty());
  clock.advance(std::chrono::seconds{2});
  client.woken();
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[0].error().code, Errc::unavailable);
  EXPECT_EQ(downs.size(), 1u);
  client.call(4, 39, {}, keep());
  EXPECT_EQ(answers.back().error().code, Errc::unavailable);
}

TEST_F(Talk, AnAnswerThatComesTooLateIsNobodys) {
  greet();
  answer(4711, 3);
  EXPECT_TRUE(client.up());
}

TEST_F(Talk, BrokenAnswersEndTheConnection) {
  for (const char* broken :
       {"00000004 00000000 00000010 7fffffff", "00000004 00000000 00000010 00000004 00000063",
        "00000004 00000000 00000010 00000000",
        "00000004 00000000 00000010 0000000c 00000006 00000000 7fffffff"}) {
    Recorded line;
    Client one(clock, line, {.name = "remote"});
    one.start();
    one.connected();
    one.received(bytes("00000001 00000000 00000001 0000000c 00000002 000000000000001c"));
    one.received(bytes(broken));
    EXPECT_FALSE(one.up()) << broken;
    EXPECT_EQ(line.closes, 1);
  }
}

TEST_F(Talk, ThePauseDoublesUpToALimitAndBeginsAnewAfterSuccess) {
  client.start();
  std::vector<Duration> pauses;
  for (int i = 0; i < 8; ++i) {
    client.lost("refused");
    pauses.push_back(wire.due - clock.now());
    clock.advance(wire.due - clock.now());
    client.woken();
  }
  EXPECT_EQ(pauses[0], std::chrono::milliseconds{250});
  EXPECT_EQ(pauses[1], std::chrono::milliseconds{500});
  EXPECT_EQ(pauses[7], std::chrono::seconds{10});
  client.connected();
  answer(1, 1);
  client.lost("gone");
  EXPECT_EQ(wire.due - clock.now(), std::chrono::milliseconds{250});
}

TEST(Values, BothEncodingsAsRecorded) {
  const auto changed =
      read_value(bytes("00000007 00000004 00000005 6e616d6500 00000003 00000008 44656661756c7400 "
                       "00000003 696400 00000002 0000000000000002 00000009 706f736974696f6e00 "
                       "00000002 0000000000000002 00000005 7479706500 00000002 0000000000000000"),
                 Protocol::v24);
  ASSERT_TRUE(changed);
  EXPECT_EQ(*changed->find("name")->text(), "Default");
  EXPECT_EQ(*changed->find("position")->number(), 2);
  EXPECT_EQ(
      hex(write_value(List{"_active", id_list({2}, Protocol::v24)}, Protocol::v24)),
      plain(
          "00000006 00000000 00000002 00000003 00000008 5f61637469766500 00000004 00000011 00000000 00000002 "
          "00000001 0000000000000002 00000004 00000000"));
  const auto saved = bytes(
      "00000004 00000008 00000002 00000006 6669656c6400 00000003 00000007 61727469737400 "
      "00000006 76616c756500 00000003 0000000e 416461204cc3b676656c61636500 00000002 00000000 "
      "00000004 00000001 00000001 00000000 00000002 00000000 00000004 00000000");
  const auto query = read_value(saved, Protocol::v24);
  ASSERT_TRUE(query);
  EXPECT_EQ(std::get<Collection>(query->of).operands.size(), 1u);
  EXPECT_EQ(hex(write_value(*query, Protocol::v24)), hex(saved));
  const auto old =
      bytes("00000004 00000009 00000001 00000009 706f736974696f6e00 00000003 2d3100 00000000 00000000");
  EXPECT_EQ(hex(write_value(*read_value(old, Protocol::v18), Protocol::v18)), hex(old));
  EXPECT_EQ(*read_value(bytes("00000002 ffffffff"), Protocol::v18)->number(), -1);
}

TEST(Values, FloatsRestrictedListsAndTexts) {
  EXPECT_EQ(std::get<double>(read_value(bytes("00000009 40000000 00000001"), Protocol::v24)->of), 1.0);
  EXPECT_FLOAT_EQ(static_cast<float>(
                      std::get<double>(read_value(bytes("00000009 b3333300 ffffffff"), Protocol::v24)->of)),
                  -0.3F);
  EXPECT_EQ(read_value(bytes("00000006 00000002 00000002 0000000000000001 0000000000000002"), Protocol::v24)
                ->list()
                ->size(),
            2u);
  EXPECT_EQ(*read_value(bytes("00000003 00000005 6162000000"), Protocol::v24)->text(), "ab");
  EXPECT_EQ(*read_value(bytes("00000003 00000000"), Protocol::v24)->text(), "");
}

TEST(Values, NestingHasAnEnd) {
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += bytes("00000006 00000000 00000001");
  EXPECT_FALSE(read_value(deep + bytes("00000000"), Protocol::v24));
}

}  // namespace
}  // namespace longwave::station::xmms2
