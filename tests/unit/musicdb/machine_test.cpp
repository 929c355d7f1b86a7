// SPDX-License-Identifier: Apache-2.0
#include "dialects/musicdb/arguments.hpp"
#include "dialects/musicdb/connection.hpp"
#include "dialects/musicdb/disk.hpp"
#include "dialects/musicdb/icon.hpp"
#include "dialects/musicdb/kept.hpp"
#include "dialects/musicdb/pages.hpp"
#include "dialects/musicdb/randy.hpp"
#include "dialects/musicdb/scene.hpp"

#include <gtest/gtest.h>
#include <boost/json.hpp>

namespace longwave::musicdb {
namespace {

namespace json = boost::json;
using State = Connection::State;

struct Told final : Hooks {
  std::vector<std::string> calls;
  void on_connect() override { calls.push_back("connect"); }
  void on_disconnect() override { calls.push_back("disconnect"); }
  void on_text(std::string_view text) override { calls.emplace_back(text); }
};

const Instant start{};

TEST(MusicDbConnection, TellsOnlyBetweenHandshakeAndEnd) {
  Told told;
  Connection connection(told, start);
  EXPECT_FALSE(connection.active());
  EXPECT_TRUE(connection.message("early", false));
  connection.handshake_finished();
  EXPECT_TRUE(connection.active());
  EXPECT_TRUE(connection.message("a", false));
  EXPECT_FALSE(connection.message("b", true));
  connection.close_begun(start);
  EXPECT_EQ(connection.state(), State::closing);
  EXPECT_TRUE(connection.message("late", false));
  connection.ended();
  connection.ended();
  EXPECT_EQ(told.calls, (std::vector<std::string>{"connect", "a", "disconnect"}));
}

TEST(MusicDbConnection, OneThatNeverOpenedIsDroppedAfterTenSecondsAndNobodyIsTold) {
  Told told;
  Connection connection(told, start);
  EXPECT_FALSE(connection.on_time(start + std::chrono::milliseconds{9999}));
  EXPECT_TRUE(connection.on_time(start + std::chrono::seconds{10}));
  EXPECT_EQ(connection.state(), State::closed);
  EXPECT_TRUE(told.calls.empty());
}

TEST(MusicDbConnection, OneThatDoesNotCloseIsDroppedAfterFiveSeconds) {
  Told told;
  Connection connection(told, start);
  connection.handshake_finished();
  EXPECT_FALSE(connection.on_time(start + std::chrono::hours{1}));
  connection.close_begun(start + std::chrono::hours{1});
  EXPECT_EQ(connection.due(), start + std::chrono::hours{1} + std::chrono::seconds{5});
  EXPECT_TRUE(connection.on_time(connection.due()));
  EXPECT_EQ(told.calls.back(), "disconnect");
}

TEST(MusicDbArguments, AreChecked) {
  const Parameter parameters[] = {
      {"songid", Kind::integer}, {"position", Kind::text_or_number}, {"cd", Kind::integer, true}};
  EXPECT_TRUE(Arguments::check(json::parse(R"({"songid":"7","position":12})"), parameters));
  EXPECT_TRUE(Arguments::check(json::parse(R"({"songid":7,"position":"next","cd":null})"), parameters));
  for (const char* bad :
       {"null", "[]", R"({"songid":7})", R"({"songid":"x","position":"next"})",
        R"({"songid":7.5,"position":"next"})", R"({"songid":7,"position":"next","cd":"a"})"}) {
    EXPECT_FALSE(Arguments::check(json::parse(bad), parameters)) << bad;
  }
  EXPECT_EQ(Arguments::check(json::parse(R"({"songid":"7","position":12})"), parameters)
                ->text_or_digits("position"),
            "12");
}

TEST(MusicDbIcon, WhatCouldActIsTakenOut) {
  const std::pair<const char*, const char*> cases[] = {
      {"<i class=\"fas fa-moon\"></i>", "<i class=\"fas fa-moon\"></i>"},
      {"&#xf001;&amp;", "&#xf001;&amp;"},
      {"a & b > c", "a &amp; b &gt; c"},
      {"<script>alert(1)</script>", "alert(1)"},
      {"<img src=x onerror=alert(1)>x", "x"},
      {"<i onclick=\"x()\" class='a b'>y", "<i class=\"a b\">y</i>"},
      {"<b class=\"x\" onmouseover=\"\"></i></b>", "<b class=\"x\"></b>"},
      {"<i class=\"a&quot; onclick=x\"></i>", "<i></i>"},
      {"<svg/onload=alert(1)>", ""},
      {"x<i", "x"},
      {"<B><I>z</B>", "<b><i>z</i></b>"},
  };
  for (const auto& [html, clean] : cases) EXPECT_EQ(safe_html_icon(html), clean) << html;
  EXPECT_EQ(safe_character_icon("<b>☾&"), "b☾");
}

TEST(MusicDbConfiguration, MustBeComplete) {
  auto whole = default_web_ui();
  EXPECT_TRUE(check_configuration(whole, default_web_ui()));
  auto without = whole;
  without["debug"].as_object().erase("blurartwork");
  EXPECT_FALSE(check_configuration(without, default_web_ui()));
  auto more = whole;
  more["extra"] = json::object();
  EXPECT_FALSE(check_configuration(more, default_web_ui()));
  whole["debug"].as_object()["blurartwork"] = "yes";
  EXPECT_FALSE(check_configuration(whole, default_web_ui()));
}

TEST(MusicDbConfiguration, OfTheRandomSelectionIsTheStationsRules) {
  schedule::RandomRules rules;
  rules.genres.push_back({.genre = 3, .subgenres = {4}});
  auto shown = randy_json(rules);
  shown["Limits"].as_object()["MaxTries"] = 3;
  const auto read = read_randy(shown, rules);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->max_tries, 3);
  EXPECT_EQ(read->genres, rules.genres);
  EXPECT_EQ(read->selection, schedule::Selection::albums);
  shown["Limits"].as_object()["MaxTries"] = -1;
  EXPECT_FALSE(read_randy(shown, rules));
}

schedule::EntryPtr entry(std::int64_t id, const char* by = "") {
  schedule::Entry made;
  made.id = EntryId{id};
  made.track = TrackId{id * 10};
  made.added_by = by;
  return std::make_shared<const schedule::Entry>(std::move(made));
}

std::vector<std::int64_t> ids(const Stage& stage) {
  std::vector<std::int64_t> out;
  for (const auto& each : stage.songs) out.push_back(each.id);
  return out;
}

TEST(MusicDbStage, IsTheQueueFromTheCursorOn) {
  schedule::View view;
  view.entries = {entry(1), entry(2, "me"), entry(3)};
  view.cursor = 1;
  view.on_air = schedule::OnAirItem{.entry = view.entries[1]};
  EXPECT_EQ(ids(stage_of(view)), (std::vector<std::int64_t>{2, 3}));
  EXPECT_FALSE(stage_of(view).songs[0].random);
  EXPECT_TRUE(stage_of(view).songs[1].random);
  view.cursor = 2;  // marked; the old one is still heard
  EXPECT_EQ(ids(stage_of(view)), (std::vector<std::int64_t>{2, 3}));
  view.cursor = -1;
  view.on_air.reset();
  EXPECT_EQ(ids(stage_of(view)), (std::vector<std::int64_t>{1, 2, 3}));
}

TEST(MusicDbStage, WhatIsHeardStandsFirstAlsoWhenItLeftTheList) {
  schedule::View view;
  view.entries = {entry(5), entry(6), entry(7)};
  view.cursor = 0;
  view.on_air = schedule::OnAirItem{.entry = entry(1), .detached = true};
  EXPECT_EQ(ids(stage_of(view)), (std::vector<std::int64_t>{1, 6, 7}));
  view.entries.clear();
  view.cursor = -1;
  EXPECT_EQ(ids(stage_of(view)), (std::vector<std::int64_t>{1}));
}

TEST(MusicDbNames, OfFilesAreTakenApart) {
  EXPECT_EQ(release_name("2021 - Album").release, 2021);
  EXPECT_EQ(release_name("2021 - Album").name, "Album");
  EXPECT_EQ(release_name("Album").name, "Album");
  EXPECT_EQ(song_name("2-01 Song.flac")->cd, 2);
  EXPECT_EQ(song_name("01 Song.flac")->name, "Song");
  EXPECT_FALSE(song_name("Song.flac"));
  EXPECT_EQ(artwork_name("200x200/ab12.jpg")->size, 200);
  for (const char* bad :
       {"201x201/ab.jpg", "200x100/ab.jpg", "ab.jpg", "200x200/../x.jpg", "200x200/ab.png", ""})
    EXPECT_FALSE(artwork_name(bad)) << bad;
}

TEST(MusicDbConfiguration, IsAScriptWhateverTheHostIs) {
  const auto text = configuration_text("h\"</script>", true, "k=");
  EXPECT_NE(text.find("wss://h\\\"</script>"), std::string::npos) << text;
}

}  // namespace
}  // namespace longwave::musicdb
