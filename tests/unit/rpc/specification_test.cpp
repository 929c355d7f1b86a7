// SPDX-License-Identifier: Apache-2.0
// Every example of section 7 of the JSON-RPC 2.0 specification.
#include "conversation.hpp"

#include <gtest/gtest.h>

namespace longwave::rpc::testing {
namespace {

namespace json = boost::json;

struct Example {
  const char* name;
  const char* sent;
  const char* answered;  ///< "" = nothing; the messages of errors are ours and not compared
};

const Example kExamples[] = {
    {"positional 1", R"({"jsonrpc": "2.0", "method": "subtract", "params": [42, 23], "id": 1})",
     R"({"jsonrpc": "2.0", "result": 19, "id": 1})"},
    {"positional 2", R"({"jsonrpc": "2.0", "method": "subtract", "params": [23, 42], "id": 2})",
     R"({"jsonrpc": "2.0", "result": -19, "id": 2})"},
    {"named 1",
     R"({"jsonrpc": "2.0", "method": "subtract", "params": {"subtrahend": 23, "minuend": 42}, "id": 3})",
     R"({"jsonrpc": "2.0", "result": 19, "id": 3})"},
    {"named 2",
     R"({"jsonrpc": "2.0", "method": "subtract", "params": {"minuend": 42, "subtrahend": 23}, "id": 4})",
     R"({"jsonrpc": "2.0", "result": 19, "id": 4})"},
    {"notification", R"({"jsonrpc": "2.0", "method": "update", "params": [1,2,3,4,5]})", ""},
    {"notification of an unknown method", R"({"jsonrpc": "2.0", "method": "foobar"})", ""},
    {"unknown method", R"({"jsonrpc": "2.0", "method": "foobar", "id": "1"})",
     R"({"jsonrpc": "2.0", "error": {"code": -32601, "message": "Method not found"}, "id": "1"})"},
    {"invalid JSON", R"({"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz])",
     R"({"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error"}, "id": null})"},
    {"invalid request", R"({"jsonrpc": "2.0", "method": 1, "params": "bar"})",
     R"({"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null})"},
    {"batch of invalid JSON",
     R"([ {"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"}, {"jsonrpc": "2.0", "method" ])",
     R"({"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error"}, "id": null})"},
    {"empty batch", "[]",
     R"({"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null})"},
    {"invalid batch of one", "[1]",
     R"([{"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}])"},
    {"invalid batch", "[1,2,3]",
     R"([{"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null},
         {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null},
         {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}])"},
    {"batch",
     R"([{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},
         {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]},
         {"jsonrpc": "2.0", "method": "subtract", "params": [42,23], "id": "2"},
         {"foo": "boo"},
         {"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},
         {"jsonrpc": "2.0", "method": "get_data", "id": "9"}])",
     R"([{"jsonrpc": "2.0", "result": 7, "id": "1"},
         {"jsonrpc": "2.0", "result": 19, "id": "2"},
         {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null},
         {"jsonrpc": "2.0", "error": {"code": -32601, "message": "Method not found"}, "id": "5"},
         {"jsonrpc": "2.0", "result": ["hello", 5], "id": "9"}])"},
    {"batch of notifications",
     R"([{"jsonrpc": "2.0", "method": "notify_sum", "params": [1,2,4]},
         {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]}])",
     ""},
};

json::value without_messages(json::value value) {
  if (value.is_array()) {
    for (json::value& item : value.get_array()) item = without_messages(std::move(item));
  } else if (json::value* error = value.as_object().if_contains("error")) {
    EXPECT_TRUE(error->at("message").is_string());
    *error = error->at("code");
  }
  return value;
}

TEST(Specification, examples) {
  for (const Example& example : kExamples) {
    Methods methods;
    Conversation talk(methods.table);
    const bool answers = talk.peer->receive(example.sent);
    const auto sent = talk.box.take();
    EXPECT_EQ(answers, *example.answered != 0) << example.name;
    ASSERT_EQ(sent.size(), *example.answered ? 1u : 0u) << example.name;
    if (!sent.empty()) {
      EXPECT_EQ(without_messages(json::parse(sent[0])), without_messages(json::parse(example.answered)))
          << example.name << ": " << sent[0];
    }
    EXPECT_EQ(talk.peer->in_flight(), 0u);
  }
}

TEST(Specification, notifications_are_carried_out) {
  Methods methods;
  Conversation talk(methods.table);
  talk.say(
      R"([{"jsonrpc":"2.0","method":"notify_sum","params":[1]},{"jsonrpc":"2.0","method":"notify_hello"}])");
  EXPECT_EQ(methods.notified, (std::vector<std::string>{"notify_sum", "notify_hello"}));
}

}  // namespace
}  // namespace longwave::rpc::testing
