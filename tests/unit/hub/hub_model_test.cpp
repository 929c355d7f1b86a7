// SPDX-License-Identifier: Apache-2.0
// Random operations against a simple reference: whoever subscribes, at whatever moment and however slowly
// broker, rooms and loops answer, sees every value from then on exactly once and in order.
#include "base/random.hpp"
#include "hub/hub.hpp"
#include "hub/memory_broker.hpp"
#include "slow_broker.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <set>

namespace longwave::hub {
namespace {

/// What one connection has been told about one channel. Values of the room are 1, 2, 3, …
struct View {
  bool joined = false;
  Position position;
  std::uint64_t value = 0;  ///< of the room, as the client knows it
  Ticket ticket = 0;
};

class World final : public Delivery {
 public:
  World(std::uint64_t seed, bool slowly) : random(seed), is_slow(slowly) {
    hub.add_groups(*this, 2);
    EXPECT_TRUE(hub.configure("*", ChannelConfig{.recovery_size = 12}));
    for (const char* channel : {"a", "b"})
      hub.provide(channel, [this](const std::string& name, auto answer) {
        // Through the room and back on the way that its publications take.
        later["room " + name].push_back([this, name, answer = std::move(answer)]() mutable {
          const std::string value = std::to_string(rooms[name]);
          later["from room " + name].push_back([value, answer = std::move(answer)]() mutable {
            std::vector<std::pair<std::string, Payload>> values;
            values.emplace_back("value", std::make_shared<const std::string>(value));
            answer(std::move(values));
          });
        });
      });
  }

  void joined(std::size_t group, ClientId client, const std::string& channel, Ticket ticket,
              Result<Joined> joined) override {
    ASSERT_TRUE(joined.has_value());
    later["loop " + std::to_string(group)].push_back(
        [this, client, channel, ticket, joined = std::move(*joined)] {
          const auto it = views.find({client, channel});
          if (it == views.end() || it->second.ticket != ticket) return;  // unsubscribed meanwhile
          View& view = it->second;
          if (joined.recovered) ++recoveries;
          for (const Publication& p : joined.first) see(view, p, !joined.recovered && p.offset == 0);
          view.joined = true;
          view.position = joined.position;
        });
  }
  void reset(std::size_t, const std::string&, const Position&, const std::string&) override {
    ADD_FAILURE() << "nothing was lost";
  }
  void close(std::size_t, ClientId, std::uint16_t, const std::string&) override {}
  void publish(std::size_t group, const std::shared_ptr<const Publication>& p) override {
    if (p->offset == 0) return;
    later["loop " + std::to_string(group)].push_back([this, group, p] {
      for (auto& [key, view] : views) {
        if (group_of(key.first) != group || key.second != p->channel || !view.joined) continue;
        if (p->offset <= view.position.offset) continue;
        EXPECT_EQ(p->offset, view.position.offset + 1) << "a gap";
        view.position.offset = p->offset;
        see(view, *p, false);
      }
    });
  }

  void see(View& view, const Publication& p, bool present) {
    if (p.method != "value") return;
    const std::uint64_t value = std::stoull(*p.data);
    if (!present) {
      EXPECT_EQ(value, view.value + 1) << "client at " << view.value << " was told " << value;
    }
    view.value = value;
  }

  void change(const std::string& channel) {
    later["room " + channel].push_back([this, channel] {
      const auto data = std::make_shared<const std::string>(std::to_string(++rooms[channel]));
      later["from room " + channel].push_back([this, channel, data] { hub.publish(channel, "value", data); });
    });
  }

  bool step() {
    std::vector<std::deque<Task>*> ready;
    for (auto& [name, queue] : later)
      if (!queue.empty()) ready.push_back(&queue);
    if (ready.empty()) return false;
    auto& queue = *ready[random.below(ready.size())];
    Task task = std::move(queue.front());
    queue.pop_front();
    task();
    return true;
  }

