// SPDX-License-Identifier: Apache-2.0
#include "schedule/programmer.hpp"

#include "unit/schedule/desk.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace longwave::schedule {
namespace {

using namespace std::chrono_literals;
using test::Desk;
using test::library;
using test::minutes;

/// A station in the middle of its first item, with two picks ready behind it.
struct Commands : ::testing::Test {
  Commands() : desk(library(100)) {
    desk.answer_all();
    desk.pass(60s);
    desk.orders.clear();
  }
  EntryId at(std::size_t index) const { return desk.programmer->queue().entries()[index]->id; }
  std::size_t size() const { return desk.programmer->queue().size(); }
  Errc refused(Command command) {
    const auto answer = desk.run(std::move(command));
    EXPECT_FALSE(answer) << "should have been refused";
    return answer ? Errc{} : answer.error().code;
  }
  Desk desk;
};

TEST_F(Commands, RequestsGoBeforeWhatTheAutoDjChoseAndAfterOtherRequests) {
  const auto before = desk.tracks();
  ASSERT_EQ(before.size(), 3U);
  const auto first = desk.run(Add{{TrackId{90}, TrackId{91}}, {}, "Anna"});
  const auto second = desk.run(Add{{TrackId{92}}, {}, "Ben"});
  ASSERT_TRUE(first);
  EXPECT_EQ(first->entries.size(), 2U);
  EXPECT_EQ(second->version, desk.programmer->queue().version());
  const auto tracks = desk.tracks();
  EXPECT_EQ(std::vector(tracks.begin(), tracks.begin() + 4),
            (std::vector<std::int64_t>{before[0], 90, 91, 92}));
  const auto& entry = *desk.programmer->queue().find(second->entries[0]);
  EXPECT_EQ(entry.added_by, "Ben");
  EXPECT_EQ(entry.reason.rule, rule::request);
  EXPECT_EQ(entry.reason.text, "Requested by Ben");
}

TEST_F(Commands, AddsAtAPositionButNeverBeforeWhatIsOnAir) {
  const auto on_air = desk.on_air();
  ASSERT_TRUE(desk.run(Add{{TrackId{90}}, 0, ""}));
  EXPECT_EQ(desk.on_air(), on_air);
  EXPECT_EQ(desk.tracks()[1], 90);
  ASSERT_TRUE(desk.run(Add{{TrackId{91}}, 2, ""}));
  EXPECT_EQ(desk.tracks()[2], 91);
  ASSERT_TRUE(desk.run(Add{{TrackId{92}}, 1000, ""}));
  EXPECT_EQ(desk.tracks().back(), 92);
}

TEST_F(Commands, RefusesWhatMakesNoSense) {
  EXPECT_EQ(refused(Add{{}, {}, ""}), Errc::invalid);
  EXPECT_EQ(refused(Add{{TrackId{1}, TrackId{4711}}, {}, ""}), Errc::not_found);
  EXPECT_EQ(refused(Add{std::vector<TrackId>(10'001, TrackId{1}), {}, ""}), Errc::full);
  EXPECT_EQ(refused(Remove{EntryId{4711}, ""}), Errc::not_found);
  EXPECT_EQ(refused(Move{EntryId{4711}, 0, ""}), Errc::not_found);
  EXPECT_EQ(refused(Move{at(0), 2, ""}), Errc::conflict);
  auto rows = library(100);
  rows[49].playable = false;
  desk.set_library(rows);
  EXPECT_EQ(refused(Add{{TrackId{50}}, {}, ""}), Errc::conflict);
}

TEST_F(Commands, ANewNextItemIsOrderedAsSoonAsItIsReady) {
  const auto end = desk.programmer->now().current->end_at;
  ASSERT_TRUE(desk.run(Add{{TrackId{90}}, 1, ""}));
  EXPECT_TRUE(desk.ordered<orders::Play>().empty()) << "its length isn't known yet";
  desk.answer_all();
  const auto plays = desk.ordered<orders::Play>();
  ASSERT_EQ(plays.size(), 2U);
  EXPECT_EQ(plays[0].track, TrackId{90});
  EXPECT_EQ(plays[0].start_at, end);
  EXPECT_EQ(plays[1].start_at, end + minutes(3)) << "what was next comes after it";
}

TEST_F(Commands, ARemovedNextItemIsReplacedAtOnce) {
  const auto end = desk.programmer->now().current->end_at;
  const auto second = desk.programmer->queue().entries()[2]->track;
  ASSERT_TRUE(desk.run(Remove{at(1), ""}));
  const auto plays = desk.ordered<orders::Play>();
  ASSERT_EQ(plays.size(), 1U);
  EXPECT_EQ(plays[0].track, second);
  EXPECT_EQ(plays[0].start_at, end);
  EXPECT_EQ(size(), 3U) << "and another is drawn";
}

TEST_F(Commands, WithNothingReadyInItsPlaceARemovedItemIsTakenBack) {
  const auto end = desk.programmer->now().current->end_at;
  const auto first = at(1);
  const auto second = at(2);
  ASSERT_TRUE(desk.run(Remove{second, ""}));
  ASSERT_TRUE(desk.run(Remove{first, ""}));
  const auto stops = desk.ordered<orders::Stop>();
  ASSERT_FALSE(stops.empty());
  EXPECT_EQ(stops.back().at, end);
}

TEST_F(Commands, MovesAndMakesAPickARequest) {
  const auto last = at(2);
  ASSERT_TRUE(desk.run(Move{last, 0, "Anna"}));
  EXPECT_EQ(at(1), last) << "not before what is on air";
  EXPECT_EQ(desk.programmer->queue().find(last)->reason.text, "Chosen by the AutoDJ, moved by Anna");
  EXPECT_EQ(desk.ordered<orders::Play>().at(0).item, last) << "ordered at once: it is ready";
}

TEST_F(Commands, ClearLeavesWhatIsOnAir) {
  const auto on_air = at(0);
  ASSERT_TRUE(desk.run(Add{{TrackId{90}, TrackId{91}}, {}, ""}));
  ASSERT_TRUE(desk.run(Clear{""}));
  EXPECT_EQ(at(0), on_air);
  EXPECT_EQ(size(), 3U) << "the AutoDJ fills up again";
  for (const auto track : desk.tracks()) EXPECT_TRUE(track != 90 && track != 91);
}

TEST_F(Commands, ASkipCutsAtOnceAndFollowsThePlayer) {
  desk.auto_answer = false;
  const auto current = at(0);
  const auto next = at(1);
  ASSERT_TRUE(desk.run(Skip{""}));
  auto plays = desk.ordered<orders::Play>();
  ASSERT_EQ(plays.size(), 2U);
  EXPECT_EQ(plays[0].item, next);
  EXPECT_TRUE(plays[0].cut);
  EXPECT_EQ(plays[0].start_at.count() % 1152, 0);
  EXPECT_GE(plays[0].start_at, desk.position());
  EXPECT_LT(plays[0].start_at, desk.position() + Samples{1152});
  EXPECT_EQ(plays[1].start_at, plays[0].start_at + minutes(3));
  EXPECT_FALSE(plays[1].cut);
  desk.pass(400ms);
  EXPECT_EQ(at(0), current) << "it is heard until the player says otherwise";
  const auto again = desk.run(Skip{""});
  ASSERT_FALSE(again) << "once is enough: it would be the next track that is lost, unheard";
  EXPECT_EQ(again.error().code, Errc::conflict);
  EXPECT_TRUE(desk.run(Remove{current, ""})) << "it goes already";

  desk.orders.clear();
  const auto really = plays[0].start_at + Samples{150 * 1152};  // the player had sent 4 s already
  desk.say(orders::Started{next, really, Samples{0}});
  EXPECT_EQ(at(0), current);
  EXPECT_EQ(desk.programmer->now().current->end_at, really);
  EXPECT_EQ(desk.programmer->now().next->start_at, really);
  plays = desk.ordered<orders::Play>();
  ASSERT_EQ(plays.size(), 1U);
  EXPECT_EQ(plays[0].start_at, really + minutes(3));
  desk.pass_samples(really - desk.position() + Samples{44});
  EXPECT_EQ(at(0), next);
  EXPECT_EQ(desk.history.rbegin()->second.end_at, really);
}

TEST_F(Commands, ASkipThatThePlayerDoesNotConfirmCountsAsOrdered) {
  desk.auto_answer = false;
  const auto next = at(1);
  ASSERT_TRUE(desk.run(Skip{""}));
  const auto ordered = desk.ordered<orders::Play>().at(0).start_at;
  desk.pass(10s);
  EXPECT_EQ(at(0), next);
  EXPECT_EQ(desk.programmer->now().current->start_at, ordered);
}

TEST_F(Commands, ASkipSurvivesAKillBeforeThePlayerAnswers) {
  desk.auto_answer = false;
  const auto next = at(1);
  ASSERT_TRUE(desk.run(Skip{""}));
  desk.pass(100ms);
  desk.asked.clear();
  desk.restart();
  desk.answer_all();
  EXPECT_EQ(desk.programmer->now().current->entry->id, next);
}

TEST_F(Commands, RemovingWhatIsOnAirIsASkip) {
  const auto next = at(1);
  ASSERT_TRUE(desk.run(Remove{at(0), ""}));
  EXPECT_TRUE(desk.ordered<orders::Play>().at(0).cut);
  desk.pass(27ms);
  EXPECT_EQ(at(0), next);
}

TEST_F(Commands, ASkipWaitsForWhatWasAskedToComeNext) {
  desk.auto_answer = false;
  const auto on_air = desk.on_air();
  ASSERT_TRUE(desk.run(Add{{TrackId{90}}, 1, ""}));
  ASSERT_TRUE(desk.run(Skip{""}));
  EXPECT_EQ(desk.on_air(), on_air) << "there is sound until the next one is ready";
  desk.pass(1s);
  desk.auto_answer = true;
  desk.answer_all();
  desk.pass(27ms);
  EXPECT_EQ(desk.on_air(), TrackId{90});
}

TEST_F(Commands, ASkipDoesNotWaitForever) {
  desk.auto_answer = false;
  const auto ready = desk.programmer->queue().entries()[1]->track;
  ASSERT_TRUE(desk.run(Add{{TrackId{90}}, 1, ""}));
  ASSERT_TRUE(desk.run(Skip{""}));
  desk.pass(9s);
  EXPECT_TRUE(desk.ordered<orders::Play>().empty());
  desk.pass(1s);
  const auto plays = desk.ordered<orders::Play>();
  ASSERT_FALSE(plays.empty());
  EXPECT_EQ(plays[0].track, ready);
  EXPECT_TRUE(plays[0].cut);
  EXPECT_EQ(desk.tracks()[2], 90) << "it comes after";
}

TEST_F(Commands, SkippingThroughEverythingNeverLeavesAHole) {
  for (int i = 0; i < 30; ++i) {
    ASSERT_TRUE(desk.run(Skip{""}));
    desk.answer_all();
    desk.pass(27ms);
    ASSERT_EQ(desk.programmer->now().state, OnAir::playing) << i;
  }
  Samples end{0};
  for (const auto& [id, row] : desk.history) {
    EXPECT_EQ(row.start_at, end) << id;
    end = row.end_at;
  }
}

TEST_F(Commands, NothingIsPutBeforeAnItemThatThePlayerHasBegunToSend) {
  desk.pass_samples(desk.programmer->now().current->end_at - desk.position() - Samples{2 * 44100});
  const auto next = at(1);
  const auto end = desk.programmer->now().current->end_at;
  desk.say(orders::Started{next, end, Samples{0}});
  ASSERT_TRUE(desk.run(Add{{TrackId{90}}, 0, ""}));
  EXPECT_EQ(at(1), next);
  EXPECT_EQ(desk.tracks()[2], 90);
  EXPECT_EQ(refused(Move{next, 5, ""}), Errc::conflict);
  desk.orders.clear();
  desk.answer_all();
  ASSERT_TRUE(desk.run(Remove{next, ""}));
  const auto plays = desk.ordered<orders::Play>();
  ASSERT_FALSE(plays.empty());
  const auto replacing = std::find_if(plays.begin(), plays.end(), [](const auto& p) { return p.cut; });
  ASSERT_NE(replacing, plays.end()) << "it is cut when it has begun";
  EXPECT_EQ(replacing->track, TrackId{90});
  EXPECT_EQ(replacing->start_at, end);
}

TEST_F(Commands, AnEditThatBringsAPickTooNearReplacesThePick) {
  // The first pick is asked for again by hand before its turn: the pick would repeat it within three hours.
  const auto picked = desk.programmer->queue().entries()[2]->track;
  ASSERT_TRUE(desk.run(Add{{picked}, 1, ""}));
  const auto tracks = desk.tracks();
  EXPECT_EQ(std::count(tracks.begin(), tracks.end(), picked.value), 1);
}

TEST_F(Commands, TenThousandEntriesAreTheLimit) {
  const auto free = 10'000 - size();
  ASSERT_TRUE(desk.run(Add{std::vector<TrackId>(free, TrackId{5}), {}, ""}));
  EXPECT_EQ(refused(Add{{TrackId{5}}, {}, ""}), Errc::full);
  EXPECT_EQ(size(), 10'000U);
}

}  // namespace
}  // namespace longwave::schedule
