// SPDX-License-Identifier: Apache-2.0
// The documents that are made from a table, compared with files of tests/golden/rpc. After a wanted change:
// LONGWAVE_WRITE_GOLDEN=1 unit_rpc --gtest_filter='Documents.*', then read the difference.
#include "conversation.hpp"

#include "unit/golden.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace longwave::rpc {
namespace {

namespace json = boost::json;

void compare(const std::string& name, const std::string& made) {
  if (std::getenv("LONGWAVE_WRITE_GOLDEN"))
    std::ofstream(golden_folder() / "rpc" / name, std::ios::binary) << made;
  EXPECT_EQ(golden_text("rpc/" + name), made) << name;
}

void fill(Table& table) {
  const Handler nothing = [](Call, Responder) {};
  table.describe("Example", "1.2.3", "An API for tests.");
  table.shape({"Track", "A piece of music.",
               object({integer("id"), string("title"), string("album").or_null(),
                       integer("duration").in("ms"), string("state").one_of({"ok", "missing"})})});
  table.shape({"Ids", "", array(integer())});
  table.add(
      {.name = "queue.add",
       .summary = "Adds tracks.",
       .params = {string("station").about("slug | name"), array("tracks", integer()).max(100),
                  integer("at").range(0, 5000).optional(), integer("limit").range(1, 500).otherwise("50"),
                  map("since", object({integer("offset"), string("epoch")})).optional(),
                  number("gain").in("dB").or_null().optional()},
       .result = object({array("entries", integer()), integer("version"), ref("first", "Track").or_null(),
                         array("odd", string().or_null())}),
       .errors = {not_found, full},
       .role = Role::dj,
       .handler = nothing});
  table.add({.name = "library.scan",
             .summary = "Looks for music.",
             .result = object({integer("added")}),
             .role = Role::admin,
             .run = Run::pool,
             .item = object({integer("done"), integer("total")}),
             .many = true,
             .handler = nothing});
  table.event({"station.now", "station:<slug>", "What plays.", ref("Track")});
  table.event(
      {"listener.started", "", "Sound has begun.", object({string("token"), integer("position").in("ms")})});
  table.check();
}

TEST(Documents, are_the_same_as_before) {
  Table table;
  fill(table);
  compare("openrpc.json", to_openrpc(table) + "\n");
  compare("api.md", to_markdown(table));
  compare("api.ts", to_typescript(table));
}

TEST(Documents, dont_depend_on_the_order_of_the_table) {
  Table one, two;
  fill(one);
  fill(two);
  const Handler nothing = [](Call, Responder) {};
  one.add({.name = "a.b", .handler = nothing});
  one.add({.name = "z.y", .handler = nothing});
  two.add({.name = "z.y", .handler = nothing});
  two.add({.name = "a.b", .handler = nothing});
  EXPECT_EQ(to_openrpc(one), to_openrpc(two));
  EXPECT_EQ(to_markdown(one), to_markdown(two));
  EXPECT_EQ(to_typescript(one), to_typescript(two));
}

/// What the meta-schema of OpenRPC 1.3 demands of the parts that we write.
TEST(Documents, openrpc_has_the_structure_of_its_meta_schema) {
  Table table;
  fill(table);
  const json::value document = json::parse(to_openrpc(table));
  EXPECT_TRUE(document.at("openrpc").as_string().starts_with("1.3."));
  for (const char* key : {"title", "version"}) EXPECT_TRUE(document.at("info").at(key).is_string());
  for (const auto& member : document.as_object()) {
    const std::string_view key = member.key();
    EXPECT_TRUE(key == "openrpc" || key == "info" || key == "methods" || key == "components" ||
                key.starts_with("x-"))
        << key;
  }
  for (const json::value& method : document.at("methods").as_array()) {
    for (const char* key : {"name", "params", "result"}) EXPECT_TRUE(method.as_object().contains(key));
    bool optional = false;
    for (const json::value& param : method.at("params").as_array()) {
      EXPECT_TRUE(param.at("name").is_string());
      EXPECT_TRUE(param.at("schema").is_object());
      const bool required = param.at("required").as_bool();
      EXPECT_FALSE(required && optional) << "required parameters come first";
      optional = !required;
    }
    EXPECT_TRUE(method.at("result").at("name").is_string());
    EXPECT_TRUE(method.at("result").at("schema").is_object());
    if (const auto* errors = method.as_object().if_contains("errors"))
      for (const json::value& error : errors->as_array()) {
        EXPECT_TRUE(error.at("code").is_int64());
        EXPECT_TRUE(error.at("message").is_string());
      }
  }
}

TEST(Documents, discover_answers_with_openrpc) {
  testing::Methods methods;
  testing::Conversation talk(methods.table, Caller{});
  const json::value answer = json::parse(talk.ask(R"({"jsonrpc":"2.0","id":1,"method":"rpc.discover"})"));
  EXPECT_EQ(answer.at("result"), json::parse(to_openrpc(methods.table)));
}

TEST(TableDeathTest, a_broken_table_is_a_bug) {
  const Handler nothing = [](Call, Responder) {};
  EXPECT_DEATH(
      {
        Table table;
        table.add({.name = "a", .handler = nothing});
        table.add({.name = "a", .handler = nothing});
      },
      "a");
  EXPECT_DEATH(
      {
        Table table;
        table.add({.name = "rpc.mine", .handler = nothing});
      },
      "rpc.mine");
  EXPECT_DEATH(
      {
        Table table;
        table.add({.name = "a", .params = {integer("n").range(1, 5).otherwise("6")}, .handler = nothing});
      },
      "default");
  EXPECT_DEATH(
      {
        Table table;
        table.add({.name = "a", .params = {array("t", ref("Track"))}, .handler = nothing});
      },
      "spelled out");
  EXPECT_DEATH(
      {
        Table table;
        table.add({.name = "a", .result = array(ref("Unknown")), .handler = nothing});
        table.check();
      },
      "Unknown");
}

}  // namespace
}  // namespace longwave::rpc
