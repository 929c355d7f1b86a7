// SPDX-License-Identifier: Apache-2.0
#include "rpc/peer.hpp"

#include "conversation.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace longwave::rpc::testing {
namespace {

namespace json = boost::json;

class PeerTest : public ::testing::Test {
 protected:
  std::string call(const std::string& method, const std::string& id) {
    return R"({"jsonrpc":"2.0","method":")" + method + R"(","id":)" + id + "}";
  }
  Methods methods;
  Conversation talk{methods.table};
};

TEST_F(PeerTest, ids_are_echoed_as_they_came) {
  for (const std::string id :
       {"0", "-0", "1", "1.0", "1e0", "123456789012345678901234567890", "-9223372036854775808", "0.1",
        "1e400", "\"\"", "\"a\"", "\"\\u0061\\/\\n\"", "\"é\"", "null"}) {
    EXPECT_EQ(talk.ask(call("get_data", id)), R"({"jsonrpc":"2.0","id":)" + id + R"(,"result":["hello",5]})");
  }
}

TEST_F(PeerTest, ids_of_other_types_are_refused) {
  for (const std::string id : {"true", "[1]", "{\"a\":1}"}) {
    const std::string answer = talk.ask(call("get_data", id));
    EXPECT_EQ(code_of(answer), invalid_request) << answer;
    EXPECT_TRUE(json::parse(answer).at("id").is_null());
  }
}

TEST_F(PeerTest, answers_of_the_other_side_are_left_alone) {
  EXPECT_TRUE(talk.say(R"({"jsonrpc":"2.0","id":5,"result":1})").empty());
  EXPECT_TRUE(talk.say(R"({"id":99,"result":null,"error":"late"})").empty());
}

struct Refused {
  const char* sent;
  int code;
};

TEST_F(PeerTest, what_is_no_call_is_answered) {
  const std::string deep = R"({"jsonrpc":"2.0","id":1,"method":"update","params":[)" + std::string(70, '[') +
                           std::string(70, ']') + "]}";
  const std::string brackets(100000, '['), braces = [] {
    std::string s;
    for (int i = 0; i < 20000; ++i) s += "{\"a\":";
    return s;
  }();
  std::string many = "[";
  for (int i = 0; i < 101; ++i) many += (i ? ",1" : "1");
  many += "]";
  const Refused cases[] = {
      {"", parse_error},
      {" ", parse_error},
      {"{", parse_error},
      {"nul", parse_error},
      {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\"}", parse_error},
      {R"({"jsonrpc":"2.0","id":1,"method":"\ud800"})", parse_error},
      {R"({"jsonrpc":"2.0","id":1,"method":"\udc00\ud800"})", parse_error},
      {brackets.c_str(), parse_error},
      {braces.c_str(), parse_error},
      {deep.c_str(), parse_error},
      {R"({"jsonrpc":"2.0","id":1e99999999999999999999,"method":"get_data"})", parse_error},
      {R"({"jsonrpc":"2.0","id":1,"method":"get_data"} x)", parse_error},
      {"null", invalid_request},
      {"1", invalid_request},
      {"\"hello\"", invalid_request},
      {"{}", invalid_request},
      {many.c_str(), invalid_request},
      {R"({"jsonrpc":"1.0","id":0,"method":"get_data"})", invalid_request},
      {R"({"jsonrpc":2.0,"id":0,"method":"get_data"})", invalid_request},
      {R"({"jsonrpc":"2.0","id":0})", invalid_request},
      {R"({"jsonrpc":"2.0","id":0,"method":null})", invalid_request},
      {R"({"jsonrpc":"2.0","id":0,"method":"get_data","params":5})", invalid_request},
      {R"({"jsonrpc":"2.0","id":0,"method":"get_data","params":null})", invalid_request},
      {R"({"jsonrpc":"2.0","id":0,"id":1,"method":"get_data"})", invalid_request},
      {R"({"jsonrpc":"2.0","id":0,"\u0069d":1,"method":"get_data"})", invalid_request},
      {R"({"id":3,"method":"subtract","params":{"minuend":1,"subtrahend":1}})", invalid_request},
      {R"({"jsonrpc":"2.0","id":0,"Method":"get_data"})", invalid_request},
      {R"({"JSONRPC":"2.0","id":0,"method":"get_data","params":{}})", invalid_request},
      {R"({"jsonrpc":"2.0","id":0,"method":"Get_data"})", method_not_found},
      {R"({"jsonrpc":"2.0","id":0,"method":"subtract","params":{"Minuend":1,"subtrahend":1}})",
       invalid_params},
      {R"({"jsonrpc":"2.0","id":0,"method":"subtract","params":{"minuend":1}})", invalid_params},
      {R"({"jsonrpc":"2.0","id":0,"method":""})", method_not_found},
      {R"({"jsonrpc":"2.0","id":0,"method":"rpc.nothing"})", method_not_found},
      {R"({"jsonrpc":"2.0","id":0,"method":"update","params":{"a":1,"a":2}})", invalid_params},
      {R"({"jsonrpc":"2.0","id":0,"method":"update","params":[1e400]})", invalid_params},
      {R"({"jsonrpc":"2.0","id":0,"method":"throw"})", internal_error},
      {R"({"jsonrpc":"2.0","id":0,"method":"forget"})", internal_error},
      {R"({"jsonrpc":"2.0","id":0,"method":"refuse"})", conflict},
  };
  for (const Refused& c : cases) {
    const std::string answer = talk.ask(c.sent);
    EXPECT_EQ(code_of(answer), c.code) << std::string(c.sent).substr(0, 80) << " → " << answer;
  }
  EXPECT_EQ(talk.ask(call("get_data", "1")), R"({"jsonrpc":"2.0","id":1,"result":["hello",5]})");
}

TEST_F(PeerTest, an_escaped_member_name_is_the_same_member) {
  EXPECT_EQ(talk.ask(R"({"jsonrpc":"2.0","\u0069d":"\u0078","method":"get_data"})"),
            R"({"jsonrpc":"2.0","id":"\u0078","result":["hello",5]})");
}

TEST_F(PeerTest, the_reason_of_a_refusal_is_data) {
  EXPECT_EQ(
      talk.ask(R"({"jsonrpc":"2.0","id":0,"method":"get_data","params":5})"),
      R"({"jsonrpc":"2.0","id":0,"error":{"code":-32600,"message":"Invalid Request","data":{"kind":"invalid_request","reason":"\"params\" must be an array or an object"}}})");
}

