// room: hub
// SPDX-License-Identifier: Apache-2.0
#include "hub/hub.hpp"

#include "../unit/hub/slow_broker.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>

// Every byte is something that somebody does with the hub, or one step of a broker that answers late, loses
// deliveries, goes away and comes back, perhaps with nothing. Whoever has joined is told of every publication
// in order, or of a reset; and when all is quiet again, everybody is where the broker is.
namespace {

using namespace longwave;
using namespace longwave::hub;

void must(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "violated: %s\n", what);
  std::abort();
}

struct View {
  Ticket ticket = 0;
  bool joined = false;
  Position position;
};

class World final : public Delivery {
 public:
  World() { hub_.add_groups(*this, 2); }

  void act(std::uint8_t byte) {
    const ClientId client = client_id(1 + byte % 3, byte % 2);
    const std::string channel = byte & 0x10 ? "chat:a" : "b";
    switch (byte >> 5) {
      case 0:
        step(byte & 0x1f);
        return;
      case 1:
        return publish(channel, byte);
      case 2:
        return come_or_go(client, byte);
      case 3:
        return subscribe(client, channel, byte & 0x08);
      case 4:
        return change(channel, byte);
      case 5:
        return trouble(byte & 0x0f);
      case 6:
        clock_.advance(std::chrono::seconds{1 + (byte & 0x0f) * 4});
        return hub_.tick();
      default:
        return settings(channel, byte);
    }
  }

  void settle() {
    slow_->lose = 0;
    if (down_) trouble(1);
    for (int round = 0; round < 3; ++round) {
      while (step(0)) {
      }
      clock_.advance(std::chrono::seconds{41});
      hub_.tick();
      hub_.flush_presence();
    }
    while (step(0)) {
    }
    std::map<std::string, std::size_t> joined;
    for (const auto& [key, view] : views_) {
      must(view.joined, "a subscription is answered");
      ++joined[key.second];
      Position top;
      memory_->top(key.second, [&](const Result<Position>& known) { top = *known; });
      must(view.position == top, "everybody is where the broker is");
    }
    for (const char* channel : {"chat:a", "b"}) {
      must(hub_.subscribers(channel) == joined[channel], "subscribers are counted");
      must(hub_.presence(channel).connections == joined[channel], "people are counted");
    }
    for (const auto& [id, here] : here_)
      if (here) hub_.disconnect(id);
    clock_.advance(std::chrono::seconds{41});
    hub_.tick();
    while (step(0)) {
    }
    must(hub_.clients() == 0 && hub_.channels() == 0, "nothing is left behind");
  }

  void joined(std::size_t, ClientId client, const std::string& channel, Ticket ticket,
              Result<Joined> joined) override {
    const auto found = views_.find({client, channel});
    must(found != views_.end() && found->second.ticket == ticket, "what was given up isn't answered");
    if (!joined) {
      views_.erase(found);
      return;
    }
    View& view = found->second;
    must(!view.joined, "a subscription is answered once");
    std::uint64_t last = 0;
    for (const Publication& p : joined->first) {
      if (p.offset == 0) continue;
      must(p.offset > last && p.offset <= joined->position.offset, "what comes first is in order");
      last = p.offset;
    }
    view.joined = true;
    view.position = joined->position;
  }
  void publish(std::size_t loop, const std::shared_ptr<const Publication>& p) override {
    if (p->offset == 0) return;
    for (auto& [key, view] : views_) {
      if (group_of(key.first) != loop || key.second != p->channel || !view.joined) continue;
      must(p->epoch == view.position.epoch, "epochs change by resets");
      if (p->offset <= view.position.offset) continue;
      must(p->after <= view.position.offset, "nothing is passed over in silence");
      view.position.offset = p->offset;
    }
  }
  void reset(std::size_t loop, const std::string& channel, const Position& position,
             const std::string&) override {
    for (auto& [key, view] : views_)
      if (group_of(key.first) == loop && key.second == channel && view.joined) view.position = position;
  }
  void close(std::size_t, ClientId, std::uint16_t, const std::string&) override {}

