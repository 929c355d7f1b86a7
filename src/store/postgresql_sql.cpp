// SPDX-License-Identifier: Apache-2.0
#include "store/postgresql_sql.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace longwave::store {

namespace {

struct Token {
  enum class Kind { word, number, text, parameter, mark };
  Kind kind;
  std::string before;  ///< white space and comments
  std::string text;
};

bool in_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

std::size_t end_of_blank(std::string_view sql, std::size_t at) {
  while (at < sql.size()) {
    if (std::isspace(static_cast<unsigned char>(sql[at]))) {
      ++at;
    } else if (sql.substr(at).starts_with("--")) {
      at = std::min(sql.find('\n', at), sql.size());
    } else {
      break;
    }
  }
  return at;
}

/// A quote inside is doubled: two texts side by side are taken for one after the other, which is the same.
std::size_t end_of_quoted(std::string_view sql, std::size_t at) {
  const auto end = sql.find(sql[at], at + 1);
  return end == std::string_view::npos ? sql.size() : end + 1;
}

std::vector<Token> tokens_of(std::string_view sql) {
  std::vector<Token> tokens;
  for (std::size_t at = 0;;) {
    const std::size_t begin = end_of_blank(sql, at);
    Token token{Token::Kind::mark, std::string(sql.substr(at, begin - at)), {}};
    if (begin == sql.size()) {
      if (!token.before.empty()) tokens.push_back(std::move(token));
      return tokens;
    }
    at = begin;
    const char c = sql[at];
    if (c == '\'' || c == '"') {
      token.kind = c == '"' ? Token::Kind::word : Token::Kind::text;
      at = end_of_quoted(sql, at);
    } else if (in_word(c) || (c == ':' && at + 1 < sql.size() && in_word(sql[at + 1]))) {
      token.kind = c == ':'                                           ? Token::Kind::parameter
                   : std::isdigit(static_cast<unsigned char>(c)) != 0 ? Token::Kind::number
                                                                      : Token::Kind::word;
      for (++at; at < sql.size() && in_word(sql[at]);) ++at;
    } else {
      ++at;
    }
    token.text = sql.substr(begin, at - begin);
    tokens.push_back(std::move(token));
  }
}

const char* sql_type(ColumnType type) {
  switch (type) {
    case ColumnType::integer:
      return "bigint";
    case ColumnType::real:
      return "double precision";
    case ColumnType::blob:
      return "bytea";
    case ColumnType::text:
      break;
  }
  return "text";
}

/// What may follow a table in FROM and is no name for it.
constexpr std::array<std::string_view, 14> after_table = {"WHERE",  "ORDER",  "GROUP",  "LIMIT",    "JOIN",
                                                          "LEFT",   "INNER",  "CROSS",  "ON",       "UNION",
                                                          "HAVING", "OFFSET", "EXCEPT", "INTERSECT"};

class Translation {
 public:
  Translation(std::string_view sql, const std::vector<std::optional<ColumnType>>& types)
      : tokens_(tokens_of(sql)), types_(types) {}

  std::string run() {
    for (at_ = 0; at_ < tokens_.size(); ++at_) {
      if (at_ == 0 || is(-1, ";")) {
        if (are({"CREATE", "TRIGGER"})) {
          trigger();
          continue;
        }
        begin_statement();
      }
      one();
    }
    end_statement();
    std::string sql;
    for (const auto& piece : out_) sql += piece;
    return sql;
  }

 private:
  bool is(int offset, std::string_view text) const {
    const auto i = static_cast<std::ptrdiff_t>(at_) + offset;
    return i >= 0 && i < std::ssize(tokens_) && tokens_[static_cast<std::size_t>(i)].text == text;
  }
  bool are(std::initializer_list<std::string_view> texts) const {
    int offset = 0;
    return std::ranges::all_of(texts, [&](std::string_view text) { return is(offset++, text); });
  }
  bool word(int offset) const {
    const auto i = static_cast<std::ptrdiff_t>(at_) + offset;
    return i >= 0 && i < std::ssize(tokens_) &&
           tokens_[static_cast<std::size_t>(i)].kind == Token::Kind::word;
  }
  const std::string& text(int offset) const { return tokens_[at_ + static_cast<std::size_t>(offset)].text; }

  void put(std::string_view text) { out_.push_back(tokens_[at_].before + std::string(text)); }
  /// One piece for so many tokens.
  void put(std::string_view text, std::size_t tokens) {
    put(text);
    at_ += tokens - 1;
  }

  void begin_statement() {
    statement_ = out_.size();
    created_.clear();
    const bool creates = are({"CREATE", "TABLE"}), alters = are({"ALTER", "TABLE"});
    in_schema_ = creates || alters;
    if (!creates) return;
    const int name = is(2, "IF") ? 5 : 2;
    if (word(name)) created_ = text(name);
  }

  void end_statement() {
    for (const auto& column : counted_) {
      const std::string sequence = created_ + '_' + column + "_seq";
      out_.insert(out_.begin() + static_cast<std::ptrdiff_t>(statement_),
                  "CREATE SEQUENCE " + sequence + ";");
      out_.push_back("; ALTER SEQUENCE " + sequence + " OWNED BY " + created_ + '.' + column);
    }
    counted_.clear();
  }

