// SPDX-License-Identifier: Apache-2.0
#include "store/store.hpp"

#include <gtest/gtest.h>

namespace longwave::store {
namespace {
TEST(Store, writes_and_reads) {
  Store store({}, {{"test", {{1, "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT, c REAL, d BLOB)"}}}});
  store.write_now([](Session& s) {
    s.run("INSERT INTO t VALUES (:a, :b, :c, :d)", 1LL << 40, "x", 1.5, Blob{std::string("\0z", 2)});
    s.run("INSERT INTO t VALUES (:a, :b, :c, :d)", 2, nullptr, 2, nullptr);
  });
  auto rows = store.read_now([](Session& s) {
    return s.rows<std::int64_t, std::optional<std::string>, double, Blob>(
        "SELECT a,b,c,d FROM t ORDER BY a DESC");
  });
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(std::get<0>(rows[0]), 1LL << 40);
  EXPECT_EQ(std::get<1>(rows[0]), "x");
  EXPECT_EQ(std::get<3>(rows[0]).bytes, std::string("\0z", 2));
  EXPECT_FALSE(std::get<1>(rows[1]));
}
}  // namespace
}  // namespace longwave::store