 private:
  bool step(std::size_t which) {
    std::vector<std::deque<Task>*> ready;
    for (auto& [name, queue] : later_)
      if (!queue.empty()) ready.push_back(&queue);
    if (ready.empty()) return false;
    auto& queue = *ready[which % ready.size()];
    Task task = std::move(queue.front());
    queue.pop_front();
    task();
    return true;
  }

  void publish(const std::string& channel, std::uint8_t byte) {
    const auto data = std::make_shared<const std::string>("1");
    if (byte & 0x08) return hub_.publish(channel, "x", data);
    Words words{.user = byte & 1 ? "ada" : "", .data = data, .id = std::to_string(byte & 7)};
    if (byte & 4) words.key = "k";
    hub_.say(channel, std::move(words));
  }

  void come_or_go(ClientId client, std::uint8_t byte) {
    bool& here = here_[client];
    const Person person = byte & 0x08 ? Person{"user:ada", "ada", "Ada"} : Person{};
    if (here && byte & 0x10) return hub_.identify(client, person);
    here = !here;
    if (here) return hub_.connect(client, person);
    hub_.disconnect(client);
    for (const char* channel : {"chat:a", "b"}) forget({client, channel});
  }

  void subscribe(ClientId client, const std::string& channel, bool anew) {
    if (!here_[client]) return;
    const std::pair key{client, channel};
    if (!anew && views_.contains(key)) {
      forget(key);
      return hub_.unsubscribe(client, channel);
    }
    forget(key);
    const auto before = known_.find(key);
    View& view = views_[key];
    view.ticket = ++tickets_;
    std::optional<Position> since;
    if (before != known_.end()) since = view.position = before->second;
    hub_.subscribe(client, channel, since, view.ticket);
  }

  void forget(const std::pair<ClientId, std::string>& key) {
    const auto found = views_.find(key);
    if (found == views_.end()) return;
    if (found->second.joined) known_[key] = found->second.position;
    views_.erase(found);
  }

  void change(const std::string& channel, std::uint8_t byte) {
    const std::string id = std::to_string(byte & 7);
    if (byte & 0x08) return hub_.remove(channel, id, {});
    hub_.edit(channel, {.id = id, .data = std::make_shared<const std::string>("2")});
  }

  void trouble(std::uint8_t what) {
    if (what >= 8) {
      slow_->lose = what & 3;
    } else if (!down_) {
      slow_->cut();
      down_ = true;
    } else {
      if (what & 4) memory_ = brokers_.emplace(std::to_string(brokers_.size()), make()).first->second.get();
      slow_->restore(what & 4 ? memory_ : nullptr);
      down_ = false;
    }
  }

  void settings(const std::string& channel, std::uint8_t byte) {
    if (byte & 0x08) return hub_.flush_presence();
    ChannelConfig config = *hub_.config(channel);
    config.recovery = static_cast<Recovery>(byte % 3);
    config.recovery_size = byte & 4 ? 3 : 512;
    (void)hub_.configure(channel, config);
  }

  std::unique_ptr<MemoryBroker> make() {
    return std::make_unique<MemoryBroker>("e" + std::to_string(brokers_.size()), clock_);
  }

  ManualClock clock_;
  SlowBroker::Queues later_;
  std::map<std::string, std::unique_ptr<MemoryBroker>> brokers_;
  MemoryBroker* memory_ = brokers_.emplace("0", make()).first->second.get();
  std::unique_ptr<SlowBroker> slow_ = std::make_unique<SlowBroker>(*memory_, later_);
  Hub hub_{*slow_, clock_};
  std::map<std::pair<ClientId, std::string>, View> views_;
  std::map<std::pair<ClientId, std::string>, Position> known_;
  std::map<ClientId, bool> here_;
  Ticket tickets_ = 0;
  bool down_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 400) return 0;
  World world;
  for (std::size_t i = 0; i < size; ++i) world.act(data[i]);
  world.settle();
  return 0;
}
