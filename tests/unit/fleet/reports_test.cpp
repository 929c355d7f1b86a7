// SPDX-License-Identifier: Apache-2.0
#include "fleet/reports.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace longwave::fleet {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using Outcome = Reports::Outcome;

/// A web application in virtual time: what it says to a call, and how long it takes for it.
struct ReportsTest : ::testing::Test {
  Random random{7};
  ReportLimits limits;
  Reports reports{random, limits};
  Instant now{seconds{1000}};
  std::function<Outcome(const Reports::Call&)> says = [](const Reports::Call&) { return Outcome::taken; };
  Duration takes = milliseconds{20};
  Duration step = milliseconds{10};

  struct Made {
    Instant at;
    Reports::Call call;
  };
  std::vector<Made> made;
  std::vector<Report> heard;  // in the order in which it took them

  void push(Report report) { reports.push(std::move(report), now); }
  void song(const std::string& radio, std::int64_t id) { push(SongStarted{radio, id, {}}); }

  /// Runs until `end`; `each` is called at least every `step`.
  void run_until(
      Instant end, const std::function<void()>& each = [] {}) {
    while (now < end) {
      each();
      while (auto call = reports.next(now)) {
        made.push_back({now, *call});
        under_way.emplace(now + takes, std::move(*call));
      }
      auto next = std::min(end, now + step);
      if (const auto due = reports.due(now)) next = std::min(next, std::max(*due, now + milliseconds{1}));
      if (!under_way.empty()) next = std::min(next, under_way.begin()->first);
      now = std::max(now, next);
      while (!under_way.empty() && under_way.begin()->first <= now) {
        const auto node = under_way.extract(under_way.begin());
        const auto& call = node.mapped();
        const auto outcome = says(call);
        if (outcome == Outcome::taken) heard.insert(heard.end(), call.reports.begin(), call.reports.end());
        reports.answered(call.id, outcome, now);
      }
    }
  }
  std::multimap<Instant, Reports::Call> under_way;
};

std::string text(const Report& report) {
  if (const auto* r = std::get_if<StartListening>(&report)) return "start " + r->radio_uuid;
  if (const auto* r = std::get_if<StopListening>(&report))
    return fmt::format("stop {} {}", r->radio_uuid, r->seconds);
  if (const auto* r = std::get_if<Stopped>(&report))
    return fmt::format("stopped {} {}", r->radio_uuid, r->seconds);
  const auto& r = std::get<SongStarted>(report);
  return fmt::format("song {} {}", r.radio_uuid, r.song_id);
}

bool has_song(const Reports::Call& call, std::int64_t id) {
  return std::any_of(call.reports.begin(), call.reports.end(), [&](const Report& report) {
    const auto* song = std::get_if<SongStarted>(&report);
    return song && song->song_id == id;
  });
}

TEST_F(ReportsTest, songs_go_together_and_others_one_by_one) {
  song("a", 1);
  song("b", 2);
  push(StartListening{"a", 42});
  push(Stopped{"b", 9});
  const auto songs = reports.next(now);
  ASSERT_TRUE(songs);
  EXPECT_EQ(songs->reports.size(), 2u);
  const auto start = reports.next(now), stopped = reports.next(now);
  ASSERT_TRUE(start && stopped);
  EXPECT_EQ(text(start->reports[0]), "start a");
  EXPECT_EQ(text(stopped->reports[0]), "stopped b 9");
  EXPECT_FALSE(reports.next(now));
  EXPECT_EQ(reports.due(now), std::nullopt) << "only after an answer";
  for (const auto id : {songs->id, start->id, stopped->id}) reports.answered(id, Outcome::taken, now);
  reports.answered(stopped->id, Outcome::taken, now);  // doubled answers change nothing
  EXPECT_EQ(reports.counts().taken, 4u);
  EXPECT_EQ(reports.counts().waiting, 0u);
  EXPECT_EQ(reports.counts().waiting_bytes, 0u);
}

