// SPDX-License-Identifier: Apache-2.0
#include "fleet/station_radios.hpp"

#include "unit/fleet/world.hpp"

namespace longwave::fleet {
namespace {

using namespace std::chrono_literals;

/// A scheduler whose radio R is a station of its own process, in virtual time: songs of 180 s, one after the
/// other, as the station's programmer tells them: the one that is heard and the next.
struct StationWorld final : fleet::Port {
  explicit StationWorld(const radios::Saved* saved = nullptr)
      : scheduler(clock, *this, {.term = 3}), radios(clock, scheduler, board, "here") {
    if (saved) radios.restore({*saved});
    scheduler.start(radios, {});
    scheduler.bus_up();
  }
  void send(std::string_view streamer, const ToStreamer& message, const std::optional<Stamp>&) override {
    said.push_back(fmt::format("{} {}", streamer, format(message)));
  }
  void report(const Report& report) override { reports.push_back(World::text(report)); }
  void find_user(std::uint64_t ticket, const Credentials&) override { asked.push_back(ticket); }
  void find_radio(std::string_view radio) override { sought.emplace_back(radio); }
  void fetch_events() override {}

  void settle() {
    for (const auto& radio : std::exchange(sought, {})) scheduler.radio_found(radio, radio == "R");
    for (auto due = radios.deadline(); due && *due <= clock.wall(); due = radios.deadline()) radios.tick();
    scheduler.tick();
  }
  void pass(Duration time, const std::string& alive = "") {
    for (; time > Duration{}; time -= 250ms) {
      clock.advance(250ms);
      if (scheduler.roster().find("here")) scheduler.receive(Pong{"here"});
      if (!alive.empty()) scheduler.receive(Pong{alive});
      // The station's programmer: what is over is over, and something follows.
      if (!items.empty() && items.front().end <= clock.now()) {
        items.erase(items.begin());
        add(180s);
        tell();
      }
      settle();
    }
  }
  void add(Duration length) {
    const auto start = items.empty() ? clock.now() : items.back().end;
    items.push_back({.entry = ++last,
                     .song = 100 + last,
                     .file = fmt::format("song{:05}.mp3", last),
                     .start = start,
                     .offset = {},
                     .end = start + length});
  }
  void begin() {
    add(180s);
    add(180s);
    tell();
  }
  void tell() {
    board.put("R", {items});
    settle();
  }
  /// People skip: the next song begins in two seconds.
  void skip() {
    const auto cut = clock.now() + 2s;
    items.front().end = cut;
    const auto length = items[1].end - items[1].start;
    items[1].start = cut;
    items[1].end = cut + length;
    tell();
  }
  void say(const FromStreamer& message) {
    scheduler.received(format(message));
    settle();
  }
  Lines take() {
    auto all = std::exchange(said, {});
    std::erase_if(all, [](const auto& one) { return one.find(R"({"type":"ping")") != std::string::npos; });
    return all;
  }
  Lines take_reports() { return std::exchange(reports, {}); }

