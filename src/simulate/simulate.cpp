// SPDX-License-Identifier: Apache-2.0
#include "simulate/simulate.hpp"

#include "simulate/world.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace longwave::simulate {

using namespace std::chrono_literals;

namespace {

/// Europe changes its clocks on the last Sundays of March and October.
WallTime begin_of(const Options& options) {
  if (options.from) return *options.from;
  const auto month = options.seed % 2 == 0 ? std::chrono::March : std::chrono::October;
  const std::chrono::year_month_weekday_last sunday{std::chrono::year{2027}, month,
                                                    std::chrono::weekday_last{std::chrono::Sunday}};
  return WallTime{std::chrono::sys_days{sunday} - std::chrono::days{3}};
}

}  // namespace

Report run(const Options& options) {
  World world(options, begin_of(options));
  return world.run();
}

std::string Report::text() const {
  std::string text;
  const auto day = [](WallTime at) {
    return fmt::format("{:%F}", std::chrono::floor<std::chrono::seconds>(at));
  };
  text += fmt::format("from {} to {} (UTC)\n", day(from), day(to));
  for (const auto& [what, count] : counts) text += fmt::format("{:>12}  {}\n", count, what);
  text += fmt::format("{:>12}  violations\n", violations);
  for (const auto& example : examples) text += "  " + example + "\n";
  return text;
}

}  // namespace longwave::simulate
