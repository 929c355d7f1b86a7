// SPDX-License-Identifier: Apache-2.0
// JSON-RPC 1.0 in both directions, and what its specification says of streams: what is no valid message ends
// the connection (docs/protocols/jsonrpc.md).
#include "conversation.hpp"

#include <gtest/gtest.h>

namespace longwave::rpc::testing {
namespace {

namespace json = boost::json;
using Texts = std::vector<std::string>;

/// The services of the examples: an echo, a chat.
struct Chat : Methods {
  Chat() {
    table.add(
        {.name = "echo", .params = {any("text")}, .handler = [](const Call& call, const Responder& answer) {
           answer.finish(call.params().at("text"));
         }});
    table.add({.name = "clients",
               .handler = [](Call, const Responder& answer) { answer.finish(json::array{"ada"}); }});
    table.add({.name = "say", .params = {string("text")}, .handler = [this](Call, const Responder& answer) {
                 said->notify("message", json::array{"ada", "hello"});
                 answer.finish(nullptr);
               }});
    table.add(
        {.name = "falsy", .params = {any("value")}, .handler = [](const Call& call, const Responder& answer) {
           answer.finish(call.params().at("value"));
         }});
  }
  Peer* said = nullptr;
};

class Version1 : public ::testing::Test {
 protected:
  Version1() { chat.said = &*talk.peer; }
  Chat chat;
  Conversation talk{chat.table, {}, {.dialect = Dialect::v1}};
};

struct Exchange {
  const char* sent;
  const char* answered;  // "" = nothing
};

TEST_F(Version1, is_answered_in_version_1) {
  const Exchange cases[] = {
      {R"({ "method": "echo", "params": ["Hello JSON-RPC"], "id": 1})",
       R"({"id":1,"result":"Hello JSON-RPC","error":null})"},
      {R"({"id":1,"method":"clients","params":[]})", R"({"id":1,"result":["ada"],"error":null})"},
      {R"({"id":0,"method":"clients","params":[]})", R"({"id":0,"result":["ada"],"error":null})"},
      {R"({"id":false,"method":"clients","params":[]})", R"({"id":false,"result":["ada"],"error":null})"},
      {R"({"id":"","method":"clients","params":[]})", R"({"id":"","result":["ada"],"error":null})"},
      {R"({"id":[1,{"a":2}],"method":"clients","params":[]})",
       R"({"id":[1,{"a":2}],"result":["ada"],"error":null})"},
      {R"({"id":"a","method":"clients"})", R"({"id":"a","result":["ada"],"error":null})"},
      {R"({"id":1,"method":"falsy","params":[null]})", R"({"id":1,"result":null,"error":null})"},
      {R"({"id":1,"method":"echo","params":[{"__jsonclass__":["Date",[0]],"a":1}]})",
       R"({"id":1,"result":{"__jsonclass__":["Date",[0]],"a":1},"error":null})"},
      {R"({"id":1,"method":"falsy","params":[0]})", R"({"id":1,"result":0,"error":null})"},
      {R"({"id":2,"method":"_onclose","params":[]})",
       R"({"id":2,"result":null,"error":{"code":-32601,"message":"Method not found"}})"},
      {R"({"id":4,"method":"throw","params":[]})",
       R"({"id":4,"result":null,"error":{"code":-32603,"message":"internal error"}})"},
      {R"({"id":5,"method":"clients","params":{"a":1}})",
       R"({"id":5,"result":null,"error":{"code":-32602,"message":"\"params\" must be an array"}})"},
      {R"({"jsonrpc":"2.0","id":6,"method":"clients"})", R"({"id":6,"result":["ada"],"error":null})"},
      {R"({"id":null,"method":"nope","params":[]})", ""},
      {R"({"method":"nope"})", ""},
      {R"({"method":"say","params":["x"]})", R"({"id":null,"method":"message","params":["ada","hello"]})"},
      {R"({"id":99,"result":null,"error":"late"})", ""},
  };
  for (const Exchange& c : cases) {
    const Texts expected = *c.answered ? Texts{c.answered} : Texts{};
    EXPECT_EQ(talk.say(c.sent), expected) << c.sent;
  }
  const std::string wrong = talk.ask(R"({"id":3,"method":"say","params":[]})");
  EXPECT_EQ(code_of(wrong), invalid_params);
  EXPECT_TRUE(json::parse(wrong).at("result").is_null());
  EXPECT_TRUE(talk.box.closed.empty());
}

struct Ending {
  const char* sent;
  std::uint16_t code;
};