TEST_F(ReportsTest, a_radio_is_told_in_order_while_others_go_beside_it) {
  limits.radios_at_once = 3;
  Reports three{random, limits};
  for (int i = 0; i < 5; ++i) {
    for (const auto* radio : {"a", "b", "c", "d"}) three.push(StopListening{radio, {}, i}, now);
  }
  std::set<std::string> busy;
  for (int i = 0; i < 3; ++i) busy.insert(radio_of(three.next(now)->reports[0]));
  EXPECT_EQ(busy.size(), 3u) << "one of a radio at a time";
  EXPECT_FALSE(three.next(now)) << "three at once";
  for (int i = 0; i < 50; ++i) {
    for (const auto* radio : {"a", "b", "c", "d"}) push(StopListening{radio, {}, i});
  }
  int calls = 0;
  says = [&](const auto&) { return ++calls % 7 == 0 ? Outcome::refused : Outcome::taken; };
  run_until(now + minutes{2});
  std::map<std::string, std::int64_t> last;
  for (const auto& report : heard) {
    const auto& stop = std::get<StopListening>(report);
    EXPECT_EQ(stop.seconds, last[stop.radio_uuid]++) << stop.radio_uuid;
  }
  EXPECT_EQ(heard.size(), 200u);
}

TEST_F(ReportsTest, few_songs_wait_for_each_other_and_many_go_at_once) {
  run_until(now + seconds{10}, [&] { song("a", 1); });  // 100 a second
  EXPECT_GE(made.size(), 48u);
  EXPECT_LE(made.size(), 51u) << "one call in 0.2 s";
  for (const auto& one : made) EXPECT_LE(one.call.reports.size(), 100u);
}