  /// The tokens up to the next that is `end`, as they are; at_ stands on that then.
  std::string until(std::string_view end, bool behind_statement = false) {
    std::string sql;
    for (; at_ < tokens_.size() && !(is(0, end) && (!behind_statement || is(-1, ";"))); ++at_)
      sql += tokens_[at_].before + tokens_[at_].text;
    return sql;
  }

  /// CREATE TRIGGER name AFTER … ON table [WHEN condition] BEGIN statements; END
  void trigger() {
    const std::string name = text(2);
    const std::size_t begin = at_;
    const bool when =
        std::ranges::find_if(tokens_.begin() + static_cast<std::ptrdiff_t>(begin), tokens_.end(),
                             [](const Token& token) { return token.text == "WHEN" || token.text == "BEGIN"; })
            ->text == "WHEN";
    std::string head = until(when ? "WHEN" : "BEGIN");
    if (when) {
      ++at_;
      head += " FOR EACH ROW WHEN (" + to_postgresql(until("BEGIN")) + ')';
    } else {
      head += " FOR EACH ROW";
    }
    ++at_;
    const std::string body = to_postgresql(until("END", true));
    out_.push_back("CREATE FUNCTION " + name + "_does() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN" + body +
                   " RETURN NULL; END $$;" + head + " EXECUTE FUNCTION " + name + "_does()");
  }

  void one() {
    const Token& token = tokens_[at_];
    if (token.kind == Token::Kind::parameter) return parameter();
    if (token.kind == Token::Kind::mark) return mark();
    if (token.kind != Token::Kind::word) return put(token.text);
    if (in_schema_ && schema()) return;
    if (token.text == "LIKE") return put("ILIKE");
    if (are({"COLLATE", "NOCASE"})) return no_case();
    if (are({"CROSS", "JOIN"}) && joined_on()) return put("JOIN", 2);
    if ((token.text == "char" || token.text == "CHAR") && is(1, "(")) return put("chr");
    put(token.text);
  }

  void parameter() {
    const auto index = parameters_++;
    if (index >= types_.size() || !types_[index]) return put(tokens_[at_].text);
    put("CAST(" + tokens_[at_].text + " AS " + sql_type(*types_[index]) + ')');
  }

  void mark() {
    const std::string& mark = tokens_[at_].text;
    if (mark == ";") {
      end_statement();
      in_schema_ = false;
    }
    if (mark == "(") tables_.push_back((is(-1, "FROM") || is(-1, "JOIN")) && (is(1, "SELECT") || is(1, "(")));
    put(mark);
    if (mark == ")" && !tables_.empty()) {
      if (tables_.back() && !named_next()) out_.push_back(" AS unnamed" + std::to_string(++unnamed_));
      tables_.pop_back();
    }
  }

  bool named_next() const { return word(1) && std::ranges::find(after_table, text(1)) == after_table.end(); }

  /// A type stands behind the name of its column.
  bool schema() {
    if (are({"WITHOUT", "ROWID"})) {
      put("", 2);
      return true;
    }
    if (!word(-1) || is(-1, "COLUMN")) return false;
    if (are({"INTEGER", "PRIMARY", "KEY"})) {
      const std::string column = text(-1);
      counted_.push_back(column);
      put("BIGINT PRIMARY KEY DEFAULT store_next_id('" + created_ + "', '" + column + "')",
          is(3, "AUTOINCREMENT") ? 4 : 3);
    } else if (is(0, "INTEGER")) {
      put("BIGINT");
    } else if (is(0, "REAL")) {
      put("DOUBLE PRECISION");
    } else if (is(0, "TEXT")) {
      put("TEXT COLLATE \"C\"");
    } else if (is(0, "BLOB")) {
      put("BYTEA");
    } else {
      return false;
    }
    return true;
  }

  /// The column before it: one word, or two and a point.
  void no_case() {
    const std::size_t pieces = is(-2, ".") ? 3 : 1;
    std::string& first = out_[out_.size() - pieces];
    const auto begin = first.find_first_not_of(" \t\n");
    first.insert(begin == std::string::npos ? first.size() : begin, "lower(");
    out_.push_back(")");
    ++at_;
  }

  bool joined_on() const {
    int depth = 0;
    for (std::size_t i = at_ + 2; i < tokens_.size(); ++i) {
      const std::string& text = tokens_[i].text;
      if (text == "(") ++depth;
      if (text == ")" && --depth < 0) return false;
      if (depth > 0) continue;
      if (text == "ON") return true;
      if (text == ";" || text == "," || std::ranges::find(after_table, text) != after_table.end())
        return false;
    }
    return false;
  }

  std::vector<Token> tokens_;
  const std::vector<std::optional<ColumnType>>& types_;
  std::size_t at_ = 0;
  std::vector<std::string> out_;
  std::size_t statement_ = 0;  ///< where the statement begins in `out_`
  bool in_schema_ = false;     ///< inside CREATE or ALTER TABLE
  std::string created_;        ///< the table of a CREATE TABLE
  std::vector<std::string> counted_;
  std::size_t parameters_ = 0;
  std::vector<bool> tables_;  ///< of each open parenthesis: whether a table stands in it
  int unnamed_ = 0;
};

}  // namespace

std::string to_postgresql(std::string_view sql, const std::vector<std::optional<ColumnType>>& types) {
  return Translation(sql, types).run();
}

}  // namespace longwave::store
