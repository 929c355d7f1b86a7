// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "library/query.hpp"
#include "store/session.hpp"

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace longwave::library {

/// Which words may be mistyped.
enum class Typos { of_unknown_words, of_all_words };

/// Puts one SQL statement of a query together (query_sql.hpp), with the values it binds. Inside a job of the
/// store: which words may be mistyped is asked of it.
class QueryBuilder {
 public:
  QueryBuilder(store::Session& session, Typos typos) : session_(session), typos_(typos) {}

  /// The parameter's name in the statement.
  std::string bind(std::string text);
  std::string bind(std::int64_t number);
  const std::vector<store::Value>& values() const { return values_; }
  /// Another statement begins.
  void forget_values();
  /// What is asked of the index, word by word.
  const std::vector<std::string>& words() const { return words_; }

  /// Whether the full-text index can say all of it.
  static bool textual(const QueryNode& node);
  /// For MATCH; empty when there is no word in it.
  std::string match(const QueryNode& node);
  /// For WHERE, over library_track_text: what the index is asked.
  std::string matches(const std::string& question);
  /// For ORDER BY, behind that.
  std::string best_first(const std::string& question);
  /// For WHERE, over library_track `t`.
  std::string condition(const QueryNode& node);

 private:
  std::string name_of_last() const { return ":p" + std::to_string(values_.size()); }
  std::string match_text(const QueryNode& node);
  std::string forms(const std::string& word);
  std::string children(const QueryNode& node);
  std::string range(const QueryNode& node);
  std::string part(const QueryNode& node);
  std::string named(const QueryNode& node);

  store::Session& session_;
  const Typos typos_;
  std::deque<std::string> texts_;
  std::vector<store::Value> values_;
  std::vector<std::string> words_;
};

}  // namespace longwave::library
