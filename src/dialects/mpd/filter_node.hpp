// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dialects/mpd/filter.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// What a filter is made of; private to the filter.
namespace longwave::mpd {

class Regex;

/// One comparison of a text.
struct TextTest {
  enum class Mode { exact, contains, regex };
  std::string value;  ///< folded if `fold`
  Mode mode = Mode::exact;
  bool fold = false;
  bool negated = false;
  std::shared_ptr<const Regex> regex;

  /// Without regard to `negated`.
  bool holds(std::string_view text) const;
};

/// POSIX extended, case as asked. Patterns are short and repeat nothing often: a look costs little.
class Regex {
 public:
  static Answer<std::shared_ptr<const Regex>> compile(const std::string& pattern, bool fold);
  ~Regex();
  Regex(const Regex&) = delete;
  Regex& operator=(const Regex&) = delete;
  bool found_in(std::string_view text) const;

 private:
  struct Compiled;
  explicit Regex(std::unique_ptr<Compiled> compiled);
  std::unique_ptr<Compiled> compiled_;
};

struct TagTest {
  std::optional<Tag> tag;  ///< nullopt: any
  TextTest test;
};
struct UriTest {
  TextTest test;
};
struct BaseTest {
  std::string folder;
};
struct ModifiedTest {
  std::int64_t since_s;
};
struct FormatTest {
  std::vector<std::string> parts;  ///< rate, bits, channels; "*": any
};
using NodePtr = std::shared_ptr<const Filter::Node>;
struct AndTest {
  std::vector<NodePtr> all;
};
struct NotTest {
  NodePtr one;
};

struct Filter::Node {
  std::variant<TagTest, UriTest, BaseTest, ModifiedTest, FormatTest, AndTest, NotTest> test;
};

/// An expression in parentheses, the whole of `text`.
Answer<NodePtr> parse_expression(std::string_view text, bool fold);
/// `name value` as of old.
Answer<NodePtr> parse_pair(std::string_view name, std::string_view value, bool fold);

template <class T>
NodePtr make_node(T test) {
  return std::make_shared<const Filter::Node>(Filter::Node{std::move(test)});
}

}  // namespace longwave::mpd
