// SPDX-License-Identifier: Apache-2.0
#include "base/log.hpp"
#include "base/random.hpp"
#include "unit/fleet/world.hpp"

#include <cstdlib>

// Any streamers saying anything in any order, with messages lost, doubled and late, streamers silent and the
// bus away: what must hold in spite of it. LONGWAVE_SEED and LONGWAVE_RUNS repeat or widen it.
namespace longwave::fleet {
namespace {

using namespace std::chrono_literals;

const Lines names{"st-01", "st-02", "st-03"}, uuids{"R", "S", "nope"};

struct Story : World {
  using World::World;

  void send(std::string_view streamer, const ToStreamer& message,
            const std::optional<Stamp>& stamp) override {
    World::send(streamer, message, stamp);
    const std::string to(streamer);
    if (const auto* m = std::get_if<RadioStarted>(&message)) {
      granted.insert({m->radio_uuid, to});
    } else if (const auto* m = std::get_if<RadioStopped>(&message)) {
      granted.erase({m->radio_uuid, to});
    } else if (const auto* m = std::get_if<Play>(&message)) {
      EXPECT_TRUE(granted.contains({m->radio_uuid, to})) << "play without radio_started: " << said.back();
      EXPECT_GE(m->delay, 0s);
      EXPECT_GE(m->offset, 0s);
      EXPECT_LE(m->offset, 180s);
    }
  }
  void report(const Report& report) override {
    World::report(report);
    if (const auto* r = std::get_if<StopListening>(&report)) seconds += r->seconds;
    if (const auto* r = std::get_if<Stopped>(&report)) seconds += r->seconds;
    if (std::holds_alternative<StartListening>(report)) ++starts;
  }
  /// Who isn't known any more, or begins anew, streams nothing.
  void forget(const std::string& streamer) {
    std::erase_if(granted, [&](const auto& one) { return one.second == streamer; });
  }
  void check() {
    for (const auto& name : names) {
      if (!scheduler.roster().find(name)) forget(name);
    }
    for (const auto& radio : uuids) {
      const auto master = radios.master(radio);
      const auto streaming =
          std::count_if(granted.begin(), granted.end(), [&](const auto& one) { return one.first == radio; });
      EXPECT_LE(streaming, 1) << "two masters of " << radio;
      if (master) {
        EXPECT_TRUE(granted.contains({radio, *master}));
      }
    }
    EXPECT_EQ(radios.counts().broken, 0U) << "a radio is silent though it has songs";
  }

  std::set<std::pair<std::string, std::string>> granted;  // (radio, streamer)
  std::int64_t seconds = 0, starts = 0;
};

FromStreamer anything(Random& random) {
  const auto name = names[random.below(names.size())];
  const auto radio = uuids[random.below(uuids.size())];
  const auto session = fmt::format("s{}", random.below(4));
  const auto said_by = random.chance(0.7) ? name : "";
  switch (random.below(12)) {
    case 0:
      return RegisterStreamer{name};
    case 1:
      return UnregisterStreamer{name};
    case 2:
      return Pong{name};
    case 3:
    case 4:
    case 5:
      return PlayRadio{name, radio};
    case 6:
      return StopRadio{name, radio};
    case 7:
    case 8:
      return RegisterListener{radio, session, {}, said_by};
    case 9:
    case 10:
      return UnregisterListener{session, said_by, random.chance(0.5) ? radio : ""};
    default:
      return AskUser{name, {session, {}, {}}};
  }
}

void tell(std::uint64_t seed) {
  SCOPED_TRACE(fmt::format("LONGWAVE_SEED={} LONGWAVE_RUNS=1", seed));
  Random random(seed);
  Story w({.on_second_streamer = seed % 3 ? OnSecondStreamer::exists : OnSecondStreamer::takeover});
  std::vector<FromStreamer> late;
  const auto say = [&](const FromStreamer& message) {
    const auto& sender = sender_of(message);
    if (std::holds_alternative<RegisterStreamer>(message) ||
        std::holds_alternative<UnregisterStreamer>(message))
      w.forget(sender);
    w.say(message);
    w.check();
  };
  bool up = true;
  for (int step = 0; step < 60 && !testing::Test::HasFailure(); ++step) {
    auto message = anything(random);
    if (up && random.chance(0.9)) say(message);
    if (up && random.chance(0.1)) say(message);
    if (random.chance(0.1)) late.push_back(message);
    if (up && !late.empty() && random.chance(0.3)) {
      say(late.front());
      late.erase(late.begin());
    }
    if (random.chance(0.05)) {
      up = !up;
      up ? w.scheduler.bus_up() : w.scheduler.bus_down();
    }
    if (random.chance(0.1) && up) {
      w.pass_alive(std::chrono::seconds{random.below(60)}, {names[random.below(3)]});
    } else {
      w.pass(std::chrono::milliseconds{random.below(12'000)});
    }
    w.check();
  }
  if (!up) w.scheduler.bus_up();
  for (const auto& name : names) say(UnregisterStreamer{name});
  for (const auto& radio : uuids) {  // what no streamer was named for goes with the radio
    w.scheduler.app_event({AppEvent::Kind::radio_deleted, radio});
    w.settle();
  }
  EXPECT_EQ(w.scheduler.counts().listeners, 0U);
  const auto listened = std::chrono::floor<std::chrono::seconds>(w.listened).count();
  EXPECT_LE(w.seconds, listened) << "more seconds than anybody listened";
  EXPECT_GE(w.seconds, listened - w.starts) << "seconds were lost";
}

TEST(AnyOrder, never_two_masters_never_silent_and_the_seconds_add_up) {
  const auto number = [](const char* name, std::uint64_t otherwise) {
    const char* given = std::getenv(name);
    return given ? std::strtoull(given, nullptr, 10) : otherwise;
  };
  log::set_level(log::Level::error);
  const auto first = number("LONGWAVE_SEED", 1), runs = number("LONGWAVE_RUNS", 300);
  for (std::uint64_t seed = first; seed < first + runs && !HasFailure(); ++seed) tell(seed);
  log::set_level(log::Level::info);
}

}  // namespace
}  // namespace longwave::fleet
