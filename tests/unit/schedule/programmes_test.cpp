// SPDX-License-Identifier: Apache-2.0
#include "schedule/programmes.hpp"
#include "schedule/tables.hpp"
#include "store/store.hpp"
#include "unit/store/options.hpp"

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace longwave::schedule {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr const char* full = R"({
  "enabled": true, "zone": "Europe/Berlin", "default_playlist": 1, "next_id": 12, "version": 4,
  "separation": {"song_s": 10800, "title_s": 0, "artist_s": 2700, "album_s": 1800},
  "requests": {"enabled": true, "every_songs": 3},
  "playlists": [{"id": 1, "name": "All", "enabled": true, "ordered": false, "library": true},
                {"id": 2, "name": "Jingles", "enabled": true, "ordered": true, "library": false}],
  "shows": [{"id": 3, "name": "Evening", "playlist": 1, "days": ["MON", "SUN"], "time": "20:00:00.500",
             "duration_s": 7200, "random_play": true, "enabled": true, "start": "fitted", "jingles": false, "requests": true}],
  "clocks": [{"id": 4, "name": "Pop", "slots": [{"kind": "playlist", "playlist": 1}, {"kind": "jingle", "playlist": 2}]}],
  "dayparts": [{"id": 5, "name": "Night", "days": ["TUE"], "time": "22:00:00", "until": "06:00:00", "clock": 4,
                "playlist": 0, "enabled": true}],
  "jingles": [{"id": 6, "name": "Hour", "playlist": 2, "every_songs": 4, "on_the_hour": true, "resume": false, "enabled": true}],
  "events": [{"id": 7, "name": "News", "days": ["FRI"], "time": "00:30:00", "hourly": true, "playlist": 2, "song": 9,
              "start": "exact", "resume": true, "expires_s": 60, "enabled": true, "date": "2026-12-24"}],
  "limits": [{"id": 8, "of": "artist", "key": 77, "every_s": 5400}],
  "pending": [{"id": 9, "song": 5, "asked_ms": 1800000000000, "by": "ann"}]
})";

StationProgramme read(std::string_view text) {
  return programme_from_json(json::parse(text).get_object()).value();
}

TEST(ProgrammeJson, ThereAndBack) {
  const auto programme = read(full);
  auto expected = json::parse(full).get_object();
  EXPECT_EQ(json::value(programme_json(programme)), json::value(expected));
  EXPECT_EQ(programme.rules.shows[0].at.time, 20h + 500ms);
  EXPECT_EQ(programme.rules.shows[0].at.days, 0x41);
  EXPECT_EQ(programme.rules.separation.artist, 45min);
}

TEST(ProgrammeJson, ADocumentThatNeverWasText) {
  auto programme = read(full);
  const auto again = programme_from_json(programme_json(programme));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(json::value(programme_json(*again)), json::value(programme_json(programme)));
  programme.rules.request_rules.every_songs = 1001;
  EXPECT_EQ(programme_from_json(programme_json(programme)).error().message,
            "requests.every_songs: expected an integer from 0 to 1000");
}

TEST(ProgrammeJson, TimeWithoutSeconds) {
  auto document = json::parse(full).get_object();
  document["shows"].get_array()[0].get_object()["time"] = "07:05";
  EXPECT_EQ(programme_from_json(document)->rules.shows[0].at.time, 7h + 5min);
}

