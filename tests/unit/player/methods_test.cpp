// SPDX-License-Identifier: Apache-2.0
#include "dialects/player/methods.hpp"

#include "../rpc/conversation.hpp"
#include "dialects/player/words.hpp"
#include "memory_player.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace longwave::player {
namespace {

using rpc::testing::Conversation;
using Frames = std::vector<std::string>;

/// Two browsers at one player; frames in the order in which each sees them.
class Browsers : public ::testing::Test {
 protected:
  Browsers() {
    add_methods(table, desk);
    a = std::make_unique<Conversation>(table, caller(Role::dj), terms());
    b = std::make_unique<Conversation>(table, caller(Role::anyone), terms());
    on_event = player.happened.connect([this](const Event& event) {
      const auto broadcast = broadcast_of(event);
      desk.tell(broadcast.method, broadcast.payload);
    });
  }
  static rpc::Caller caller(Role role) { return {.role = role, .user = "ada"}; }
  static rpc::Terms terms() {
    return {.dialect = rpc::Dialect::v2, .tells_method = true, .bare_faults = true};
  }
  void settle() {
    while (!player.tasks.empty()) {
      auto task = std::move(player.tasks.front());
      player.tasks.pop_front();
      task();
    }
  }
  Frames says(Conversation& who, std::string_view text) {
    who.peer->receive(text);
    settle();
    return who.box.take();
  }
  /// A calls; what A sees.
  Frames call(const std::string& method, const std::string& params, int id = 4) {
    return says(*a, "{\"jsonrpc\":\"2.0\",\"id\":" + std::to_string(id) + ",\"method\":\"" + method +
                        "\",\"params\":" + params + "}");
  }
  static std::string answer(const std::string& method, const std::string& result) {
    return "{\"jsonrpc\":\"2.0\",\"method\":\"" + method + "\",\"id\":4,\"result\":" + result + "}";
  }
  static int code(const Frames& frames) { return frames.size() == 1 ? rpc::testing::code_of(frames[0]) : 0; }

