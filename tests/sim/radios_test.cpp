// rooms: simulate
// SPDX-License-Identifier: Apache-2.0
#include "base/log.hpp"
#include "simulate/simulate.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <string>

/// A day of thirty radios with streamers, listeners and faults. LONGWAVE_SEED, LONGWAVE_RADIOS and
/// LONGWAVE_DAYS make it another or a longer one (a week of 1,000 radios: some 16 s of CPU), as does
/// `longwave simulate`; LONGWAVE_TRACE shows the messages of one radio.
namespace longwave::simulate {
namespace {

TEST(Simulate, RadiosOfAPlatform) {
  log::set_level(log::Level::error);
  Options options;
  options.radios = 30;
  options.days = 1;
  if (const auto* seed = std::getenv("LONGWAVE_SEED")) options.seed = std::strtoull(seed, nullptr, 10);
  if (const auto* radios = std::getenv("LONGWAVE_RADIOS"))
    options.radios = std::strtoull(radios, nullptr, 10);
  if (const auto* days = std::getenv("LONGWAVE_DAYS")) options.days = std::atoi(days);
  if (const auto* radio = std::getenv("LONGWAVE_TRACE")) {
    options.trace = radio;
    options.say = [](const std::string& line) { std::cerr << line << "\n"; };
  }
  const auto report = run(options);
  RecordProperty("report", report.text());
  EXPECT_EQ(report.violations, 0U) << "seed " << options.seed << "\n" << report.text();
  EXPECT_GT(report.counts.at("songs started"), options.radios * static_cast<std::size_t>(options.days) * 300);
  EXPECT_GT(report.counts.at("looked what is heard"), 1000U);
}

}  // namespace
}  // namespace longwave::simulate
