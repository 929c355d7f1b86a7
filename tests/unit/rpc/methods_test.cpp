// SPDX-License-Identifier: Apache-2.0
#include "rpc/methods.hpp"

#include "rpc/peer.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace longwave::rpc {
namespace {

namespace json = boost::json;

struct Point {
  int x = 0, y = 0;
};
Point tag_invoke(json::value_to_tag<Point>, const json::value& value) {
  return {value.at("x").to_number<int>(), value.at("y").to_number<int>()};
}
void tag_invoke(json::value_from_tag, json::value& value, const Point& point) {
  value = {{"x", point.x}, {"y", point.y}};
}

class Everything : public Service {
 public:
  static void methods(Methods<Everything>& add) {
    add.method("add", &Everything::sum, "a", "b")
        .method("greet", &Everything::greet, "name", "times")
        .method(
            "free", [](int a) { return a * 2; }, "a")
        .method(
            "with_me", [](Everything& me, int a) { return me.base_ + a; }, "a")
        .method("id", [](const Call& call) { return call.id(); })
        .method(
            "all",
            [](Everything& me, const Call& call, int a) {
              return call.id() + "/" + std::to_string(me.base_ + a);
            },
            "a")
        .method(
            "list", [](const std::vector<int>& list) { return list.size(); }, "list")
        .method(
            "map", [](const std::map<std::string, double>& map) { return map; }, "map")
        .method(
            "point",
            [](Point point) {
              return Point{point.y, point.x};
            },
            "point")
        .method(
            "small", [](std::uint8_t value) { return value; }, "value")
        .method(
            "limited", [](int value) { return value; }, integer("value").range(1, 5).otherwise("3"))
        .method(
            "json", [](const Json& value) { return value; }, "value")
        .method("nothing", &Everything::nothing)
        .method("refuses", &Everything::refuses, "why")
        .method("fault",
                [] {
                  return Reply(Fault{7, "seven", "{\"a\":1}"});
                })
        .method("throws", [] { throw std::runtime_error("secret"); })
        .method(
            "later",
            [](Everything& me, const std::string& word, Responder answer) {
              me.later_.push_back([answer, word] { answer.finish(json::string(word)); });
            },
            "word");
  }
  int base_ = 100;
  int nothings_ = 0;
  std::vector<std::function<void()>> later_;

 private:
  int sum(int a, int b) const { return a + b; }
  std::string greet(const std::string& name, std::optional<int> times) {
    std::string text;
    for (int i = 0; i < times.value_or(1); ++i) text += "hi " + name + ";";
    return text;
  }
  void nothing() { ++nothings_; }
  Result<Json> refuses(const std::string& why) {
    if (why.empty()) return Json{"fine"};
    return error(Errc::refused, why);
  }
};

class MethodsTest : public ::testing::Test, public Outlet {
 protected:
  MethodsTest() {
    Methods<Everything> methods(table_);
    Everything::methods(methods);
    table_.check();
    peer_ = std::make_unique<Peer>(around_, *this, std::make_shared<Caller>(),
                                   Terms{.owner = static_cast<Service*>(&service_)});
  }
  std::string ask(const std::string& method, const std::string& params) {
    sent_.clear();
    peer_->receive(R"({"jsonrpc":"2.0","id":"q","method":")" + method + R"(","params":)" + params + "}");
    return answer();
  }
  /// What came back: the result, or the fault's code and message.
  std::string answer() const {
    if (sent_.empty()) return "-";
    const json::object all = json::parse(sent_.back()).as_object();
    if (all.contains("result")) return json::serialize(all.at("result"));
    const json::object& fault = all.at("error").as_object();
    return std::to_string(fault.at("code").as_int64()) + " " + std::string(fault.at("message").as_string());
  }
  void send(Message message) override { sent_.push_back(std::move(message.text)); }

