// rooms: simulate
// SPDX-License-Identifier: Apache-2.0
#include "base/log.hpp"
#include "simulate/simulate.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <string>

/// A week of a thousand radios with streamers, listeners and faults (a part of them where sanitizers make it
/// slow), and days of other seeds. LONGWAVE_SEED, LONGWAVE_RADIOS and LONGWAVE_DAYS make it another or a
/// longer week, as does `longwave simulate`; LONGWAVE_TRACE shows the messages of one radio.
namespace longwave::simulate {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__OPTIMIZE__)
constexpr std::size_t radios_of_a_week = 25;
constexpr std::uint64_t other_seeds = 2;
#else
constexpr std::size_t radios_of_a_week = 1000;
constexpr std::uint64_t other_seeds = 8;
#endif

void expect_well(const Report& report, const Options& options) {
  EXPECT_EQ(report.violations, 0U) << "seed " << options.seed << "\n" << report.text();
  EXPECT_GT(report.counts.at("songs started"), options.radios * static_cast<std::size_t>(options.days) * 300);
  EXPECT_GT(report.counts.at("looked what is heard"), 1000U);
}

TEST(Simulate, AWeekOfAPlatform) {
  log::set_level(log::Level::error);
  Options options;
  options.radios = radios_of_a_week;
  options.days = 7;
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
  expect_well(report, options);
}

/// Odd seeds begin before summer time ends, even ones before it begins.
TEST(Simulate, DaysOfOtherSeeds) {
  log::set_level(log::Level::error);
  for (std::uint64_t seed = 2; seed < 2 + other_seeds && !HasFailure(); ++seed) {
    Options options;
    options.radios = 25;
    options.days = 4;
    options.seed = seed;
    options.listeners = 30;
    expect_well(run(options), options);
  }
}

TEST(Simulate, TheSameSeedGivesTheSameDays) {
  log::set_level(log::Level::error);
  Options options;
  options.radios = 10;
  options.days = 1;
  const auto first = run(options).text();
  EXPECT_EQ(run(options).text(), first);
  options.seed = 5;
  EXPECT_NE(run(options).text(), first);
}

}  // namespace
}  // namespace longwave::simulate
