// SPDX-License-Identifier: Apache-2.0
#include "rpc/arguments.hpp"

#include <gtest/gtest.h>
#include <boost/json.hpp>

namespace longwave::rpc {
namespace {

namespace json = boost::json;

std::vector<Field> fields() {
  return {string("station").max(8),
          integer("limit").range(1, 500).in("tracks").otherwise("50"),
          array("tracks", integer()).range(1, 3).optional(),
          number("gain").range(-20, 20).in("dB").optional(),
          boolean("loud").optional(),
          string("order").one_of({"up", "down"}).optional(),
          map("since", object({integer("offset").min(0), string("epoch")})).max(2).optional(),
          integer("at").or_null().optional()};
}

struct Case {
  const char* given;
  const char* bound;  ///< the arguments, or null
  const char* message = "";
};

const Case kCases[] = {
    {R"(["main"])", R"({"station":"main","limit":50})"},
    {R"(["main",7])", R"({"station":"main","limit":7})"},
    {R"({"limit":7,"station":"main"})", R"({"station":"main","limit":7})"},
    {R"(["main",7.0])", R"({"station":"main","limit":7})"},
    {R"(["main",null])", R"({"station":"main","limit":50})"},
    {R"({"station":"main","at":null})", R"({"station":"main","limit":50,"at":null})"},
    {R"({"station":"éééééééé"})", R"({"station":"éééééééé","limit":50})"},
    {R"({"station":"a","tracks":[1,2,3],"gain":1,"loud":false,"order":"up"})",
     R"({"station":"a","limit":50,"tracks":[1,2,3],"gain":1,"loud":false,"order":"up"})"},
    {R"({"station":"a","since":{"x":{"offset":1,"epoch":"e"}}})",
     R"({"station":"a","limit":50,"since":{"x":{"offset":1,"epoch":"e"}}})"},

    {"null", nullptr, R"(parameter "station" is missing: expected a string of at most 8 characters)"},
    {"[]", nullptr, R"(parameter "station" is missing: expected a string of at most 8 characters)"},
    {"[7]", nullptr, R"(parameter "station": expected a string of at most 8 characters, got 7)"},
    {"[null]", nullptr, R"(parameter "station": expected a string of at most 8 characters, got null)"},
    {R"(["123456789"])", nullptr,
     R"(parameter "station": expected a string of at most 8 characters, got the string "123456789")"},
    {R"(["a","7"])", nullptr,
     R"(parameter "limit": expected an integer from 1 to 500 (tracks), got the string "7")"},
    {R"(["a",0])", nullptr, R"(parameter "limit": expected an integer from 1 to 500 (tracks), got 0)"},
    {R"(["a",501])", nullptr, R"(parameter "limit": expected an integer from 1 to 500 (tracks), got 501)"},
    {R"(["a",1.5])", nullptr, R"(parameter "limit": expected an integer from 1 to 500 (tracks), got 1.5E0)"},
    {R"(["a",1e400])", nullptr,
     R"(parameter "limit": expected an integer from 1 to 500 (tracks), got Infinity)"},
    {R"(["a",18446744073709551615])", nullptr,
     R"(parameter "limit": expected an integer from 1 to 500 (tracks), got 18446744073709551615)"},
    {R"({"station":"a","gain":1e400})", nullptr,
     R"(parameter "gain": expected a number from -20 to 20 (dB), got Infinity)"},
    {R"({"station":"a","tracks":[]})", nullptr,
     R"(parameter "tracks": expected an array of integers, 1 to 3 items, got an array of 0)"},
    {R"({"station":"a","tracks":[1,2,3,4]})", nullptr,
     R"(parameter "tracks": expected an array of integers, 1 to 3 items, got an array of 4)"},
    {R"({"station":"a","tracks":[1,"x"]})", nullptr,
     R"(parameter "tracks[1]": expected an integer, got the string "x")"},
    {R"({"station":"a","tracks":{"0":1}})", nullptr,
     R"(parameter "tracks": expected an array of integers, 1 to 3 items, got an object)"},
    {R"({"station":"a","loud":"true"})", nullptr,
     R"(parameter "loud": expected true or false, got the string "true")"},
    {R"({"station":"a","order":"left"})", nullptr,
     R"(parameter "order": expected one of "up", "down", got the string "left")"},
    {R"({"station":"a","since":{"x":{"offset":-1,"epoch":"e"}}})", nullptr,
     R"(parameter "since.x.offset": expected an integer of at least 0, got -1)"},
    {R"({"station":"a","since":{"x":{"offset":1}}})", nullptr,
     R"(parameter "since.x.epoch" is missing: expected a string)"},
    {R"({"station":"a","statoin":"b"})", nullptr,
     R"(unknown parameter "statoin": expected station, limit, tracks, gain, loud, order, since, at)"},
    {R"([1,2,3,4,5,6,7,8,9])", nullptr,
     R"(9 parameters given: expected at most 8 (station, limit, tracks, gain, loud, order, since, at))"},
};

TEST(Arguments, are_checked_and_wrong_ones_named) {
  for (const Case& c : kCases) {
    json::object bound;
    const auto fault = bind_arguments(fields(), json::parse(c.given), bound);
    if (c.bound) {
      ASSERT_FALSE(fault) << c.given << " " << fault->message;
      EXPECT_EQ(json::value(bound), json::parse(c.bound)) << c.given;
    } else {
      ASSERT_TRUE(fault) << c.given;
      EXPECT_EQ(fault->code, invalid_params);
      EXPECT_EQ(fault->message, c.message);
    }
  }
}

TEST(Arguments, a_program_can_read_what_was_wrong) {
  json::object bound;
  const auto fault = bind_arguments(fields(), json::parse(R"(["a",0])"), bound);
  const json::value data = json::parse(fault->data);
  EXPECT_EQ(data.at("kind"), "invalid_params");
  EXPECT_EQ(data.at("parameter"), "limit");
  EXPECT_EQ(data.at("expected"), "an integer from 1 to 500 (tracks)");
}

TEST(Arguments, a_method_without_parameters) {
  json::object bound;
  EXPECT_FALSE(bind_arguments({}, json::parse("[]"), bound));
  EXPECT_FALSE(bind_arguments({}, json::parse("{}"), bound));
  EXPECT_FALSE(bind_arguments({}, nullptr, bound));
  EXPECT_EQ(bind_arguments({}, json::parse("[1]"), bound)->message,
            "1 parameters given: expected at most 0 (no parameters)");
}

}  // namespace
}  // namespace longwave::rpc