TEST_F(PeerTest, the_transport_may_refuse_a_call_and_hears_of_garbage) {
  talk.box.refusal = Fault{too_many_calls, "slower", {}};
  EXPECT_EQ(code_of(talk.ask(call("get_data", "1"))), too_many_calls);
  EXPECT_TRUE(talk.say(R"({"jsonrpc":"2.0","method":"update","params":[1]})").empty());
  EXPECT_TRUE(methods.notified.empty()) << "a notification is refused without a word";
  EXPECT_EQ(talk.box.garbage, 0);
  talk.box.refusal.reset();
  for (const char* sent : {"{", "1", "[]", "[1,2]", R"({"jsonrpc":"2.0"})"}) talk.say(sent);
  EXPECT_EQ(talk.box.garbage, 5);
  talk.say("[1," + call("get_data", "1") + "]");
  EXPECT_EQ(talk.box.garbage, 5) << "some of it was a call";
}

TEST_F(PeerTest, a_slow_call_delays_no_other) {
  talk.say(call("wait", "1"));
  for (int i = 2; i < 50; ++i)
    EXPECT_EQ(code_of(talk.ask(call("get_data", std::to_string(i)))), 0) << "answered at once";
  Conversation other(methods.table);
  EXPECT_EQ(code_of(other.ask(call("get_data", "1"))), 0);
  methods.waiting[0].finish(1);
  EXPECT_EQ(talk.box.take(), (std::vector<std::string>{R"({"jsonrpc":"2.0","id":1,"result":1})"}));
}

