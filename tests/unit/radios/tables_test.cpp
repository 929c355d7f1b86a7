// SPDX-License-Identifier: Apache-2.0
#include "schedule/radios/tables.hpp"

#include "store/store.hpp"
#include "unit/radios/stage.hpp"
#include "unit/store/options.hpp"

#include <gtest/gtest.h>

namespace longwave::radios::test {
namespace {

class Tables : public ::testing::Test {
 protected:
  std::vector<Saved> through(const Changes& changes) {
    return store.write_now([&](store::Session& session) {
      write(session, changes);
      return load_all(session);
    });
  }
  store::Store store{store::test_options(), {{"radios", migrations()}}};
};

TEST_F(Tables, GiveBackWhatARestartNeeds) {
  Stage stage(monday_17h + 58min);
  auto made = programme({600s, 200s});
  made->playlists.push_back(in_order(2, 900, {20s}));
  rules::Jingle jingle;
  jingle.id = 5;
  jingle.playlist = 2;
  jingle.on_the_hour = true;
  made->jingles.push_back(jingle);
  stage.programmes["R"] = made;
  stage.programmes["S"] = programme({100s});
  stage.radios->create("R", Master{"st-01", true});
  stage.radios->create("S");
  stage.advance(2min + 2s);
  const auto saved = through(stage.radios->take_changes(10));
  ASSERT_EQ(saved.size(), 2U);
  EXPECT_EQ(saved[0].radio, "R");
  EXPECT_EQ(saved[0].master, "st-01");
  EXPECT_TRUE(saved[0].master_prepares);
  EXPECT_EQ(saved[1].master, "");
  ASSERT_TRUE(saved[0].playing);
  EXPECT_EQ(saved[0].playing->rule, "hour_jingle");

  stage.new_radios();
  stage.radios->restore(saved);
  stage.plays();
  stage.advance(30s);
  const auto plays = stage.plays();
  ASSERT_EQ(plays.size(), 1U);
  EXPECT_EQ(plays[0].file, "000000001.mp3");
  EXPECT_EQ(plays[0].start, 2min + 20s);
  EXPECT_EQ(plays[0].offset, 2min);
}

TEST_F(Tables, TellsOthersWhatARadioPlays) {
  Stage stage;
  stage.programmes["R"] = programme({180s, 200s, 60s});
  stage.radios->create("R", Master{"st-01", true});
  stage.advance(1s);
  (void)through(stage.radios->take_changes(10));
  const auto line = store.read_now([](store::Session& session) { return line_of(session, "R"); });
  ASSERT_TRUE(line);
  ASSERT_GE(line->size(), 3U) << "and what is told ahead";
  EXPECT_EQ(line->front().song, 1);
  for (std::size_t i = 1; i < line->size(); ++i) EXPECT_EQ((*line)[i].start, (*line)[i - 1].end);
  EXPECT_FALSE(store.read_now([](store::Session& session) { return line_of(session, "S"); }));

  Changes damaged;
  damaged.put.resize(1);
  damaged.put[0].radio = "R";
  (void)through(damaged);
  EXPECT_TRUE(store.read_now([](store::Session& session) { return line_of(session, "R"); })->empty());
  store.write_now([](store::Session& session) { session.run("UPDATE radio_states SET items = '{'"); });
  EXPECT_FALSE(store.read_now([](store::Session& session) { return line_of(session, "R"); }));
}

TEST_F(Tables, RemoveThenPut) {
  Changes changes;
  changes.put.resize(1);
  changes.put[0].radio = "R";
  EXPECT_EQ(through(changes).size(), 1U);
  changes.removed = {"R"};
  EXPECT_EQ(through(changes).size(), 1U);
  changes.put.clear();
  EXPECT_EQ(through(changes).size(), 0U);
}

TEST_F(Tables, AStateThatCannotBeReadBeginsAnew) {
  Changes changes;
  changes.put.resize(1);
  changes.put[0].radio = "R";
  changes.put[0].master = "st-01";
  through(changes);
  store.write_now([](store::Session& session) {
    session.run("UPDATE radio_states SET items = :items", std::string_view("{\"before\":[[1]]"));
  });
  const auto saved = through({});
  ASSERT_EQ(saved.size(), 1U);
  EXPECT_EQ(saved[0].master, "st-01");
  EXPECT_FALSE(saved[0].playing);
}

}  // namespace
}  // namespace longwave::radios::test