  Table table_;
  Everything service_;
  std::vector<std::string> sent_;
  Surroundings around_{
      .table = table_, .post = [](Task task) { task(); }, .run = [](rpc::Run, Task task) { task(); }};
  std::unique_ptr<Peer> peer_;
};

TEST_F(MethodsTest, TypesOfTheSignatureAreTheTypesOfTheParameters) {
  const struct {
    const char *method, *params, *answer;
  } cases[] = {
      {"add", "[1,2]", "3"},
      {"add", R"({"b":5,"a":-2})", "3"},
      {"add", "[1]",
       R"(-32602 parameter "b" is missing: expected an integer from -2147483648 to 2147483647)"},
      {"add", R"([1,"2"])",
       R"(-32602 parameter "b": expected an integer from -2147483648 to 2147483647, got the string "2")"},
      {"add", "[1,2,3]", "-32602 3 parameters given: expected at most 2 (a, b)"},
      {"greet", R"(["you"])", R"("hi you;")"},
      {"greet", R"({"name":"you","times":2})", R"("hi you;hi you;")"},
      {"greet", R"(["you",null])", R"("hi you;")"},
      {"free", "[21]", "42"},
      {"with_me", "[1]", "101"},
      {"id", "[]", R"("\"q\"")"},
      {"all", "[1]", R"("\"q\"/101")"},
      {"list", "[[1,2,3]]", "3"},
      {"list", R"([[1,"x"]])",
       R"(-32602 parameter "list[1]": expected an integer from -2147483648 to 2147483647, got the string "x")"},
      {"map", R"([{"a":1.5}])", R"({"a":1.5E0})"},
      {"point", R"([{"x":1,"y":2}])", R"({"x":2,"y":1})"},
      {"point", R"([{"x":1}])", "-32602 a parameter has not the form that is expected"},
      {"small", "[255]", "255"},
      {"small", "[256]", R"(-32602 parameter "value": expected an integer from 0 to 255, got 256)"},
      {"limited", "[]", "3"},
      {"limited", "[6]", R"(-32602 parameter "value": expected an integer from 1 to 5, got 6)"},
      {"json", "[null]", "null"},
      {"json", R"([{"a":[1]}])", R"({"a":[1]})"},
      {"nothing", "[]", "null"},
      {"refuses", R"([""])", R"(["fine"])"},
      {"refuses", R"(["no"])", "-32003 no"},
      {"fault", "[]", "7 seven"},
      {"throws", "[]", "-32603 internal error"},
  };
  for (const auto& c : cases) EXPECT_EQ(ask(c.method, c.params), c.answer) << c.method << c.params;
}

TEST_F(MethodsTest, OnlyWhatIsNamedCanBeCalled) {
  for (const char* name :
       {"_add", "on_open", "on_close", "methods", "close", "__proto__", "nothings_", "add.x", ""})
    EXPECT_EQ(ask(name, "[]").substr(0, 6), "-32601") << name;
}

TEST_F(MethodsTest, NamesThatNobodyMayCallAreABug) {
  Table table;
  Methods<Everything> methods(table);
  EXPECT_DEATH(methods.method("_hidden", [] {}), "_hidden");
  EXPECT_DEATH(methods.method("rpc.cancel", [] {}), "rpc.cancel");
  methods.method("once", [] {});
  EXPECT_DEATH(methods.method("once", [] {}), "once");
}

TEST_F(MethodsTest, ANotificationRunsAndIsNotAnswered) {
  peer_->receive(R"({"jsonrpc":"2.0","method":"nothing"})");
  peer_->receive(R"({"id":null,"method":"nothing","params":[]})");
  EXPECT_EQ(service_.nothings_, 2);
  EXPECT_TRUE(sent_.empty());
}

TEST_F(MethodsTest, AResponderAnswersWhenItCan) {
  EXPECT_EQ(ask("later", R"(["one"])"), "-");
  service_.later_.at(0)();
  EXPECT_EQ(answer(), R"("one")");
}

TEST_F(MethodsTest, DiscoverTellsTheTypes) {
  const std::string all = ask("rpc.discover", "[]");
  EXPECT_NE(all.find(R"("name":"greet")"), std::string::npos);
  EXPECT_NE(all.find(R"("name":"times","required":false)"), std::string::npos) << all;
}

}  // namespace
}  // namespace longwave::rpc