TEST_F(PeerTest, a_handler_finds_who_called_and_from_where) {
  std::string seen;
  methods.table.add({.name = "who", .handler = [&](const Call& call, const Responder& answer) {
                       seen = call.caller().user + " " + std::to_string(call.connection()) + " " + call.id() +
                              (call.is_notification() ? " n" : " c") + (call.owner() == &seen ? " mine" : "");
                       answer.finish(nullptr);
                     }});
  Conversation one(methods.table, {.user = "ada"}, {.connection = 7, .owner = &seen});
  one.say(call("who", "\"\\u0061\""));
  EXPECT_EQ(seen, "ada 7 \"\\u0061\" c mine");
  one.say(R"({"jsonrpc":"2.0","method":"who"})");
  EXPECT_EQ(seen, "ada 7 null n mine");
}

TEST_F(PeerTest, a_handler_may_end_the_conversation) {
  Peer* ended = nullptr;
  methods.table.add({.name = "bye", .handler = [&](const Call&, const Responder& answer) {
                       ended->end();
                       answer.finish(1);
                     }});
  ended = &*talk.peer;
  EXPECT_TRUE(
      talk.say("[" + call("get_data", "1") + "," + call("bye", "2") + "," + call("get_data", "3") + "]")
          .empty());
  EXPECT_EQ(talk.peer->in_flight(), 0u);
}

TEST_F(PeerTest, what_went_wrong_inside_is_not_told) {
  EXPECT_EQ(talk.ask(call("throw", "1")).find("secret detail"), std::string::npos);
}

TEST_F(PeerTest, version_1_is_answered_in_version_1) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"id":1,"method":"sum","params":[1,2,3]})", R"({"id":1,"result":6,"error":null})"},
      {R"({"id":0,"method":"get_data"})", R"({"id":0,"result":["hello",5],"error":null})"},
      {R"({"id":"a","method":"get_data","params":[]})", R"({"id":"a","result":["hello",5],"error":null})"},
      {R"({"id":[1,{"x":2}],"method":"get_data","params":[]})",
       R"({"id":[1,{"x":2}],"result":["hello",5],"error":null})"},
      {R"({"id":false,"method":"get_data","params":[]})",
       R"({"id":false,"result":["hello",5],"error":null})"},
  };
  for (const auto& [sent, answered] : cases) EXPECT_EQ(talk.ask(sent), answered);

  const auto unknown = json::parse(talk.ask(R"({"id":2,"method":"_onclose","params":[]})"));
  EXPECT_EQ(unknown.at("error").at("code"), method_not_found);
  EXPECT_TRUE(unknown.at("result").is_null());
  EXPECT_FALSE(unknown.as_object().contains("jsonrpc"));
  EXPECT_EQ(code_of(talk.ask(R"({"id":3,"method":"sum","params":[]})")), invalid_params);
}

TEST_F(PeerTest, version_1_notifications_are_not_answered) {
  for (const char* sent :
       {R"({"id":null,"method":"update","params":[1]})", R"({"method":"update","params":["x"]})",
        R"({"id":null,"method":"nope","params":[]})"})
    EXPECT_TRUE(talk.say(sent).empty()) << sent;
  EXPECT_EQ(methods.notified.size(), 2u);
}

TEST_F(PeerTest, roles_are_checked) {
  Conversation stranger(methods.table, Caller{.role = Role::dj});
  const std::string answer = stranger.ask(call("secret", "1"));
  EXPECT_EQ(code_of(answer), refused);
  EXPECT_EQ(json::parse(answer).at("error").at("data").at("role"), "admin");
  stranger.peer->set_caller(std::make_shared<const Caller>(Caller{.role = Role::admin}));
  EXPECT_EQ(stranger.ask(call("secret", "1")), R"({"jsonrpc":"2.0","id":1,"result":42})");
}

TEST_F(PeerTest, handlers_run_where_the_table_says) {
  talk.say(call("wait.store", "1"));
  talk.say(call("wait.pool", "2"));
  EXPECT_TRUE(methods.waiting.empty());
  EXPECT_EQ(talk.store.size(), 1u);
  EXPECT_EQ(talk.pool.size(), 1u);
  Conversation::run(talk.store);
  ASSERT_EQ(methods.waiting.size(), 1u);
  std::thread([&] { methods.waiting[0].finish(7); }).join();
  EXPECT_TRUE(talk.box.sent.empty()) << "answered on a foreign thread";
  Conversation::run(talk.loop);
  EXPECT_EQ(talk.box.take(), (std::vector<std::string>{R"({"jsonrpc":"2.0","id":1,"result":7})"}));
}

