// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fleet/streamer.hpp"
#include "unit/fleet/world.hpp"

#include <functional>
#include <list>

namespace longwave::fleet {

/// A streamer whose port writes down what it says and does, one line each.
struct Recorder : StreamerPort {
  Recorder(const Clock& clock, std::string name)
      : streamer(clock, *this, {.name = name, .address = "http://" + name + ":8000", .session = name}) {}

  virtual ~Recorder() = default;

  bool publish(const FromStreamer& message) override {
    if (!bus) return false;
    said.push_back(format(message));
    if (publishes) publishes(said.back());
    return true;
  }
  void build(const std::string& radio) override { did.push_back("build " + radio); }
  void air(const std::string& radio, const Airing& airing) override {
    did.push_back("air " + radio + " " + airing.file);
    aired.push_back(airing);
  }
  void relay(const std::string& radio, const std::string& master, const std::string& address) override {
    did.push_back("relay " + radio + " " + master + " " + address);
  }
  void close(const std::string& radio) override { did.push_back("close " + radio); }
  void admit(SessionId session, const Admission& admission) override {
    constexpr const char* words[] = {"playing", "unknown", "unavailable"};
    did.push_back(fmt::format("admit {} {}{}{}", session, words[static_cast<int>(admission.kind)],
                              admission.user ? fmt::format(" user {}", *admission.user) : "",
                              admission.hd ? " hd" : ""));
  }

  std::vector<std::string> take_said() { return std::exchange(said, {}); }
  std::vector<std::string> take_did() { return std::exchange(did, {}); }

  bool bus = true;
  std::function<void(const std::string&)> publishes;
  std::vector<std::string> said, did;
  std::vector<Airing> aired;
  Streamer streamer;
};

/// A scheduler and streamers of ours in virtual time; what they say to each other takes `way`.
struct Fleet : World {
  Recorder& add(const std::string& name) {
    auto& stage = stages.emplace_back(clock, name);
    stage.publishes = [this](const std::string& json) { post({}, json); };
    names[name] = &stage;
    stage.streamer.bus_up();
    return stage;
  }
  void send(std::string_view streamer, const ToStreamer& message,
            const std::optional<Stamp>& stamp) override {
    World::send(streamer, message, stamp);
    post(std::string(streamer), format(message, stamp));
  }
  void post(const std::string& to, const std::string& json) {
    if (!bus) return;
    for (int i = copies ? copies() : 1; i > 0; --i)
      under_way.push_back({clock.now() + (way ? way() : Duration{std::chrono::milliseconds{2}}), to, json});
  }
  void deliver() {
    for (bool more = true; more;) {
      more = false;
      for (auto place = under_way.begin(); place != under_way.end();) {
        if (place->at > clock.now()) {
          ++place;
          continue;
        }
        const auto message = *place;
        place = under_way.erase(place);
        more = true;
        if (message.to.empty()) {
          scheduler.received(message.json);
        } else if (names.contains(message.to) && names[message.to]->bus) {
          names[message.to]->streamer.received(message.json);
        }
      }
      settle();
    }
  }
  void run(Duration time) {
    constexpr Duration step = std::chrono::milliseconds{50};
    for (const auto end = clock.now() + time; clock.now() < end;) {
      deliver();
      for (auto& stage : stages) {
        if (const auto due = stage.streamer.deadline(); stage.bus && due && *due <= clock.now())
          stage.streamer.tick();
      }
      deliver();
      clock.advance(step);
    }
    deliver();
  }
  void cut() {
    bus = false;
    under_way.clear();
    scheduler.bus_down();
    for (auto& stage : stages) {
      stage.bus = false;
      stage.streamer.bus_down();
    }
  }
  void mend() {
    bus = true;
    for (auto& stage : stages) {
      stage.bus = true;
      stage.streamer.bus_up();
    }
    scheduler.bus_up();
  }
  /// What is heard on this stage now, and how far into it: "song00003.mp3" and 12.5 s.
  std::pair<std::string, double> heard(const Recorder& stage, const std::string& radio) const {
    std::pair<std::string, double> found{"", 0};
    for (const auto& airing : stage.streamer.airings(radio)) {
      if (airing.start > clock.now()) break;
      found = {airing.file, std::chrono::duration<double>(clock.now() - airing.zero()).count()};
    }
    return found;
  }
  /// What the programme says is heard.
  std::pair<std::string, double> meant(const std::string& radio) const {
    const auto current = radios.current(radio);
    if (!current) return {"", 0};
    return {current->file, std::chrono::duration<double>(clock.wall() - current->play_time).count()};
  }

  struct Message {
    Instant at;
    std::string to;  // empty: the scheduler
    std::string json;
  };
  std::list<Recorder> stages;
  std::map<std::string, Recorder*> names;
  std::list<Message> under_way;
  std::function<Duration()> way;
  std::function<int()> copies;
  bool bus = true;
};

}  // namespace longwave::fleet