  void act() {
    const std::uint64_t number = 1 + random.below(6);
    const ClientId client = client_id(number, static_cast<GroupId>(number % 2));
    const std::string channel = random.chance(0.7) ? "a" : "b";
    const std::pair key{client, channel};
    const std::uint64_t what = random.below(10);
    if (what < 4) return change(channel);
    if (what == 4) {
      if (connected[client])
        hub.disconnect(client);
      else
        hub.connect(client, persons[client] = anybody());
      connected[client] = !connected[client];
      for (const char* c : {"a", "b"}) forget({client, c});
    } else if (what < 8 && connected[client] && !views.contains(key)) {
      const auto old = known.find(key);
      const bool recover = old != known.end() && random.chance(0.8);
      views[key] = recover ? View{false, old->second.position, old->second.value, 0} : View{};
      views[key].ticket = ++tickets;
      hub.subscribe(client, channel, recover ? std::optional(old->second.position) : std::nullopt, tickets);
    } else if (what == 8 && views.contains(key)) {
      hub.unsubscribe(client, channel);
      forget(key);
    } else if (what == 9 && connected[client] && random.chance(0.5)) {
      hub.identify(client, persons[client] = anybody());
    } else if (what == 9) {
      hub.flush_presence();
    }
  }

  Person anybody() {
    const auto who = random.below(4);
    if (who == 0) return {};  // a stranger
    if (who == 1) return {.key = {}, .user = {}, .name = "guest"};
    return {.key = "user:" + std::to_string(who),
            .user = std::to_string(who),
            .name = random.chance(0.5) ? "x" : "y"};
  }

  /// Who must be seen on a channel: connections by user, and one row for each other connection.
  std::multiset<std::pair<std::string, std::size_t>> people(const std::string& channel) {
    std::map<std::string, std::size_t> users;
    strangers[channel] = 0;
    std::multiset<std::pair<std::string, std::size_t>> rows;
    for (const auto& [key, view] : views) {
      if (key.second != channel || !view.joined) continue;
      const Person& person = persons[key.first];
      if (person.user.empty() && person.name.empty())
        ++strangers[channel];
      else if (person.user.empty())
        rows.emplace("", 1);
      else
        ++users[person.user];
    }
    rows.insert(users.begin(), users.end());
    return rows;
  }
  std::multiset<std::pair<std::string, std::size_t>> told_people(const std::string& channel) {
    std::multiset<std::pair<std::string, std::size_t>> rows;
    const auto presence = hub.presence(channel);
    for (const auto& row : presence.users) rows.emplace(row.user, row.connections);
    EXPECT_EQ(presence.total, rows.size() + strangers[channel]);
    return rows;
  }

  void forget(const std::pair<ClientId, std::string>& key) {
    const auto it = views.find(key);
    if (it == views.end()) return;
    if (it->second.joined) known[key] = it->second;
    views.erase(it);
  }

  Random random;
  bool is_slow;
  std::map<std::string, std::deque<Task>> later;
  std::map<std::string, std::uint64_t> rooms;
  ManualClock clock;
  MemoryBroker memory{"e", clock};
  SlowBroker slow{memory, later};
  MemoryBroker quick{"e", clock};
  Hub hub{is_slow ? static_cast<Broker&>(slow) : quick, clock};
  std::map<std::pair<ClientId, std::string>, View> views;  // what the loops know
  std::map<std::pair<ClientId, std::string>, View> known;  // what clients remember from before
  std::map<ClientId, bool> connected;
  std::map<ClientId, Person> persons;
  std::map<std::string, std::size_t> strangers;  // of a channel, as people() found them
  std::size_t recoveries = 0;
  Ticket tickets = 0;
};

void play(std::uint64_t seed, bool slow) {
  SCOPED_TRACE("seed " + std::to_string(seed) + (slow ? " slow" : " quick"));
  World world(seed, slow);
  for (int i = 0; i < 2000 && !::testing::Test::HasFailure(); ++i) {
    world.act();
    for (std::uint64_t n = world.random.below(8); n > 0; --n) world.step();
  }
  while (world.step()) {
  }
  std::size_t joined = 0;
  for (const auto& [key, view] : world.views) {
    EXPECT_TRUE(view.joined) << key.second;
    EXPECT_EQ(view.value, world.rooms[key.second]) << "client " << key.first << " on " << key.second;
    ++joined;
  }
  for (const char* channel : {"a", "b"}) {
    const auto people = world.people(channel);
    EXPECT_EQ(world.told_people(channel), people);
  }
  EXPECT_EQ(world.hub.subscribers("a") + world.hub.subscribers("b"), joined);
  EXPECT_GT(world.recoveries, 5u) << "the test must try what it is for";
}

TEST(HubModel, every_subscriber_sees_every_value_once) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    play(seed, false);
    play(seed, true);
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace longwave::hub