TEST(ProgrammeJson, SaysWhatIsWrong) {
  const auto wrong = [](auto change) {
    auto document = json::parse(full).get_object();
    change(document);
    const auto read = programme_from_json(document);
    return read ? std::string("fine") : read.error().message;
  };
  const auto in = [](json::object& d, const char* list) -> json::object& {
    return d[list].get_array()[0].get_object();
  };
  EXPECT_EQ(wrong([](auto&) {}), "fine");
  EXPECT_EQ(wrong([&](auto& d) { in(d, "shows")["time"] = "24:00:00"; }), "shows[0].time: expected HH:MM:SS");
  EXPECT_EQ(wrong([&](auto& d) { in(d, "shows")["time"] = "7:00"; }), "shows[0].time: expected HH:MM:SS");
  EXPECT_EQ(wrong([&](auto& d) { in(d, "shows")["duration_s"] = 0; }),
            "shows[0].duration_s: expected more than 0");
  EXPECT_EQ(wrong([&](auto& d) { in(d, "shows")["start"] = "soon"; }),
            "shows[0].start: expected one of boundary, exact, fitted");
  EXPECT_EQ(wrong([&](auto& d) { in(d, "shows")["playlist"] = 99; }), "shows: there is no playlist 99");
  EXPECT_EQ(wrong([&](auto& d) { in(d, "events")["date"] = "2026-02-30"; }),
            "events[0].date: expected YYYY-MM-DD");
  EXPECT_EQ(wrong([&](auto& d) { in(d, "dayparts")["clock"] = 1; }),
            "dayparts: expected a clock or a playlist that is there");
  EXPECT_EQ(wrong([&](auto& d) { in(d, "pending")["asked_ms"] = 180'800'000'000'000; }),
            "pending[0].asked_ms: expected an integer from 0 to 9000000000000");
  EXPECT_EQ(wrong([&](auto& d) { d["zone"] = "Mars"; }), "zone: expected a time zone, as \"Europe/Berlin\"");
  EXPECT_NE(wrong([&](auto& d) { in(d, "shows")["id"] = 12; }), "fine");
  EXPECT_NE(wrong([&](auto& d) { d["playlists"].get_array().push_back(in(d, "playlists")); }), "fine");
  EXPECT_NE(wrong([&](auto& d) { d["shows"] = 5; }), "fine");
}

