// SPDX-License-Identifier: Apache-2.0
#include "library/text_index.hpp"

#include <gtest/gtest.h>

namespace longwave::library {
namespace {

constexpr auto sqlite = store::DatabaseKind::sqlite, postgresql = store::DatabaseKind::postgresql;

TEST(TextIndex, a_question_is_said_in_either_language) {
  const std::pair<const char*, const char*> questions[] = {
      {"\"love\"*", "'love':*"},
      {"\"so what\"", "('so' <-> 'what')"},
      {"(\"a\"* AND \"b\"*) NOT (\"c\"*)", "('a':* & 'b':*) & !('c':*)"},
      {"\"loev\"* OR \"love\"*", "'loev':* | 'love':*"},
      {"title : (\"a\"* AND \"b c\")", "('a':*A & ('b':A <-> 'c':A))"},
      {"album_artist : (\"x\"*) AND album : (\"y\"*)", "('x':*D) & ('y':*C)"},
      {"title : (artist : (\"x\"*) OR \"y\"*)", "(('-') | 'y':*A)"},  // no word stands in two columns
      {"\"AC/DC\"*", "('AC' <-> 'DC':*)"},
      {"\"\xe2\x80\x9cHey\xe2\x80\x9d\"*", "'Hey':*"},  // in typographic quotes
      {"\"---\"*", "'-'"},                              // which no text has
      {"", "'-'"},
      {"nonsense", "'-'"},
  };
  for (const auto& [fts, tsquery] : questions) {
    EXPECT_EQ(text_question(postgresql, fts), tsquery);
    EXPECT_EQ(text_question(sqlite, fts), fts);
  }
}

}  // namespace
}  // namespace longwave::library