TEST_F(ReportsTest, nobody_there_is_asked_later_and_later_up_to_half_a_minute) {
  says = [](const auto&) { return Outcome::away; };
  takes = milliseconds{1};
  song("a", 1);
  push(StartListening{"a", {}});
  run_until(now + minutes{10});
  for (const bool songs : {true, false}) {
    std::vector<Instant> times;
    for (const auto& one : made) {
      if (std::holds_alternative<SongStarted>(one.call.reports[0]) == songs) times.push_back(one.at);
    }
    ASSERT_GT(times.size(), 10u);
    EXPECT_LE(times[1] - times[0], milliseconds{202});
    EXPECT_GE(times[1] - times[0], milliseconds{100});
    for (std::size_t i = 1; i < times.size(); ++i) EXPECT_LE(times[i] - times[i - 1], milliseconds{30'002});
    EXPECT_GE(times.back() - times[times.size() - 2], seconds{15});
    EXPECT_LE(times.size(), 50u);
  }
  EXPECT_EQ(reports.counts().waiting, 2u) << "nothing is lost by it";
}

TEST_F(ReportsTest, calls_that_fail_together_are_one_failure_and_then_one_call_tries) {
  for (int i = 0; i < 16; ++i) push(StartListening{fmt::format("r{}", i), {}});
  std::vector<std::uint64_t> ids;
  while (const auto call = reports.next(now)) ids.push_back(call->id);
  ASSERT_EQ(ids.size(), 16u);
  for (const auto id : ids) reports.answered(id, Outcome::away, now += milliseconds{100});
  EXPECT_LE(*reports.due(now), now + limits.first_wait) << "it counted once";
  now += limits.first_wait;
  ASSERT_TRUE(reports.next(now));
  EXPECT_FALSE(reports.next(now)) << "one asks whether somebody is there again";
}

/// So long without an answer; everything that came is told within the same time, nothing twice or dropped.
void outage(ReportsTest& test, std::chrono::minutes length, int songs_a_second, Duration takes) {
  test.step = milliseconds{100};
  test.takes = takes;
  const auto back = test.now + length;
  test.says = [&](const auto&) { return test.now < back ? Outcome::away : Outcome::taken; };
  std::int64_t id = 0;
  const auto began = test.now;
  const auto play = [&] {
    const auto due = std::chrono::duration<double>(test.now - began).count() * songs_a_second;
    for (; static_cast<double>(id) < due; ++id) test.song(fmt::format("radio{}", id % 1000), id);
  };
  test.run_until(back, play);
  EXPECT_GE(test.reports.counts().waiting, static_cast<std::size_t>(songs_a_second) * 59);
  std::optional<Instant> drained;
  test.run_until(back + length, [&] {
    play();
    if (!drained && test.reports.counts().waiting <= static_cast<std::size_t>(songs_a_second))
      drained = test.now;
  });
  ASSERT_TRUE(drained) << test.reports.counts().waiting;
  EXPECT_EQ(test.reports.counts().dropped, 0u);
  std::int64_t expected = 0;
  std::size_t largest = 0;
  for (const auto& report : test.heard) ASSERT_EQ(std::get<SongStarted>(report).song_id, expected++);
  for (const auto& one : test.made) largest = std::max(largest, one.call.reports.size());
  EXPECT_EQ(largest, 1000u);
}

TEST_F(ReportsTest, ten_minutes_of_outage_are_told_within_ten_minutes) {
  outage(*this, minutes{10}, 100, milliseconds{1000});
}

TEST_F(ReportsTest, minutes_of_a_hundred_thousand_radios_are_told_as_quickly) {
  outage(*this, minutes{2}, 555, milliseconds{400});
}

TEST_F(ReportsTest, batches_that_are_too_much_for_it_get_smaller) {
  for (int i = 0; i < 5000; ++i) song("a", i);
  says = [](const auto& call) { return call.reports.size() > 250 ? Outcome::away : Outcome::taken; };
  run_until(now + minutes{1});
  EXPECT_EQ(heard.size(), 5000u);
}

TEST_F(ReportsTest, one_bad_song_is_found_and_the_others_are_told) {
  for (int i = 0; i < 5000; ++i) song("a", i);
  says = [](const auto& call) { return has_song(call, 1234) ? Outcome::refused : Outcome::taken; };
  const auto began = now;
  run_until(now + minutes{5});
  EXPECT_EQ(heard.size(), 4999u);
  EXPECT_EQ(reports.counts().dropped, 1u);
  EXPECT_EQ(reports.counts().waiting, 0u);
  EXPECT_LT(made.back().at - began, seconds{30});
  EXPECT_LT(made.size(), 60u);
}

TEST_F(ReportsTest, bad_songs_side_by_side_are_found_too) {
  for (int i = 0; i < 1000; ++i) song("a", i);
  const auto bad = [](const Reports::Call& call) {
    for (const std::int64_t id : {0, 1, 2, 500, 998, 999}) {
      if (has_song(call, id)) return true;
    }
    return false;
  };
  says = [&](const auto& call) { return bad(call) ? Outcome::refused : Outcome::taken; };
  run_until(now + minutes{30});
  EXPECT_EQ(heard.size(), 994u);
  EXPECT_EQ(reports.counts().dropped, 6u);
}

/// An error inside the web application looks like a bad song; it costs few of them.
TEST_F(ReportsTest, errors_for_ten_minutes_cost_few_songs) {
  const auto back = now + minutes{10};
  says = [&](const auto&) { return now < back ? Outcome::refused : Outcome::taken; };
  std::int64_t id = 0;
  run_until(back + minutes{5}, [&] { song("a", ++id); });
  EXPECT_LE(reports.counts().dropped, 10u);
  EXPECT_GE(reports.counts().dropped, 1u);
  EXPECT_LT(reports.counts().waiting, 100u);
}

TEST_F(ReportsTest, a_listener_that_is_not_wanted_holds_nobody_up) {
  push(StartListening{"gone", {}});
  push(StopListening{"gone", {}, 5});
  push(StartListening{"ill", {}});
  push(StopListening{"ill", {}, 5});
  says = [](const auto& call) {
    if (radio_of(call.reports[0]) == "gone") return Outcome::unwanted;
    return std::holds_alternative<StartListening>(call.reports[0]) ? Outcome::refused : Outcome::taken;
  };
  run_until(now + minutes{1});
  EXPECT_EQ(made.size(), 2u + static_cast<std::size_t>(limits.attempts) + 1u);
  ASSERT_EQ(heard.size(), 1u);
  EXPECT_EQ(text(heard[0]), "stop ill 5");
  EXPECT_EQ(reports.counts().dropped, 3u);
}

TEST_F(ReportsTest, what_waits_is_bounded_in_bytes) {
  limits.bytes = 1000;
  Reports small{random, limits};
  std::size_t taken = 0;
  while (small.push(SongStarted{"a", 1, {}}, now)) ++taken;
  EXPECT_GT(taken, 5u);
  EXPECT_FALSE(small.push(StartListening{"a", {}}, now));
  EXPECT_EQ(small.counts().dropped, 2u);
  const auto call = small.next(now);
  small.answered(call->id, Outcome::taken, now);
  EXPECT_TRUE(small.push(StartListening{std::string(255, 'x'), {}}, now));
  small.give_up();
  EXPECT_EQ(small.counts().waiting_bytes, 0u);
  EXPECT_EQ(small.due(now), std::nullopt);
}

}  // namespace
}  // namespace longwave::fleet