TEST_F(Version1, what_is_no_message_ends_the_connection) {
  const std::string brackets(100000, '[');
  const Ending cases[] = {
      {"[1,2]", 1002},
      {"[]", 1002},
      {R"([{"id":1,"method":"clients","params":[]}])", 1002},
      {"1", 1002},
      {"null", 1002},
      {"{}", 1002},
      {R"({"id":1})", 1002},
      {R"({"id":1,"method":5})", 1002},
      {R"({"id":1,"id":2,"method":"clients"})", 1002},
      {"not json", 1007},
      {"", 1007},
      {"{\"method\":\"\xff\"}", 1007},
      {R"({"method":"\ud800"})", 1007},
      {brackets.c_str(), 1007},
  };
  for (const Ending& c : cases) {
    Conversation one(chat.table, {}, {.dialect = Dialect::v1});
    Texts came;
    one.say(R"({"id":7,"method":"wait","params":[]})");
    one.peer->call("m", json::array{}, {},
                   [&](const Reply& reply) { came.push_back(reply.error().message); });
    one.box.take();
    EXPECT_TRUE(one.say(c.sent).empty()) << c.sent;
    EXPECT_EQ(one.box.closed, std::vector<std::uint16_t>{c.code}) << std::string(c.sent).substr(0, 40);
    EXPECT_EQ(came, Texts{"the connection is over"});
    EXPECT_TRUE(chat.waiting.back().cancelled());
    EXPECT_TRUE(one.say(R"({"id":1,"method":"clients"})").empty()) << "after the end";
    chat.waiting.clear();
  }
}

TEST_F(Version1, a_mistake_of_a_handler_ends_nothing) {
  for (const char* sent : {R"({"id":null,"method":"throw"})", R"({"id":null,"method":"say","params":[]})"})
    EXPECT_TRUE(talk.say(sent).empty());
  EXPECT_TRUE(talk.box.closed.empty());
}

TEST_F(Version1, our_calls_are_of_version_1_too) {
  Texts came;
  talk.peer->call("hello", json::array{"Ada"}, {},
                  [&](Reply reply) { came.push_back(json::serialize(*reply)); });
  EXPECT_EQ(talk.box.take(), Texts{R"({"id":1,"method":"hello","params":["Ada"]})"});
  talk.say(R"({"id":1,"result":["hi, Ada"],"error":null})");
  EXPECT_EQ(came, Texts{R"(["hi, Ada"])"});
  EXPECT_FALSE(talk.peer->call("hello", json::object{})) << "params are an array";
  talk.peer->notify("joinpart", json::array{});
  EXPECT_EQ(talk.box.take(), Texts{R"({"id":null,"method":"joinpart","params":[]})"});
}

TEST_F(Version1, only_a_side_that_was_asked_for_many_answers_hears_of_cancel) {
  talk.peer->call("a", json::array{});
  talk.peer->call("b", json::array{}, {.on_more = [](const json::value&, bool) {}});
  talk.box.take();
  talk.peer->cancel("1");
  talk.peer->cancel("2");
  EXPECT_EQ(talk.box.take(), Texts{R"({"id":null,"method":"rpc.cancel","params":[2]})"});
}

TEST_F(Version1, many_answers) {
  talk.say(R"({"id":5,"method":"wait","params":[]})");
  chat.waiting[0].item(1);
  EXPECT_EQ(
      talk.say(R"({"id":null,"method":"rpc.cancel","params":[5]})"),
      (Texts{
          R"({"id":5,"result":1,"error":null,"more":true})",
          R"({"id":5,"result":null,"error":{"code":-32000,"message":"cancelled","data":{"kind":"cancelled"}}})"}));
}

TEST(Dialects, automatic_calls_in_the_version_in_which_it_was_spoken_to) {
  Methods methods;
  Conversation talk(methods.table);
  const auto sent = [&] {
    talk.peer->notify("n", json::array{});
    return talk.box.take().at(0);
  };
  EXPECT_EQ(sent(), R"({"jsonrpc":"2.0","method":"n","params":[]})");
  talk.say(R"({"id":1,"method":"get_data"})");
  EXPECT_EQ(sent(), R"({"id":null,"method":"n","params":[]})");
  talk.say(R"({"jsonrpc":"2.0","id":1,"method":"get_data"})");
  EXPECT_EQ(sent(), R"({"jsonrpc":"2.0","method":"n","params":[]})");
  talk.say("[1,2,3]");
  EXPECT_EQ(talk.box.garbage, 1);
  EXPECT_TRUE(talk.box.closed.empty());
}

TEST(Dialects, version_2_alone_refuses_version_1) {
  Methods methods;
  Conversation talk(methods.table, {}, {.dialect = Dialect::v2});
  const std::string answer = talk.ask(R"({"id":1,"method":"get_data","params":[]})");
  EXPECT_EQ(code_of(answer), invalid_request);
  EXPECT_EQ(json::parse(answer).at("id"), 1);
}

}  // namespace
}  // namespace longwave::rpc::testing