TEST_F(PeerTest, a_pool_that_takes_no_more_is_answered) {
  talk.refuse_to_run = true;
  EXPECT_EQ(code_of(talk.ask(call("wait.pool", "1"))), unavailable);
  EXPECT_EQ(talk.peer->in_flight(), 0u);
}

TEST_F(PeerTest, an_id_in_use_is_refused_until_it_is_answered) {
  talk.say(call("wait", "1"));
  for (const char* same : {"1", "1.0", "1e0", "10e-1"})
    EXPECT_EQ(code_of(talk.ask(call("get_data", same))), invalid_request) << same;
  for (const char* other : {"2", "\"1\"", "1.5", "null"})
    EXPECT_EQ(code_of(talk.ask(call("get_data", other))), 0) << other;
  methods.waiting[0].finish(nullptr);
  talk.box.take();
  EXPECT_EQ(code_of(talk.ask(call("get_data", "1"))), 0);
  talk.say(call("wait", "\"\\u0061\""));
  EXPECT_EQ(code_of(talk.ask(call("get_data", "\"a\""))), invalid_request);
  talk.say(call("wait", "123456789012345678901"));
  EXPECT_EQ(code_of(talk.ask(call("get_data", "123456789012345678902"))), 0);
}

TEST_F(PeerTest, at_most_64_calls_are_in_flight) {
  for (int i = 0; i < 64; ++i) EXPECT_TRUE(talk.say(call("wait", std::to_string(i))).empty());
  EXPECT_EQ(code_of(talk.ask(call("wait", "64"))), too_many_calls);
  EXPECT_TRUE(talk.say(R"({"jsonrpc":"2.0","method":"wait"})").empty());
  EXPECT_EQ(methods.waiting.size(), 64u) << "a notification got past the limit";
  methods.waiting[10].finish(1);
  talk.box.take();
  EXPECT_TRUE(talk.say(call("wait", "64")).empty());
}

TEST_F(PeerTest, a_batch_is_answered_when_its_last_call_is) {
  std::string batch = "[" + call("wait", "1") + "," + call("get_data", "2") + "," + call("wait", "3") + "]";
  EXPECT_TRUE(talk.say(batch).empty());
  methods.waiting[1].finish("c");
  EXPECT_TRUE(talk.box.sent.empty());
  methods.waiting[0].finish("a");
  EXPECT_EQ(talk.box.take(),
            (std::vector<std::string>{
                R"([{"jsonrpc":"2.0","id":1,"result":"a"},{"jsonrpc":"2.0","id":2,"result":["hello",5]},)"
                R"({"jsonrpc":"2.0","id":3,"result":"c"}])"}));
}

TEST_F(PeerTest, a_batch_holds_version_2_only_and_up_to_100_calls) {
  const auto mixed =
      json::parse(talk.ask("[" + std::string(R"({"id":7,"method":"get_data","params":[]})") + "]"));
  EXPECT_EQ(mixed.at(0).at("error").at("code"), invalid_request);
  std::string hundred = "[";
  for (int i = 0; i < 100; ++i) hundred += (i ? "," : "") + call("get_data", std::to_string(i));
  EXPECT_EQ(json::parse(talk.ask(hundred + "]")).as_array().size(), 100u);
}

TEST_F(PeerTest, only_the_first_answer_counts) {
  talk.say(call("wait", "1"));
  const Responder answer = methods.waiting[0];
  answer.finish(1);
  answer.finish(2);
  answer.fail(Fault{});
  answer.item(3);
  methods.waiting.clear();
  EXPECT_EQ(talk.box.take(), (std::vector<std::string>{R"({"jsonrpc":"2.0","id":1,"result":1})"}));
}

TEST_F(PeerTest, headers_reach_the_transport) {
  talk.say(call("wait", "1"));
  methods.waiting[0].header("Set-Cookie", "a=b");
  methods.waiting[0].finish(1);
  ASSERT_EQ(talk.box.sent.size(), 1u);
  EXPECT_EQ(talk.box.sent[0].headers, (decltype(Message::headers){{"Set-Cookie", "a=b"}}));
}

}  // namespace
}  // namespace longwave::rpc::testing