TEST(Programme, FilledFromTheCatalogue) {
  auto programme = read(full);
  rules::Song song;
  song.id = 2;
  programme.rules.playlists[1].songs = {song};
  song.id = 77;  // isn't in the library
  programme.rules.playlists[1].songs.push_back(song);
  const Catalogue catalogue({{TrackId{1}, 11, 1.0F, 180'000, true, true},
                             {TrackId{2}, 12, 1.0F, 90'000, true, true},
                             {TrackId{3}, 13, 1.0F, 90'000, false, true}});
  const auto rules = filled(programme, catalogue);
  ASSERT_EQ(rules.playlists[0].songs.size(), 3U);
  EXPECT_TRUE(rules.playlists[0].songs[0].playable());
  EXPECT_EQ(rules.playlists[0].songs[0].artist, 11U);
  EXPECT_FALSE(rules.playlists[0].songs[2].playable());
  EXPECT_EQ(rules.playlists[1].songs[0].duration_ms, 90'000);
  EXPECT_FALSE(rules.playlists[1].songs[1].playable());
  EXPECT_EQ(rules.zone->name(), "Europe/Berlin");
  EXPECT_EQ(file_id(rules.playlists[1].songs[0].file), "000000002");
}

TEST(Programme, TitlesAreThoseOfTheCatalogue) {
  auto programme = read(full);
  programme.rules.limits = {{8, rules::Limit::Of::title, 2, 1h}, {9, rules::Limit::Of::title, 99, 1h}};
  std::vector<Candidate> rows(2);
  for (std::size_t i = 0; i < rows.size(); ++i)
    rows[i] = {.track = TrackId{static_cast<std::int64_t>(i) + 1},
               .duration_ms = 1000,
               .title = 700 + static_cast<std::uint32_t>(i)};
  const auto rules = filled(programme, Catalogue(rows));
  EXPECT_EQ(rules.playlists[0].songs[1].title, 701U);
  ASSERT_EQ(rules.limits.size(), 1U);  // of track 99 nobody knows the title
  EXPECT_EQ(rules.limits[0].key, 701);
}

TEST(ProgrammeTables, WhatASchedulerPlayedLast) {
  store::Store store(store::test_options(), {{"schedule", migrations()}});
  StationRow row;
  row.slug = "main";
  row.radio_uuid = "1q2w3e4r5t";
  row = store.write_now([&](store::Session& session) { return create(session, row); });
  store.write_now([&](store::Session& session) {
    write_radio_plays(session, {{"1q2w3e4r5t", TrackId{1}, 5'000'000},
                                {"gone", TrackId{1}, 6'000'000},
                                {"1q2w3e4r5t", TrackId{2}, 7'000'000}});
    write_radio_plays(session,
                      {{"1q2w3e4r5t", TrackId{1}, 4'000'000}, {"1q2w3e4r5t", TrackId{2}, 8'000'900}});
  });
  const auto plays =
      store.read_now([&](store::Session& session) { return read_last_plays(session, row.id); });
  ASSERT_EQ(plays.size(), 2U);
  auto programme = read(full).rules;
  for (const std::int64_t track : {1, 2, 3}) {
    rules::Song song;
    song.id = track;
    programme.playlists[0].songs.push_back(song);
  }
  set_last_plays(programme, plays);
  const auto& songs = programme.playlists[0].songs;
  EXPECT_EQ(songs[0].last_play, 5000U);
  EXPECT_EQ(songs[1].last_play, 8000U);
  EXPECT_EQ(songs[2].last_play, 0U);
  set_last_plays(programme,
                 {{TrackId{3}, 1, 9'000'000}, {TrackId{2}, 77, 9'000'000}});  // of another playlist
  EXPECT_EQ(songs[2].last_play, 9000U);
  EXPECT_EQ(songs[1].last_play, 8000U);
}

struct RadioTables : testing::Test {
  RadioTables() : store(store::test_options(), {{"schedule", migrations()}}) {
    StationRow row;
    row.slug = "main";
    row.radio_uuid = "1q2w3e4r5t";
    row.epoch = WallTime{1000s};
    station = store.write_now([&](store::Session& session) { return create(session, row); }).id;
  }
  Saved stored() {
    return *store.read_now([&](store::Session& session) { return load(session, station, 10'000); });
  }
  store::Store store;
  StationId station;
};

TEST_F(RadioTables, WhatASchedulerPlayedIsHistory) {
  RadioItem item{.radio_uuid = "1q2w3e4r5t",
                 .track = TrackId{7},
                 .artist = 3,
                 .started = WallTime{1010s},
                 .ended = WallTime{1200s},
                 .reason = {},
                 .heard_by = 5};
  item.reason.rule = "programme.rotation";
  item.reason.text = "from All";
  item.reason.programmed = Programmed{1, 2, 0, 0, Samples{0}, false};
  auto gone = item;
  gone.radio_uuid = "gone";
  auto next = item;
  next.started = item.ended;
  next.ended = WallTime{1300s};
  store.write_now([&](store::Session& session) { write_radio_history(session, {item, gone, next}); });
  const auto saved = stored();
  EXPECT_EQ(saved.station.next_history, 3);
  ASSERT_EQ(saved.history.size(), 2U);
  const auto& row = saved.history.front();
  EXPECT_EQ(row.id, 1);
  EXPECT_EQ(row.track, TrackId{7});
  EXPECT_EQ(row.started, item.started);
  EXPECT_EQ(row.ended, item.ended);
  EXPECT_EQ(row.start_at, Samples{441'000});  // of the station's clock
  EXPECT_EQ(row.end_at, Samples{200 * 44'100});
  EXPECT_EQ(row.reason, item.reason);
  EXPECT_EQ(row.heard_by, 5);
  EXPECT_EQ(saved.history.back().started, WallTime{1200s});
}

TEST_F(RadioTables, OfThatHistoryTheLastStay) {
  std::vector<RadioItem> items;
  for (int i = 0; i < 1250; ++i)
    items.push_back({.radio_uuid = "1q2w3e4r5t",
                     .track = TrackId{1},
                     .started = WallTime{std::chrono::seconds{2000 + i}},
                     .ended = WallTime{std::chrono::seconds{2001 + i}},
                     .reason = {}});
  HistoryRow by_hand;
  by_hand.id = 1;
  by_hand.entry = EntryId{9};
  by_hand.track = TrackId{1};
  store.write_now([&](store::Session& session) {
    Delta delta;
    delta.station = load(session, station)->station;
    delta.station.next_history = 2;
    delta.history = {by_hand};
    schedule::write(session, delta);
    write_radio_history(session, items);
  });
  const auto history = stored().history;
  EXPECT_EQ(history.front().id, 1) << "what was played by hand stays";
  EXPECT_GE(history.size(), 500U);
  EXPECT_LE(history.size(), 601U);
  EXPECT_EQ(history.back().id, 1251);
}

TEST_F(RadioTables, AWishThatIsFulfilledIsNoneAnyMore) {
  auto programme = read(full);
  programme.version = 4;
  store.write_now([&](store::Session& session) { write_programme(session, station, programme); });
  store.write_now([&](store::Session& session) {
    take_request(session, "1q2w3e4r5t", 9);
    take_request(session, "1q2w3e4r5t", 9);
    take_request(session, "1q2w3e4r5t", 77);
    take_request(session, "gone", 9);
  });
  const auto now = stored().station.programme;
  EXPECT_TRUE(now->rules.requests.empty());
  EXPECT_EQ(now->version, 5U) << "one change";
  EXPECT_EQ(now->rules.shows.size(), 1U);
}

TEST(ProgrammeTables, WrittenAndRead) {
  store::Store store(store::test_options(), {{"schedule", migrations()}});
  StationRow row;
  row.slug = "main";
  row.radio_uuid = "1q2w3e4r5t";
  row = store.write_now([&](store::Session& session) { return create(session, row); });
  EXPECT_EQ(store.read_now([&](store::Session& session) { return load(session, row.id); })->station.programme,
            nullptr);

  auto programme = std::make_shared<StationProgramme>(read(full));
  for (int i = 1; i <= 3; ++i) {
    rules::Song song;
    song.id = 100 + i;
    song.order = 4 - i;
    song.frequency = static_cast<std::uint16_t>(i * 1000);
    song.enabled = i != 2;
    programme->rules.playlists[1].songs.push_back(song);
  }
  const auto write = [&](StationProgrammePtr now, StationProgrammePtr before) {
    Delta delta;
    delta.station = row;
    delta.programme = std::move(now);
    delta.programme_before = std::move(before);
    store.write_now([&](store::Session& session) { schedule::write(session, delta); });
    return store.read_now([&](store::Session& session) { return load(session, row.id); })->station;
  };
  auto station = write(programme, nullptr);
  EXPECT_EQ(station.radio_uuid, "1q2w3e4r5t");
  ASSERT_TRUE(station.programme);
  EXPECT_EQ(json::value(programme_json(*station.programme)), json::value(programme_json(*programme)));
  const auto& songs = station.programme->rules.playlists[1].songs;
  ASSERT_EQ(songs.size(), 3U);
  EXPECT_EQ(songs[0].id, 103);  // by order
  EXPECT_EQ(songs[1].frequency, 2000);
  EXPECT_FALSE(songs[1].enabled);

  auto less = std::make_shared<StationProgramme>(*programme);
  less->rules.playlists[1].songs.resize(1);
  EXPECT_EQ(write(less, programme).programme->rules.playlists[1].songs.size(), 1U);
  const auto uuids = store.read_now([](store::Session& session) { return read_radio_uuids(session); });
  ASSERT_EQ(uuids.size(), 1U);
  EXPECT_EQ(uuids[0].second, "1q2w3e4r5t");
}

TEST(ProgrammeTables, LastPlaysByPlaylist) {
  store::Store store(store::test_options(), {{"schedule", migrations()}});
  StationRow row;
  row.slug = "main";
  row = store.write_now([&](store::Session& session) { return create(session, row); });
  Delta delta;
  delta.station = row;
  for (int i = 1; i <= 4; ++i) {
    HistoryRow played;
    played.id = i;
    played.entry = EntryId{i};
    played.track = TrackId{i % 2 + 1};
    played.end_at = Samples{i == 4 ? 0 : 100};  // the last one failed
    played.started = from_unix_ms(i * 1000);
    played.reason = {"programme.show", "", 5, {{"song", 2}}, Programmed{3, 2, 3, 1, Samples{7}, true}};
    if (i == 1) played.reason = {"autodj", "", 1, {}, std::nullopt};
    delta.history.push_back(played);
  }
  store.write_now([&](store::Session& session) { schedule::write(session, delta); });
  const auto last = store.read_now([&](store::Session& session) { return read_last_plays(session, row.id); });
  ASSERT_EQ(last.size(), 3U);
  EXPECT_EQ(last[0].track.value, 2);
  EXPECT_EQ(last[0].playlist, 0);
  EXPECT_EQ(last[1].started_ms, 2000);
  EXPECT_EQ(last[2].started_ms, 3000);
  const auto history =
      store.read_now([&](store::Session& session) { return read_history(session, row.id, 9, std::nullopt); });
  EXPECT_EQ(history[0].reason, delta.history[3].reason);
}

}  // namespace
}  // namespace longwave::schedule
