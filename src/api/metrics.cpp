// SPDX-License-Identifier: Apache-2.0
#include "api/metrics.hpp"

#include "base/assert.hpp"
#include "web/router.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <utility>

namespace longwave::api {

void Metrics::gauge(std::string name, std::string help, Read read) {
  rows_.push_back({std::move(name), std::move(help), "gauge", std::move(read)});
}

void Metrics::counter(std::string name, std::string help, Read read) {
  LW_ASSERT(name.ends_with("_total"), name);
  rows_.push_back({std::move(name), std::move(help), "counter", std::move(read)});
}

std::string Metrics::text() const {
  std::string out;
  for (const auto& row : rows_) {
    out += fmt::format("# HELP {} {}\n# TYPE {} {}\n{} {}\n", row.name, row.help, row.name, row.type,
                       row.name, row.read());
  }
  return out;
}

Result<void> Metrics::add_route(web::Router& router) const {
  return router.add({.methods = {"GET"},
                     .pattern = "/metrics",
                     .description = "figures for Prometheus",
                     .handler = [this](web::RequestContext&& context) {
                       auto response = web::Response::text(200, text());
                       response.headers.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
                       response.headers.set("Cache-Control", "no-store");
                       context.respond(std::move(response));
                     }});
}

Result<void> add_health_route(web::Router& router, std::vector<Check> checks) {
  return router.add({.methods = {"GET"},
                     .pattern = "/health",
                     .description = "200 when all is well, else 503 and what is wrong",
                     .handler = [checks = std::move(checks)](web::RequestContext&& context) {
                       boost::json::object found;
                       bool well = true;
                       for (const auto& check : checks) {
                         const auto problem = check.problem();
                         well = well && problem.empty();
                         found[check.name] = problem.empty() ? "ok" : problem;
                       }
                       auto response = web::Response::json(
                           boost::json::serialize(boost::json::object{{"status", well ? "ok" : "failing"},
                                                                      {"checks", std::move(found)}}),
                           well ? 200 : 503);
                       response.headers.set("Cache-Control", "no-store");
                       context.respond(std::move(response));
                     }});
}

}  // namespace longwave::api
