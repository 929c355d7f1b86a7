// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <functional>
#include <string>
#include <vector>

namespace longwave::web {
class Router;
}

namespace longwave::api {

/// Figures for Prometheus (text format 0.0.4). Filled at start, then read by any thread: every `read` must be
/// callable from any thread and return at once.
class Metrics {
 public:
  using Read = std::function<double()>;

  void gauge(std::string name, std::string help, Read read);
  /// Only grows while the process lives; the name ends in `_total`.
  void counter(std::string name, std::string help, Read read);

  std::string text() const;
  /// GET /metrics
  Result<void> add_route(web::Router& router) const;

 private:
  struct Row {
    std::string name, help;
    const char* type;
    Read read;
  };
  std::vector<Row> rows_;
};

/// One thing that must work, for /health.
struct Check {
  std::string name;
  std::function<std::string()> problem;  ///< empty: it is well; else a sentence. Any thread, returns at once.
};

/// GET /health: 200 and {"status":"ok"}, or 503 and what is wrong.
Result<void> add_health_route(web::Router& router, std::vector<Check> checks);

}  // namespace longwave::api
