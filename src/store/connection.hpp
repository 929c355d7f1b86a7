// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/session.hpp"

#include <soci/soci.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace longwave::store {

/// A value at a fixed address that SOCI reads from or writes to.
struct Cell {
  ColumnType type = ColumnType::text;
  bool typed = false;  ///< false while only NULL was bound: the type isn't known yet
  soci::indicator indicator = soci::i_ok;
  long long integer = 0;
  double real = 0;
  std::string text;
  std::unique_ptr<soci::blob> blob;
};

/// A statement that stays prepared, with the cells it is bound to.
struct Prepared {
  explicit Prepared(soci::session& sql) : statement(sql) {}
  std::vector<Cell> in, out;
  soci::statement statement;
  bool busy = false;  ///< its rows are being read right now
};

struct Session::Connection {
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view s) const { return std::hash<std::string_view>{}(s); }
  };
  soci::session sql;
  std::unordered_map<std::string, std::unique_ptr<Prepared>, Hash, std::equal_to<>> prepared;
};

}  // namespace longwave::store
