// SPDX-License-Identifier: Apache-2.0
// Our own calls to the other side: each completes exactly once, whatever happens.
#include "conversation.hpp"

#include <gtest/gtest.h>

namespace longwave::rpc::testing {
namespace {

namespace json = boost::json;
using std::chrono::seconds;
using Texts = std::vector<std::string>;

class Calls : public ::testing::Test {
 protected:
  /// Calls, and notes what comes: "result 5", "fault -32000 cancelled", "more 1", "gauge 2".
  std::string call(CallOptions options = {}, bool many = false) {
    if (many)
      options.on_more = [this](const json::value& value, bool gauge) {
        came.push_back((gauge ? "gauge " : "more ") + json::serialize(value));
      };
    const auto id = talk.peer->call("m", json::array{1}, std::move(options), note());
    return id ? *id : "error: " + id.error().message;
  }
  UniqueFunction<void(Reply)> note() {
    return [this](Reply reply) { came.push_back(words(reply)); };
  }
  static std::string words(const Reply& reply) {
    if (reply) return "result " + json::serialize(*reply);
    const Fault& fault = reply.error();
    return "fault " + std::to_string(fault.code) + " " + fault.message + fault.data;
  }
  Texts taken() { return std::exchange(came, {}); }

  Methods methods;
  Texts came;
  Conversation talk{methods.table};
};

TEST_F(Calls, have_ids_from_1_and_are_answered_once) {
  EXPECT_EQ(call(), "1");
  EXPECT_EQ(call(), "2");
  EXPECT_EQ(talk.box.take(), (Texts{R"({"jsonrpc":"2.0","id":1,"method":"m","params":[1]})",
                                    R"({"jsonrpc":"2.0","id":2,"method":"m","params":[1]})"}));
  EXPECT_EQ(talk.peer->outstanding(), 2u);
  talk.say(R"({"jsonrpc":"2.0","id":2,"result":"b"})");
  talk.say(R"({"jsonrpc":"2.0","id":1,"result":"a"})");
  talk.say(R"({"jsonrpc":"2.0","id":1,"result":"again"})");
  EXPECT_EQ(taken(), (Texts{"result \"b\"", "result \"a\""}));
  EXPECT_EQ(talk.peer->outstanding(), 0u);
  EXPECT_EQ(call(), "3") << "an id isn't used twice, so that a late answer meets no other call";
}

struct Answer {
  const char* sent;
  const char* came;
};

TEST_F(Calls, answers_in_all_their_forms) {
  const Answer cases[] = {
      {R"({"jsonrpc":"2.0","id":%,"result":{"a":[1,2]}})", R"(result {"a":[1,2]})"},
      {R"({"jsonrpc":"2.0","id":%,"result":null})", "result null"},
      {R"({"jsonrpc":"2.0","id":%,"result":0})", "result 0"},
      {R"({"jsonrpc":"2.0","id":%,"result":false})", "result false"},
      {R"({"jsonrpc":"2.0","id":%.0,"result":""})", "result \"\""},
      {R"({"id":%,"result":[],"error":null})", "result []"},
      {R"({"id":%,"result":null,"error":null})", "result null"},
      {R"({"jsonrpc":"2.0","id":%,"error":{"code":-32601,"message":"Method not found"}})",
       "fault -32601 Method not found"},
      {R"({"jsonrpc":"2.0","id":%,"error":{"code":5,"message":"x","data":[1]}})", "fault 5 x[1]"},
      {R"({"id":%,"result":null,"error":{"code":7,"message":"y"}})", "fault 7 y"},
      {R"({"id":%,"result":null,"error":"late"})", "fault -32603 \"late\""},
      {R"({"id":%,"result":null,"error":{"code":1e99}})", "fault -32603 {\"code\":1E99}"},
      {R"({"id":%,"result":null,"error":{"code":5000000000}})", "fault -32603 {\"code\":5000000000}"},
      {R"({"id":%,"result":null,"error":false})", "fault -32603 false"},
      {R"({"id":%,"result":1,"error":{"code":3,"message":"both"}})", "fault 3 both"},
      {R"([{"jsonrpc":"2.0","id":%,"result":"in a batch"}])", "result \"in a batch\""},
  };
  for (const Answer& c : cases) {
    const std::string id = call();
    talk.box.take();
    std::string text = c.sent;
    text.replace(text.find('%'), 1, id);
    EXPECT_TRUE(talk.say(text).empty()) << text;
    EXPECT_EQ(taken(), Texts{c.came}) << text;
  }
}

TEST_F(Calls, what_is_no_answer_to_us_changes_nothing) {
  call();
  talk.box.take();
  for (const char* sent :
       {R"({"jsonrpc":"2.0","id":9,"result":1})", R"({"jsonrpc":"2.0","id":"1","result":1})",
        R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error"}})",
        R"({"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"}})", R"({"result":1})",
        R"({"id":99,"result":null,"error":"late"})"})
    EXPECT_TRUE(talk.say(sent).empty()) << sent;
  EXPECT_EQ(talk.peer->outstanding(), 1u);
  EXPECT_EQ(taken(), Texts{});
}

TEST_F(Calls, ids_of_the_caller) {
  EXPECT_EQ(call({.id = "\"a\""}), "\"a\"");
  EXPECT_EQ(call({.id = "\"\\u0061\""}), "error: a call with this id is still open");
  EXPECT_EQ(call({.id = "2"}), "2");
  EXPECT_EQ(call({.id = "2.0"}), "error: a call with this id is still open");
  EXPECT_EQ(call(), "1");
  EXPECT_EQ(call(), "3") << "2 is open";
  for (const char* wrong : {"null", "[1]", "{}", "true", "x", "\"a", "1 2"})
    EXPECT_EQ(call({.id = wrong}), "error: an id is a string or a number") << wrong;
  talk.say(R"({"jsonrpc":"2.0","id":"a","result":1})");
  EXPECT_EQ(taken(), Texts{"result 1"});
  EXPECT_EQ(talk.peer->outstanding(), 3u);
  EXPECT_FALSE(talk.peer->call("m", 5)) << "params are an array or an object";
}

TEST_F(Calls, of_both_directions_have_ids_of_their_own) {
  talk.say(R"({"jsonrpc":"2.0","id":1,"method":"wait"})");
  call();
  talk.box.take();
  EXPECT_EQ(
      talk.ask(R"([{"jsonrpc":"2.0","id":1,"result":"yours"},{"jsonrpc":"2.0","id":2,"method":"get_data"}])"),
      R"([{"jsonrpc":"2.0","id":2,"result":["hello",5]}])");
  EXPECT_EQ(taken(), Texts{"result \"yours\""});
  methods.waiting[0].finish("mine");
  EXPECT_EQ(talk.box.take(), Texts{R"({"jsonrpc":"2.0","id":1,"result":"mine"})"});
}

TEST_F(Calls, run_out_of_time) {
  call({.timeout = seconds{5}});
  EXPECT_EQ(talk.box.due, 1);
  call({.timeout = seconds{3}});
  EXPECT_EQ(talk.box.due, 2) << "earlier";
  call({.timeout = Duration::zero()});
  EXPECT_EQ(talk.box.due, 2);
  talk.box.take();
  ASSERT_EQ(talk.peer->due(), talk.clock.now() + seconds{3});
  talk.clock.advance(seconds{3});
  talk.peer->on_time(talk.clock.now());
  EXPECT_EQ(taken(), Texts{"fault -32009 no answer in time"});
  EXPECT_EQ(talk.box.take(), Texts{R"({"jsonrpc":"2.0","method":"rpc.cancel","params":[2]})"});
  talk.say(R"({"jsonrpc":"2.0","id":2,"result":"late"})");
  EXPECT_EQ(taken(), Texts{});
  talk.clock.advance(seconds{100});
  talk.peer->on_time(talk.clock.now());
  EXPECT_EQ(taken(), Texts{"fault -32009 no answer in time"});
  EXPECT_EQ(talk.peer->due(), std::nullopt);
  EXPECT_EQ(talk.peer->outstanding(), 1u) << "the one without a time-out";
}

TEST_F(Calls, made_when_time_is_up_wait_for_their_own_time) {
  int rounds = 0;
  std::function<void(Reply)> again = [&](const Reply&) {
    if (++rounds < 3) talk.peer->call("m", json::array{}, {.timeout = seconds{1}}, again);
  };
  talk.peer->call("m", json::array{}, {.timeout = seconds{1}}, again);
  talk.clock.advance(seconds{1});
  talk.peer->on_time(talk.clock.now() + seconds{1000});
  EXPECT_EQ(rounds, 1);
  talk.peer->end();  // while what the callbacks use is there
  EXPECT_EQ(rounds, 2);
}

TEST_F(Calls, beyond_the_limit_give_up_the_oldest) {
  for (int i = 0; i < 32; ++i) call();
  EXPECT_EQ(taken(), Texts{});
  talk.box.take();
  EXPECT_EQ(call(), "33");
  EXPECT_EQ(taken(), Texts{"fault -32002 given up for a newer call"});
  EXPECT_EQ(talk.box.take(), (Texts{R"({"jsonrpc":"2.0","id":33,"method":"m","params":[1]})",
                                    R"({"jsonrpc":"2.0","method":"rpc.cancel","params":[1]})"}));
  EXPECT_EQ(talk.peer->outstanding(), 32u);
}

TEST_F(Calls, may_be_answered_many_times) {
  call({.timeout = seconds{2}}, true);
  for (int i = 0; i < 3; ++i) {
    talk.clock.advance(seconds{1});
    talk.peer->on_time(talk.clock.now());
    talk.say(R"({"jsonrpc":"2.0","id":1,"result":)" + std::to_string(i) + R"(,"more":true})");
  }
  talk.say(R"({"jsonrpc":"2.0","id":1,"result":9,"more":true,"kind":"gauge"})");
  talk.say(R"({"jsonrpc":"2.0","id":1,"result":"end","more":false})");
  talk.say(R"({"jsonrpc":"2.0","id":1,"result":"late","more":true})");
  EXPECT_EQ(taken(), (Texts{"more 0", "more 1", "more 2", "gauge 9", "result \"end\""}))
      << "each answer begins its time anew";
  call();
  talk.say(R"({"jsonrpc":"2.0","id":2,"result":1,"more":true})");
  talk.say(R"({"jsonrpc":"2.0","id":2,"result":2})");
  EXPECT_EQ(taken(), Texts{"result 2"}) << "who didn't ask for many gets the last";
  call({}, true);
  talk.say(R"({"jsonrpc":"2.0","id":3,"error":{"code":1,"message":"x"},"more":true})");
  EXPECT_EQ(taken(), Texts{"fault 1 x"}) << "nothing follows an error";
}

TEST_F(Calls, may_end_from_inside_an_answer) {
  std::string id;
  Texts seen;
  CallOptions options;
  options.on_more = [&](const json::value&, bool) {
    seen.emplace_back("more");
    talk.peer->cancel(id);
  };
  id = *talk.peer->call("m", json::array{}, std::move(options),
                        [&](const Reply& reply) { seen.push_back(words(reply)); });
  for (int i = 0; i < 2; ++i) talk.say(R"({"jsonrpc":"2.0","id":1,"result":0,"more":true})");
  EXPECT_EQ(seen, (Texts{"more", R"(fault -32000 cancelled{"kind":"cancelled"})"}));
}

TEST_F(Calls, can_be_given_up) {
  call({.id = "\"x\""});
  talk.box.take();
  EXPECT_FALSE(talk.peer->cancel("\"y\""));
  EXPECT_TRUE(talk.peer->cancel("\"x\""));
  EXPECT_FALSE(talk.peer->cancel("\"x\""));
  EXPECT_EQ(talk.box.take(), Texts{R"({"jsonrpc":"2.0","method":"rpc.cancel","params":["x"]})"});
  EXPECT_EQ(taken(), Texts{R"(fault -32000 cancelled{"kind":"cancelled"})"});
}

TEST_F(Calls, end_with_the_connection) {
  call();
  call({}, true);
  talk.box.take();
  bool refused = false;
  talk.peer->call("m", json::array{}, {},
                  [&](const Reply&) { refused = !talk.peer->call("m", json::array{}); });
  talk.box.take();
  talk.peer->end();
  EXPECT_EQ(taken(), (Texts{"fault -32001 the connection is over", "fault -32001 the connection is over"}));
  EXPECT_TRUE(refused);
  talk.peer->notify("n", json::array{});
  EXPECT_FALSE(talk.peer->receive(R"({"jsonrpc":"2.0","id":1,"method":"get_data"})"));
  talk.peer->end();
  talk.peer.reset();
  EXPECT_EQ(taken(), Texts{});
  EXPECT_TRUE(talk.box.sent.empty());
}

TEST_F(Calls, end_with_the_peer) {
  call();
  talk.peer.reset();
  EXPECT_EQ(taken(), Texts{"fault -32001 the connection is over"});
}

TEST_F(Calls, notifications_want_no_answer) {
  talk.peer->notify("n", json::object{{"a", 1}});
  talk.peer->notify("quo\"te", json::array{});
  EXPECT_EQ(talk.box.take(), (Texts{R"({"jsonrpc":"2.0","method":"n","params":{"a":1}})",
                                    R"({"jsonrpc":"2.0","method":"quo\"te","params":[]})"}));
  EXPECT_EQ(talk.peer->outstanding(), 0u);
}

TEST_F(Calls, a_call_without_callback_is_a_call) {
  EXPECT_EQ(*talk.peer->call("m", json::array{}), "1");
  EXPECT_EQ(talk.peer->outstanding(), 1u);
  talk.say(R"({"jsonrpc":"2.0","id":1,"result":1})");
  EXPECT_EQ(talk.peer->outstanding(), 0u);
}

}  // namespace
}  // namespace longwave::rpc::testing