  testing::MemoryPlayer player;
  std::unique_ptr<Conversation> a, b;
  std::vector<std::string> polls;
  Desk desk{.backend = player,
            .home = [](Task task) { task(); },
            .tell =
                [this](std::string_view method, const std::string& payload) {
                  for (auto* one : {a.get(), b.get()})
                    one->box.send({broadcast_frame(method, payload), true, {}});
                },
            .tell_polls = [this](std::string_view key,
                                 const std::string& payload) { polls.push_back(poll_answer(key, payload)); }};
  rpc::Table table;
  Subscription on_event;
};

TEST_F(Browsers, NextWithTwoBrowsersIsToldBeforeItIsAnswered) {
  player.position = 3;
  const std::string next = R"({"position":4,"name":"Default"})";
  const Frames expected{broadcast_frame("playback.next", next), answer("playback.next", next),
                        broadcast_frame("broadcast.playlist_current_pos", next),
                        broadcast_frame("broadcast.playback_current_id", "15")};
  EXPECT_EQ(call("playback.next", "[]"), expected);
  EXPECT_EQ(b->box.take(), (Frames{expected[0], expected[2], expected[3]}));
}

TEST_F(Browsers, JumpWakesPollsFirst) {
  const Frames expected{
      broadcast_frame("playback.jump", "0"), answer("playback.jump", "0"),
      broadcast_frame("broadcast.playlist_current_pos", R"({"position":0,"name":"Default"})"),
      broadcast_frame("broadcast.playback_current_id", "11")};
  EXPECT_EQ(call("playback.jump", "[0]"), expected);
  EXPECT_EQ(polls, Frames{R"({"playback.position":0})"});
}

TEST_F(Browsers, AJumpThatFailsTellsNothing) {
  const auto frames = call("playback.jump", "[77]");
  EXPECT_EQ(
      frames,
      Frames{
          R"({"jsonrpc":"2.0","method":"playback.jump","id":4,"error":{"code":-32603,"message":"no such position"}})"});
  EXPECT_TRUE(b->box.take().empty());
  EXPECT_TRUE(polls.empty());
}

TEST_F(Browsers, BeyondTheEndIsAnError) {
  player.position = 4;
  EXPECT_EQ(code(call("playback.next", "[]")), rpc::internal_error);
  player.position = 0;
  EXPECT_EQ(code(call("playback.previous", "[]")), rpc::internal_error);
}

TEST_F(Browsers, RemovingBeforeTheCurrentMovesIt) {
  EXPECT_EQ(
      call("playlist.remove_id", "[1]"),
      (Frames{answer("playlist.remove_id", "null"),
              broadcast_frame("broadcast.playlist_changed", R"({"type":3,"name":"Default","position":1})"),
              broadcast_frame("broadcast.playlist_current_pos", R"({"position":2,"name":"Default"})")}));
}

TEST_F(Browsers, ClearAnnouncesMinusOne) {
  EXPECT_EQ(
      call("playlist.clear", "[]"),
      (Frames{answer("playlist.clear", "null"),
              broadcast_frame("broadcast.playlist_changed", R"({"type":8,"name":"Default"})"),
              broadcast_frame("broadcast.playlist_current_pos", R"({"position":-1,"name":"Default"})")}));
}

TEST_F(Browsers, LoadIsToldOnceAndNotForTheActiveOne) {
  EXPECT_EQ(
      call("playlist.load", "[\"Jazz\"]"),
      (Frames{answer("playlist.load", "null"), broadcast_frame("broadcast.playlist_loaded", "\"Jazz\"")}));
  EXPECT_EQ(call("playlist.load", "[\"Jazz\"]"), Frames{answer("playlist.load", "null")});
}

TEST_F(Browsers, TheEndOfASongAndOfTheList) {
  player.song_ends();
  settle();
  EXPECT_EQ(b->box.take(),
            (Frames{broadcast_frame("broadcast.playlist_current_pos", R"({"position":4,"name":"Default"})"),
                    broadcast_frame("broadcast.playback_current_id", "15")}));
  player.song_ends();
  settle();
  EXPECT_EQ(b->box.take(), Frames{broadcast_frame("broadcast.playback_status", "0")});
}

TEST_F(Browsers, VolumeRoundsAndIsToldOnlyWhenItChanges) {
  EXPECT_EQ(call("server.volume", "[42.857]"),
            (Frames{broadcast_frame("server.volume", "43"), answer("server.volume", "43"),
                    broadcast_frame("broadcast.playback_volume_changed", R"({"master":43})")}));
  EXPECT_EQ(call("server.volume", "[]"), Frames{answer("server.volume", "43")});
  EXPECT_EQ(call("server.volume", "[43]"), Frames{answer("server.volume", "43")});
  EXPECT_EQ(call("server.volume", "[0]").at(1), answer("server.volume", "0"));
  EXPECT_EQ(code(call("server.volume", "[101]")), rpc::invalid_params);
  EXPECT_EQ(code(call("server.volume", "[-1]")), rpc::invalid_params);
  EXPECT_EQ(call("server.volume", "[null, \"left\"]"), Frames{answer("server.volume", "null")});
  EXPECT_EQ(call("server.volume", "[30, \"left\"]").at(1), answer("server.volume", "30"));
  EXPECT_EQ(call("server.volume", "[null, \"left\"]"), Frames{answer("server.volume", "30")});
}

TEST_F(Browsers, WhoMayOnlyLookMayNotSteer) {
  const auto refused = says(*b, R"({"jsonrpc":"2.0","id":1,"method":"playback.stop"})");
  EXPECT_EQ(code(refused), rpc::refused);
  EXPECT_EQ(code(says(*b, R"({"jsonrpc":"2.0","id":1,"method":"server.volume","params":[3]})")),
            rpc::refused);
  EXPECT_EQ(code(says(*b, R"({"jsonrpc":"2.0","id":1,"method":"playlist.list"})")), 0);
  EXPECT_EQ(player.status, 1);
}

TEST_F(Browsers, DiscoverTellsTheOriginalsMethodsAndEachIsThere) {
  const auto answer = boost::json::parse(call("server.discover", "[]").at(0));
  const auto& names = answer.at("result").as_array();
  EXPECT_EQ(names.size(), 24u);
  for (const auto& name : names) EXPECT_NE(table.find(std::string(name.as_string())), nullptr) << name;
}

TEST_F(Browsers, MissingArgumentsAreWrongParameters) {
  for (const auto& [name, method] : table.methods()) {
    if (name.starts_with("rpc.")) continue;
    const bool wants =
        std::any_of(method.params.begin(), method.params.end(), [](const auto& p) { return p.required; });
    if (wants) EXPECT_EQ(code(call(name, "[]")), rpc::invalid_params) << name;
    EXPECT_EQ(code(call(name, "[1,2,3,4]")), rpc::invalid_params) << name;
  }
}

TEST_F(Browsers, IdsOfTheOriginal) {
  EXPECT_EQ(call("playback.get_current_id", "[]", 0),
            Frames{R"({"jsonrpc":"2.0","method":"playback.get_current_id","id":0,"result":14})"});
  EXPECT_TRUE(says(*a, R"({"jsonrpc":"2.0","id":null,"method":"playback.get_current_id"})").empty());
  EXPECT_TRUE(says(*a, R"({"jsonrpc":"2.0","method":"playback.get_current_id"})").empty());
  EXPECT_EQ(
      says(*a, R"({"jsonrpc":"2.0","id":0,"method":"nope"})"),
      Frames{
          R"({"jsonrpc":"2.0","method":"nope","id":0,"error":{"code":-32601,"message":"method not found"}})"});
  EXPECT_EQ(code(says(*a, "{")), rpc::parse_error);
  EXPECT_EQ(code(says(*a, R"({"jsonrpc":"1.0","id":0,"method":"server.discover"})")), rpc::invalid_request);
}

TEST_F(Browsers, PropertiesTakeTextsAndNumbers) {
  EXPECT_EQ(call("medialib.set_property", R"([41,"title","So What"])").size(), 2u);
  (void)call("medialib.set_property", R"([41,"rating",5])");
  (void)call("medialib.unset_property", R"([41,"title"])");
  EXPECT_EQ(player.asked, (std::vector<std::string>{"title=So What", "rating=5", "title=-"}));
  EXPECT_EQ(code(call("medialib.set_property", R"([41,"rating",[5]])")), rpc::invalid_params);
}

TEST_F(Browsers, APackageAnswersForEachSong) {
  EXPECT_EQ(
      call("package_playlist", "[\"Jazz\"]"),
      (Frames{
          R"({"jsonrpc":"2.0","method":"package_playlist","id":4,"result":{"done":1,"total":2,"id":11,"title":"So What"},"more":true})",
          R"({"jsonrpc":"2.0","method":"package_playlist","id":4,"result":{"done":2,"total":2,"id":12,"title":"Naima","problem":"the file is missing"},"more":true})",
          answer("package_playlist", R"({"url":"/package/x","bytes":42})")}));
}

TEST_F(Browsers, APackageThatIsCancelledEnds) {
  player.held = true;
  (void)call("package_playlist", "[]");
  const auto frames = says(*a, R"({"jsonrpc":"2.0","method":"rpc.cancel","params":[4]})");
  EXPECT_EQ(code(frames), rpc::cancelled);
  EXPECT_EQ(player.asked, Frames{"cancel 7"});
}

TEST_F(Browsers, APlayerThatIsGone) {
  player.gone = true;
  EXPECT_EQ(code(call("playback.get_current_id", "[]")), rpc::unavailable);
}

}  // namespace
}  // namespace longwave::player
