// room: library
// SPDX-License-Identifier: Apache-2.0
//
// Any text is a query; what is told of it lies inside it, and the tree stays small.
#include "library/query.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

using longwave::library::QueryNode;

namespace {

std::size_t terms(const QueryNode& node, std::size_t depth) {
  if (depth > 3 * longwave::library::deepest_query + 3) std::abort();
  const bool joins = node.kind == QueryNode::Kind::all || node.kind == QueryNode::Kind::any;
  if (node.kind == QueryNode::Kind::none && node.children.size() != 1) std::abort();
  if (!joins && node.kind != QueryNode::Kind::none && !node.children.empty()) std::abort();
  std::size_t count = node.children.empty() ? 1 : 0;
  for (const auto& child : node.children) count += terms(child, depth + 1);
  return count;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  constexpr std::int64_t now = 1'800'000'000'000;
  const auto parsed = longwave::library::parse_query(text, now);
  // "rating:no" is two terms made of one.
  if (terms(parsed.query.root, 0) > 2 * longwave::library::most_query_terms + 1) std::abort();
  if (longwave::library::check_query(text, now).has_value() == parsed.problem.has_value()) std::abort();
  return 0;
}
