// SPDX-License-Identifier: Apache-2.0
// Every example of section 7 of the JSON-RPC 2.0 specification: what is sent, byte for byte; what the
// specification answers, as JSON with its messages; what we answer, byte for byte. tests/unit/api does the
// same over sockets.
#include "conversation.hpp"

#include "unit/golden.hpp"

#include <gtest/gtest.h>

namespace longwave::rpc::testing {
namespace {

namespace json = boost::json;

TEST(Specification, examples) {
  const json::value examples = golden_json("rpc/specification.json");
  ASSERT_EQ(examples.as_array().size(), 15u);
  for (const json::value& example : examples.as_array()) {
    const std::string_view sent = example.at("sent").as_string(),
                           answered = example.at("answered").as_string();
    const std::string_view specification = example.at("specification").as_string();
    SCOPED_TRACE(std::string_view(example.at("name").as_string()));
    Methods methods;
    Conversation talk(methods.table);
    EXPECT_EQ(talk.peer->receive(sent), !answered.empty());
    const auto texts = talk.box.take();
    ASSERT_EQ(texts.size(), answered.empty() ? 0u : 1u);
    ASSERT_EQ(answered.empty(), specification.empty());
    if (!texts.empty()) {
      EXPECT_EQ(texts[0], answered);
      EXPECT_EQ(json::parse(texts[0]), json::parse(specification));
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
