// SPDX-License-Identifier: Apache-2.0
#include "base/json.hpp"

#include <gtest/gtest.h>
#include <boost/json.hpp>

using namespace longwave;

namespace {

TEST(ReadJson, WhatWasReadCanBeWrittenAgain) {
  for (const char* text : {"null", "[1,2.5E0,-1E300]", R"({"a":[true,{"b":"c"}]})"}) {
    const auto value = read_json(text);
    ASSERT_TRUE(value) << text;
    EXPECT_EQ(boost::json::serialize(*value), text);
  }
}

TEST(ReadJson, RefusesNumbersThatNoVariableHolds) {
  for (const char* text : {"1e400", "[-1e400]", R"({"a":[{"b":1e99999}]})"}) {
    const auto value = read_json(text);
    ASSERT_FALSE(value) << text;
    EXPECT_EQ(value.error().code, Errc::invalid);
  }
}

TEST(ReadJson, RefusesWhatIsNoJsonOrTooDeep) {
  EXPECT_FALSE(read_json(""));
  EXPECT_FALSE(read_json("{} x"));
  EXPECT_TRUE(read_json("[[]]", 2));
  EXPECT_FALSE(read_json("[[[]]]", 2));
}

}  // namespace