  ManualClock clock;
  StationBoard board;
  std::vector<StationAir::Item> items;
  std::int64_t last = 0;
  Lines said, reports, sought;
  std::vector<std::uint64_t> asked;
  Scheduler scheduler;
  StationRadios radios;
};

const std::string play_field = R"("type":"play")", prepare_field = R"("type":"prepare")";

bool names(const std::string& line, const std::string& what) {
  return line.find(what) != std::string::npos;
}

// Section 15 of the sheet, when the radio is a station that plays anyway.
TEST(StationRadios, section_15) {
  StationWorld w;
  w.begin();
  EXPECT_EQ(w.take_reports(), (Lines{"song R 101"})) << "heard or not";
  w.pass(10s);
  EXPECT_EQ(w.take(), Lines{});
  w.say(RegisterStreamer{"st-01"});
  w.say(PlayRadio{"st-01", "R"});
  EXPECT_EQ(w.take(), (Lines{World::plain("st-01", "radio_started"), World::play("st-01", 1, "0", "10")}));
  w.say(RegisterListener{"R", "s1", 42, "st-01"});
  w.say(RegisterListener{"R", "s2", std::nullopt, "here"});  // of the station's own mount
  EXPECT_EQ(w.take_reports(), (Lines{"start R 42", "start R nobody"}));

  w.pass(164s, "st-01");
  EXPECT_EQ(w.take(), Lines{});
  w.pass(1s, "st-01");
  EXPECT_EQ(w.take(), (Lines{World::play("st-01", 2, "5", "0")}));
  w.pass(5s, "st-01");
  EXPECT_EQ(w.take_reports(), (Lines{"song R 102"}));

  w.say(PlayRadio{"st-02", "R"});
  w.say(Pong{"st-01"});
  EXPECT_EQ(w.take(), (Lines{R"(st-02 {"type":"radio_exists","radio_uuid":"R","master_streamer":"st-01"})"}));
  w.say(StopRadio{"st-01", "R"});
  EXPECT_EQ(w.take(), (Lines{World::plain("st-01", "radio_stopped")}));
  EXPECT_EQ(w.take_reports(), (Lines{"stopped R 170"})) << "who listens here goes on";
  EXPECT_EQ(w.scheduler.counts().listeners, 1U);
  w.pass(60s);
  w.say(PlayRadio{"st-02", "R"});
  EXPECT_EQ(w.take(), (Lines{World::plain("st-02", "radio_started"), World::play("st-02", 2, "0", "60")}));
  w.say(PlayRadio{"st-02", "nope"});
  EXPECT_EQ(w.take(), (Lines{World::plain("st-02", "radio_unknown", "nope")}));
  w.say(UnregisterListener{"s2", "here", "R", std::nullopt});
  EXPECT_EQ(w.take_reports(), (Lines{"stop R nobody 230"}));
}

TEST(StationRadios, a_skip_is_told_at_once) {
  StationWorld w;
  w.begin();
  w.say(PlayRadio{"st-01", "R"});
  w.pass(60s, "st-01");
  w.take();
  w.take_reports();
  w.skip();
  EXPECT_EQ(w.take(), Lines{}) << "the player may still move it";
  w.pass(250ms, "st-01");
  EXPECT_EQ(w.take(), (Lines{World::play("st-01", 2, "1.75", "0")}));
  EXPECT_EQ(w.take_reports(), Lines{});
  w.pass(2s, "st-01");
  EXPECT_EQ(w.take_reports(), (Lines{"song R 102"}));
  EXPECT_EQ(w.take(), Lines{});
}

TEST(StationRadios, a_station_that_rests_says_nothing_and_goes_on_with_the_same_song) {
  StationWorld w;
  w.begin();
  w.say(PlayRadio{"st-01", "R"});
  w.pass(60s, "st-01");
  w.take();
  w.take_reports();
  const auto held = std::exchange(w.items, {});
  w.tell();
  EXPECT_EQ(w.radios.counts().broken, 1U);
  w.pass(300s, "st-01");
  EXPECT_EQ(w.take(), Lines{});
  w.items = {held.front()};
  w.items.front().offset = 60s;
  w.items.front().start = w.clock.now();
  w.items.front().end = w.clock.now() + 120s;
  w.tell();
  w.pass(250ms, "st-01");
  EXPECT_EQ(w.take(), (Lines{World::play("st-01", 1, "0", "60.25")}));
  EXPECT_EQ(w.take_reports(), Lines{}) << "the same airing";
}

TEST(StationRadios, a_little_later_is_left_alone) {
  StationWorld w;
  w.begin();
  w.say(PlayRadio{"st-01", "R"});
  w.pass(176s, "st-01");
  w.take();
  w.items.front().end += 26ms;  // a frame, by a joint
  w.items[1].start += 26ms;
  w.items[1].end += 26ms;
  w.tell();
  EXPECT_EQ(w.take(), Lines{});
}

TEST(StationRadios, who_prepares_is_told_what_is_certain) {
  StationWorld w;
  w.begin();
  w.say(RegisterStreamer{"st-01", {.prepare = true}, ""});
  w.take();
  w.say(PlayRadio{"st-01", "R"});
  auto told = w.take();
  ASSERT_EQ(told.size(), 4U);
  EXPECT_TRUE(names(told[0], "radio_started"));
  EXPECT_TRUE(names(told[1], prepare_field) && names(told[1], "song00001"));
  EXPECT_TRUE(names(told[2], play_field) && names(told[2], "song00001"));
  EXPECT_TRUE(names(told[3], prepare_field) && names(told[3], "song00002"));
  w.scheduler.receive(Pong{"st-01", {.prepare = true}, ""});
  w.skip();
  w.clock.advance(250ms);
  w.settle();
  told = w.take();
  ASSERT_EQ(told.size(), 2U) << "the next one again, at another time";
  EXPECT_TRUE(names(told[0], prepare_field) && names(told[0], "song00002"));
  EXPECT_TRUE(names(told[1], play_field) && names(told[1], "song00002"));
}

TEST(StationRadios, a_master_is_kept_over_a_restart_and_told_when_it_is_heard) {
  radios::Saved saved;
  saved.radio = "R";
  saved.master = "st-01";
  StationWorld w(&saved);
  w.begin();
  w.pass(20s);
  EXPECT_EQ(w.take(), Lines{}) << "who knows whether it is there";
  w.say(Pong{"st-01"});
  EXPECT_EQ(w.take(), (Lines{World::play("st-01", 1, "0", "20")}));
}

TEST(StationRadios, nothing_is_sent_between_the_master_and_its_start) {
  StationWorld w;
  w.begin();
  w.radios.set_master("R", radios::Master{"st-01"});
  w.pass(200s, "st-01");
  for (const auto& line : w.take()) EXPECT_FALSE(names(line, play_field)) << line;
  w.radios.set_master("R", radios::Master{"here"});
  EXPECT_EQ(w.radios.master("R"), std::nullopt) << "the station's own player needs none";
}

TEST(StationRadios, the_master_of_a_removed_station_is_told) {
  StationWorld w;
  w.begin();
  w.say(PlayRadio{"st-01", "R"});
  w.take();
  w.board.remove("R");
  w.settle();
  EXPECT_TRUE(w.radios.exists("R"));
  AppEvent event;
  event.kind = AppEvent::Kind::radio_deleted;
  event.radio_uuid = "R";
  w.scheduler.app_event(event);
  EXPECT_EQ(w.take(), (Lines{World::plain("st-01", "radio_stopped")}));
  EXPECT_FALSE(w.radios.exists("R"));
}

TEST(StationRadios, what_is_stored_and_shown) {
  StationWorld w;
  w.begin();
  auto shown = w.radios.list(radios::Show::all, 0, 10);
  ASSERT_EQ(shown.size(), 1U);
  EXPECT_EQ(shown[0].master, "here");
  EXPECT_EQ(shown[0].song, 101);
  EXPECT_FALSE(shown[0].broken);
  w.say(PlayRadio{"st-01", "R"});
  EXPECT_EQ(w.radios.list(radios::Show::streaming, 0, 10)[0].master, "st-01");
  EXPECT_EQ(w.radios.list(radios::Show::broken, 0, 10).size(), 0U);
  EXPECT_EQ(w.radios.events("R").size(), 2U);
  const auto changes = w.radios.take_changes(10);
  ASSERT_EQ(changes.put.size(), 1U);
  EXPECT_EQ(changes.put[0].master, "st-01");
  EXPECT_EQ(changes.put[0].playing->song, 101);
  EXPECT_TRUE(w.radios.take_changes(10).empty());
  w.radios.not_written(changes);
  EXPECT_EQ(w.radios.take_changes(10).put.size(), 1U);

  EXPECT_TRUE(w.radios.remove("R"));
  EXPECT_TRUE(w.radios.exists("R")) << "it plays";
  EXPECT_EQ(w.radios.master("R"), std::nullopt);
  w.board.remove("R");
  w.settle();
  EXPECT_FALSE(w.radios.exists("R")) << "the station is gone";
  EXPECT_EQ(w.radios.take_changes(10).removed, (Lines{"R"}));
}

}  // namespace
}  // namespace longwave::fleet
