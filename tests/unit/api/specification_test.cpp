// SPDX-License-Identifier: Apache-2.0
// Every example of the JSON-RPC 2.0 specification, byte for byte, over each transport of a real server.
#include "unit/api/endpoint_fixture.hpp"

#include "unit/golden.hpp"

#include <functional>

namespace longwave::api {
namespace {

constexpr std::string_view last_words =
    R"({"jsonrpc":"2.0","id":"the end","method":"test.echo","params":[0]})";
constexpr std::string_view last_answer = R"({"jsonrpc":"2.0","id":"the end","result":0})";

class SpecificationTest : public EndpointFixture {
 protected:
  SpecificationTest() {
    using namespace rpc;
    table.add({.name = "subtract",
               .params = {integer("minuend"), integer("subtrahend")},
               .handler = [](const Call& call, const Responder& answer) {
                 answer.finish(call.integer("minuend") - call.integer("subtrahend"));
               }});
    table.add({.name = "sum",
               .params = {integer("a"), integer("b"), integer("c")},
               .handler = [](const Call& call, const Responder& answer) {
                 answer.finish(call.integer("a") + call.integer("b") + call.integer("c"));
               }});
    for (const char* name : {"update", "notify_hello", "notify_sum"})
      table.add({.name = name,
                 .params = {any("a").optional(), any("b").optional(), any("c").optional(),
                            any("d").optional(), any("e").optional()},
                 .handler = [](const Call&, const Responder& answer) { answer.finish(nullptr); }});
    table.add({.name = "get_data", .handler = [](const Call&, const Responder& answer) {
                 answer.finish(json::array{"hello", 5});
               }});
  }

  /// `say` sends a text; `hear` is the next message that comes back.
  static void all_examples(const std::function<void(std::string_view)>& say,
                           const std::function<std::string()>& hear) {
    const json::value examples = golden_json("rpc/specification.json");
    ASSERT_EQ(examples.as_array().size(), 15u);
    for (const json::value& example : examples.as_array()) {
      SCOPED_TRACE(std::string_view(example.at("name").as_string()));
      const std::string_view answered = example.at("answered").as_string();
      say(example.at("sent").as_string());
      if (!answered.empty()) {
        EXPECT_EQ(hear(), answered);
      }
      say(last_words);  // what isn't answered is followed by this answer at once
      EXPECT_EQ(hear(), last_answer);
    }
  }
};

TEST_F(SpecificationTest, over_http) {
  Client client(loopback.port);
  const json::value examples = golden_json("rpc/specification.json");
  for (const json::value& example : examples.as_array()) {
    SCOPED_TRACE(std::string_view(example.at("name").as_string()));
    const auto answer = post(client, example.at("sent").as_string());
    EXPECT_EQ(answer.status, example.at("answered").as_string().empty() ? 204 : 200);
    EXPECT_EQ(answer.body, example.at("answered").as_string());
  }
}

TEST_F(SpecificationTest, over_http_as_lines) {
  const json::value examples = golden_json("rpc/specification.json");
  for (const json::value& example : examples.as_array()) {
    SCOPED_TRACE(std::string_view(example.at("name").as_string()));
    const std::string answered(example.at("answered").as_string());
    Client client(loopback.port);
    const auto answer = post(client, example.at("sent").as_string(), "Accept: application/x-ndjson\r\n");
    EXPECT_EQ(answer.status, answered.empty() ? 204 : 200);
    if (answered.empty()) continue;
    const auto size = client.until("\r\n");
    EXPECT_EQ(std::stoul(size, nullptr, 16), answered.size() + 1);
    EXPECT_EQ(client.until("\r\n0\r\n\r\n"), answered + "\n\r\n0\r\n\r\n");
  }
}

TEST_F(SpecificationTest, over_websocket) {
  auto client = socket();
  all_examples([&](std::string_view text) { client->send_text(text); },
               [&] { return client->receive().payload; });
}

TEST_F(SpecificationTest, over_streams) {
  for (const bool lines : {false, true}) {
    Client stream(loopback.port);
    stream.send("GET /rpc/stream HTTP/1.1\r\nHost: localhost:8000\r\nAccept: " +
                std::string(lines ? "application/x-ndjson" : "text/event-stream") + "\r\n\r\n");
    const auto head = stream.until("\r\n\r\n");
    const auto next = [&] {
      std::string text = stream.until(lines ? "\n" : "\n\n");
      if (const auto data = text.find("data: "); !lines && data != text.npos) text = text.substr(data + 6);
      return text.substr(0, text.find('\n'));
    };
    const std::string session(json::parse(next()).at("session").as_string());
    all_examples(
        [&](std::string_view text) {
          EXPECT_EQ(post(text, "Longwave-Session: " + session + "\r\n").status, 202);
        },
        next);
  }
}

}  // namespace
}  // namespace longwave::api
