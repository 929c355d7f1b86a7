// SPDX-License-Identifier: Apache-2.0
#include "fleet/streamer.hpp"
#include "simulate/streamer.hpp"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace longwave::simulate {

namespace {

/// The machine of a streamer with everything around it: listeners by the numbers of the model, and who passes
/// on what it streams.
class Ours final : public Streamer, fleet::StreamerPort {
 public:
  Ours(std::string name, const Clock& clock, simulate::StreamerPort& port)
      : Streamer(std::move(name)), clock_(clock), port_(port) {}

  bool prepares() const override { return true; }

  void start(bool connected) override {
    alive_ = true;
    fleet::StreamerOptions options;
    options.name = name();
    options.address = "http://" + name();
    options.session = fmt::format("{}-{}", name(), ++starts_);
    machine_.emplace(clock_, static_cast<fleet::StreamerPort&>(*this), options);
    if (connected) machine_->bus_up();
  }
  void crash() override {
    alive_ = false;
    machine_.reset();
    made_.clear();
    for (const auto& [radio, from] : std::exchange(relayed_, {})) port_.relay_ended(name(), radio, from.from);
    const auto guests = std::exchange(guests_, {});
    for (const auto& [id, guest] : guests) end(guest);
    ids_.clear();
  }
  void bus(bool up) override {
    if (machine_) up ? machine_->bus_up() : machine_->bus_down();
  }
  void receive(const std::string& json) override {
    if (machine_) machine_->received(json);
  }
  void tick() override {
    if (machine_) machine_->tick();
  }

  void come(std::int64_t session, const std::string& radio) override {
    if (!machine_) return;
    const auto id = ++last_;
    guests_[id] = {session, radio, ""};
    ids_[session] = id;
    machine_->listen(id, radio);
  }
  void leave(std::int64_t session, const std::string&) override {
    const auto found = ids_.find(session);
    if (found == ids_.end() || !machine_) return;
    const auto id = found->second;
    machine_->left(id);  // it says so to the scheduler by the number of its session
    ids_.erase(session);
    guests_.erase(id);
  }
  void began(std::int64_t session) override {
    const auto found = ids_.find(session);
    if (found != ids_.end() && machine_) machine_->began(found->second);
  }
  void timed_out(const std::string&) override {}

  void attach(const std::string& streamer, const std::string& radio) override {
    if (!machine_) return port_.relay_broke(streamer, radio, name());
    const auto id = ++last_;
    guests_[id] = {0, radio, streamer};
    machine_->listen(id, radio, {.counted = false});
  }
  void detach(const std::string& streamer, const std::string& radio) override {
    std::vector<fleet::SessionId> gone;
    for (const auto& [id, guest] : guests_)
      if (guest.relay == streamer && guest.radio == radio) gone.push_back(id);
    for (const auto id : gone) {
      guests_.erase(id);
      if (machine_) machine_->left(id);
    }
  }
  void relay_lost(const std::string& radio, const std::string& from) override {
    const auto found = relayed_.find(radio);
    if (found != relayed_.end() && found->second.from == from && machine_) machine_->relay_lost(radio);
  }

  bool has(const std::string& radio) const override {
    return made_.contains(radio) || relayed_.contains(radio);
  }
  std::vector<Made> made() const override {
    std::vector<Made> all;
    for (const auto& [radio, since] : made_) {
      if (machine_->state(radio) != fleet::Streamer::State::building) continue;
      auto& made = all.emplace_back(Made{radio, since, false, "", {}, {}});
      for (const auto& airing : machine_->airings(radio)) {
        const auto ago = clock_.now() - airing.start;
        if (ago >= Duration{}) made = {radio, since, true, airing.file, airing.offset + ago, ago};
      }
    }
    return all;
  }
  std::vector<PassedOn> passed_on() const override {
    std::vector<PassedOn> all;
    for (const auto& [radio, relay] : relayed_)
      if (machine_->state(radio) == fleet::Streamer::State::relaying)
        all.push_back({radio, relay.from, relay.since});
    return all;
  }

 private:
  struct Guest {
    std::int64_t session = 0;  // 0: another streamer
    std::string radio, relay;
  };
  struct Relay {
    std::string from;
    Instant since{};
  };

  void end(const Guest& guest) {
    if (guest.session) {
      port_.go_away(guest.session, "");
    } else {
      port_.relay_broke(guest.relay, guest.radio, name());
    }
  }
  void stop_relay(const std::string& radio) {
    const auto relay = relayed_.extract(radio);
    if (!relay.empty()) port_.relay_ended(name(), radio, relay.mapped().from);
  }

  // fleet::StreamerPort

  /// Each session of the model is another user.
  bool publish(const fleet::FromStreamer& message) override {
    auto said = message;
    if (auto* comes = std::get_if<fleet::RegisterListener>(&said)) comes->user_id = user(comes->session_id);
    if (auto* goes = std::get_if<fleet::UnregisterListener>(&said)) goes->user_id = user(goes->session_id);
    return port_.publish(name(), said);
  }
  std::optional<std::int64_t> user(const std::string& session) const {
    const auto id = std::stoull(session.substr(session.rfind('-') + 1));
    const auto guest = guests_.find(id);
    return guest == guests_.end() ? std::nullopt : std::optional(guest->second.session);
  }
  void build(const std::string& radio) override {
    stop_relay(radio);
    made_[radio] = clock_.now();
  }
  void air(const std::string&, const fleet::Airing&) override {}
  void relay(const std::string& radio, const std::string& streamer, const std::string&) override {
    stop_relay(radio);
    made_.erase(radio);
    relayed_[radio] = {streamer, clock_.now()};
    port_.relay(name(), radio, streamer);
  }
  void close(const std::string& radio) override {
    stop_relay(radio);
    made_.erase(radio);
    std::vector<Guest> gone;
    std::erase_if(guests_, [&](const auto& one) {
      if (one.second.radio != radio) return false;
      gone.push_back(one.second);
      return true;
    });
    for (const auto& guest : gone) {
      ids_.erase(guest.session);
      end(guest);
    }
  }
  void admit(fleet::SessionId id, const fleet::Admission& admission) override {
    const auto found = guests_.find(id);
    if (found == guests_.end()) return;
    const auto guest = found->second;
    if (admission.kind == fleet::Admission::Kind::playing) {
      if (guest.session) port_.first_byte(name(), guest.session);
      return;
    }
    ids_.erase(guest.session);
    guests_.erase(found);
    end(guest);
  }

  const Clock& clock_;
  simulate::StreamerPort& port_;
  std::optional<fleet::Streamer> machine_;
  std::map<std::string, Instant> made_;   // radios that are made here
  std::map<std::string, Relay> relayed_;  // that are passed on
  std::map<fleet::SessionId, Guest> guests_;
  std::map<std::int64_t, fleet::SessionId> ids_;
  fleet::SessionId last_ = 0;
  int starts_ = 0;
};

}  // namespace

std::unique_ptr<Streamer> make_ours(std::string name, const Clock& clock, StreamerPort& port) {
  return std::make_unique<Ours>(std::move(name), clock, port);
}

}  // namespace longwave::simulate
