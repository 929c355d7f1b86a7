// SPDX-License-Identifier: Apache-2.0
#include "simulate/streamer.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <utility>
#include <variant>

namespace longwave::simulate {

using namespace std::chrono_literals;

namespace {

class Original final : public Streamer {
 public:
  Original(std::string name, const Clock& clock, StreamerPort& port)
      : Streamer(std::move(name)), clock_(clock), port_(port) {}

  bool prepares() const override { return false; }

  void start(bool) override {
    alive_ = true;
    port_.publish(name(), fleet::RegisterStreamer{name()});
  }
  void crash() override {
    alive_ = false;
    for (const auto& [radio, stream] : std::exchange(streams_, {})) end(radio, stream, "");
  }
  void bus(bool) override {}  // it says nothing when it finds the bus again
  void tick() override {}
  void began(std::int64_t) override {}
  void relay_lost(const std::string&, const std::string&) override {}
  std::vector<PassedOn> passed_on() const override { return {}; }

  void come(std::int64_t session, const std::string& radio) override {
    auto& stream = streams_[radio];
    if (stream.mastered) {
      stream.listening.insert(session);
      port_.publish(name(), fleet::RegisterListener{radio, std::to_string(session), session, name()});
      return;
    }
    const bool first = stream.waiting.empty();
    stream.waiting.insert(session);
    if (!first) return;
    port_.publish(name(), fleet::PlayRadio{name(), radio});
    port_.wait_for_answer(name(), radio);
  }
  void leave(std::int64_t session, const std::string& radio) override {
    const auto found = streams_.find(radio);
    if (found == streams_.end()) return;
    auto& stream = found->second;
    if (stream.listening.erase(session) > 0)
      port_.publish(name(), fleet::UnregisterListener{std::to_string(session), name(), radio, session});
    stream.waiting.erase(session);
    release(found);
  }
  void timed_out(const std::string& radio) override {
    const auto found = streams_.find(radio);
    if (found != streams_.end() && !found->second.mastered) send_away(radio, "");
  }

  void attach(const std::string& streamer, const std::string& radio) override {
    const auto found = streams_.find(radio);
    if (found != streams_.end() && found->second.mastered) {
      found->second.relays.insert(streamer);
    } else {
      port_.relay_broke(streamer, radio, name());
    }
  }
  void detach(const std::string& streamer, const std::string& radio) override {
    const auto found = streams_.find(radio);
    if (found != streams_.end() && found->second.relays.erase(streamer) > 0) release(found);
  }

  bool has(const std::string& radio) const override {
    const auto found = streams_.find(radio);
    return found != streams_.end() && found->second.mastered;
  }
  std::vector<Made> made() const override {
    std::vector<Made> all;
    for (const auto& [radio, stream] : streams_) {
      if (!stream.mastered) continue;
      auto& made = all.emplace_back(Made{radio, stream.since, false, "", {}, {}});
      for (const auto& planned : stream.plan) {
        const auto ago = clock_.now() - planned.start;
        if (ago >= Duration{}) made = {radio, stream.since, true, planned.file, planned.offset + ago, ago};
      }
    }
    return all;
  }

  void receive(const std::string& json) override {
    const auto read = fleet::parse_to_streamer(json);
    if (read) std::visit([this](const auto& message) { on(message); }, read->message);
  }

 private:
  struct Planned {
    Instant start{};
    Duration offset{};
    std::string file;
  };
  struct Stream {
    bool mastered = false;
    Instant since{};
    std::vector<Planned> plan;  // by start
    std::set<std::int64_t> waiting, listening;
    std::set<std::string> relays;
  };
  using Streams = std::map<std::string, Stream>;

  void release(Streams::iterator place) {
    const auto& [radio, stream] = *place;
    if (!stream.listening.empty() || !stream.waiting.empty() || !stream.relays.empty()) return;
    if (stream.mastered) port_.publish(name(), fleet::StopRadio{name(), radio});
    streams_.erase(place);
  }
  void end(const std::string& radio, const Stream& stream, const std::string& to) {
    for (const auto session : stream.waiting) port_.go_away(session, to);
    for (const auto session : stream.listening) port_.go_away(session, to);
    for (const auto& streamer : stream.relays) port_.relay_broke(streamer, radio, name());
  }
  void send_away(const std::string& radio, const std::string& to) {
    const auto gone = streams_.extract(radio);
    if (!gone.empty()) end(radio, gone.mapped(), to);
  }

  template <class Other>
  void on(const Other&) {}
  void on(const fleet::Ping&) { port_.publish(name(), fleet::Pong{name()}); }
  void on(const fleet::RadioStarted& m) {
    const auto found = streams_.find(m.radio_uuid);
    if (found == streams_.end()) {  // everybody has left meanwhile
      port_.publish(name(), fleet::StopRadio{name(), m.radio_uuid});
      return;
    }
    auto& stream = found->second;
    if (!std::exchange(stream.mastered, true)) stream.since = clock_.now();
    for (const auto session : std::exchange(stream.waiting, {})) come(session, m.radio_uuid);
  }
  void on(const fleet::RadioExists& m) {
    const auto found = streams_.find(m.radio_uuid);
    if (found != streams_.end() && !found->second.mastered) send_away(m.radio_uuid, m.master_streamer);
  }
  void on(const fleet::RadioStopped& m) {
    const auto found = streams_.find(m.radio_uuid);
    if (found != streams_.end() && found->second.mastered) send_away(m.radio_uuid, "");
  }
  void on(const fleet::Play& m) {
    const auto found = streams_.find(m.radio_uuid);
    if (found == streams_.end() || !found->second.mastered) return;
    auto& plan = found->second.plan;
    const auto start = clock_.now() + m.delay;
    const auto place =
        std::upper_bound(plan.begin(), plan.end(), start,
                         [](Instant at, const Planned& planned) { return at < planned.start; });
    plan.insert(place, {start, m.offset, m.filename});
    while (plan.size() > 1 && plan[1].start <= clock_.now()) plan.erase(plan.begin());
  }

  const Clock& clock_;
  StreamerPort& port_;
  Streams streams_;
};

}  // namespace

std::unique_ptr<Streamer> make_original(std::string name, const Clock& clock, StreamerPort& port) {
  return std::make_unique<Original>(std::move(name), clock, port);
}

}  // namespace longwave::simulate
