// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "web/context.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace longwave::web {

/// Called on the connection's loop, so from several threads. Must not block. An exception becomes a 500.
using Handler = std::function<void(RequestContext&&)>;

struct Route {
  std::vector<std::string> methods;  ///< {"GET"}; GET answers HEAD as well; {"*"} is any
  /// Segments are literal, `:name` (one segment), or a last `*name` (the rest, at least one character). A
  /// segment may have a literal end after its name: "/listen/:station.mp3".
  std::string pattern;
  std::string description;  ///< one line, for the generated list of addresses
  Handler handler;
  std::optional<std::size_t> body_limit = {};  ///< bytes; else the server's
  /// Called on the connection's loop when the head of a request has come and its body will be read. What it
  /// gives stays in Request::held until the request is over, also if the body never comes.
  std::function<std::shared_ptr<void>(const Request&)> on_head = {};
  /// The handler is called when the head has come, and takes the body with RequestContext::read_body().
  /// body_limit holds; the limit of all bodies together doesn't, as nothing is kept.
  bool streamed = false;
};

/// One table of addresses. Built at start, then read by all loops. Exact text wins over a parameter, a
/// parameter with a literal end over one without, that over a rest; two routes that could mean the same
/// request with equal rank are refused.
class Router {
 public:
  /// Fails with `conflict` naming both routes, or `invalid` for a malformed pattern.
  Result<void> add(Route route);

  struct Match {
    const Route* route = nullptr;  ///< null if nothing fits path and method
    std::vector<std::pair<std::string, std::string>> parameters;
    /// When the path exists with other methods: for 405. "GET, HEAD, POST"
    std::string allow;
  };
  /// `raw_path`: still %-encoded, without query; segments are decoded after splitting.
  Match match(std::string_view method, std::string_view raw_path) const;

  const std::vector<Route>& routes() const { return routes_; }

 private:
  struct Segment {
    enum class Kind { literal, parameter, rest } kind;
    std::string text;    // the literal, or the name
    std::string ending;  // what follows a parameter's name
  };
  using Pattern = std::vector<Segment>;
  static Result<Pattern> parse(std::string_view pattern);
  static int rank(const Segment& segment);
  static bool same_shape(const Pattern& a, const Pattern& b);
  static bool fits(const Pattern& pattern, const std::vector<std::string>& segments, Match& match);
  static bool better(const Pattern& a, const Pattern& b);

  std::vector<Route> routes_;
  std::vector<Pattern> patterns_;  // beside routes_
};

}  // namespace longwave::web
