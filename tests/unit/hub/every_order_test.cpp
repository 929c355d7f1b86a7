// SPDX-License-Identifier: Apache-2.0
// The race between subscribing and publishing, in every order that is possible: a broker whose answers and
// deliveries move only when told, and a search that tells it in each order once.
#include "hub/hub.hpp"
#include "slow_broker.hpp"

#include <gtest/gtest.h>

namespace longwave::hub {
namespace {

constexpr const char* channel = "a";

/// Goes through all sequences of choices, depth first: each run follows the last one with its last choice
/// that can be another made another.
class Choices {
 public:
  std::size_t of(std::size_t options) {
    if (at_ == made_.size()) made_.push_back({0, options});
    return made_[at_++].first;
  }
  /// False when all have been made.
  bool next() {
    at_ = 0;
    while (!made_.empty() && made_.back().first + 1 == made_.back().second) made_.pop_back();
    if (made_.empty()) return false;
    ++made_.back().first;
    return true;
  }

 private:
  std::vector<std::pair<std::size_t, std::size_t>> made_;
  std::size_t at_ = 0;
};

/// What one connection has been told.
struct View {
  bool joined = false, refused = false;
  Ticket ticket = 0;
  Position position;
  std::size_t resets = 0, joins = 0;
  bool recovered = false;
  std::vector<std::pair<std::uint64_t, std::string>> told;
};

class World final : public Delivery {
 public:
  World() {
    hub.add_groups(*this, 1);
    hub.connect(who(1), {});
    hub.connect(who(2), {});
  }
  static ClientId who(std::uint64_t number) { return client_id(number, 0); }

  void joined(std::size_t, ClientId client, const std::string&, Ticket ticket,
              Result<Joined> joined) override {
    View& view = views[client];
    ASSERT_EQ(ticket, view.ticket) << "an attempt that was given up was answered";
    if (!joined) {
      EXPECT_EQ(joined.error().code, Errc::unavailable);
      view.refused = true;
      return;
    }
    if (joined->recovered) {
      EXPECT_EQ(joined->first.size(), joined->position.offset - view.position.offset)
          << "not what was missed";
    }
    view.recovered = joined->recovered;
    view.joined = true;
    ++view.joins;
    std::uint64_t last = 0;
    for (const Publication& p : joined->first) {
      if (p.offset == 0) continue;
      if (last != 0 || joined->recovered) {
        EXPECT_EQ(p.offset, (last != 0 ? last : view.position.offset) + 1);
      }
      view.told.emplace_back(p.offset, *p.data);
      last = p.offset;
    }
    if (last != 0) {
      EXPECT_EQ(last, joined->position.offset);
    }
    view.position = joined->position;
  }
  void publish(std::size_t, const std::shared_ptr<const Publication>& p) override {
    if (p->offset == 0) return;
    for (auto& [id, view] : views) {
      if (!view.joined) continue;
      EXPECT_EQ(p->epoch, view.position.epoch);
      if (p->offset <= view.position.offset) continue;
      EXPECT_LE(p->after, view.position.offset) << "a gap";
      EXPECT_EQ(p->offset, view.position.offset + 1) << "a gap";
      view.told.emplace_back(p->offset, *p->data);
      view.position.offset = p->offset;
    }
  }
  void reset(std::size_t, const std::string&, const Position& position, const std::string&) override {
    for (auto& [id, view] : views) {
      if (!view.joined) continue;
      ++view.resets;
      view.position = position;
    }
  }
  void close(std::size_t, ClientId, std::uint16_t, const std::string&) override {}

  void subscribe(std::uint64_t number, std::optional<Position> since = {}) {
    View& view = views[who(number)];
    view = {};
    view.ticket = ++tickets;
    if (since) view.position = *since;
    hub.subscribe(who(number), channel, std::move(since), view.ticket);
  }
  void unsubscribe(std::uint64_t number) {
    views.erase(who(number));
    hub.unsubscribe(who(number), channel);
  }
  void publish() { hub.publish(channel, "x", text(++published)); }
  /// By another node.
  void publish_elsewhere() {
    current->publish(channel, {.method = "x", .data = text(++published)}, keep(), {});
  }
  Keep keep() const {
    const auto config = hub.config(channel);
    return {config->recovery_size, config->history_size, config->history_age};
  }
  static Payload text(std::uint64_t number) {
    return std::make_shared<const std::string>(std::to_string(number));
  }

  std::vector<std::string> truth() {
    std::vector<std::string> all;
    current->history(channel, {}, [&](Result<History> history) {
      for (const Publication& p : history->publications) all.push_back(*p.data);
    });
    return all;
  }
  Position top() {
    Position top;
    current->top(channel, [&](Result<Position> known) { top = *known; });
    return top;
  }

  /// Carries out the script in every place between the steps of the queues.
  void play(std::vector<std::function<void(World&)>> script, Choices& choices) {
    std::size_t done = 0;
    for (;;) {
      std::vector<std::deque<Task>*> ready;
      for (auto& [name, queue] : later)
        if (!queue.empty()) ready.push_back(&queue);
      const std::size_t options = ready.size() + (done < script.size() ? 1 : 0);
      if (options == 0) return;
      const std::size_t choice = choices.of(options);
      if (choice == ready.size()) {
        script[done++](*this);
      } else {
        take(*ready[choice]);
      }
    }
  }
  static void take(std::deque<Task>& queue) {
    Task task = std::move(queue.front());
    queue.pop_front();
    task();
  }
  /// What is left to do, in any order; then the check of positions, too.
  void settle() {
    for (int round = 0; round < 2; ++round) {
      for (bool more = true; more;) {
        more = false;
        for (auto& [name, queue] : later)
          for (; !queue.empty(); more = true) take(queue);
      }
      if (round == 0) {
        clock.advance(std::chrono::seconds{41});
        hub.tick();
      }
    }
  }

  ManualClock clock;
  SlowBroker::Queues later;
  MemoryBroker memory{"e", clock};
  MemoryBroker anew{"f", clock};
  MemoryBroker* current = &memory;
  SlowBroker slow{memory, later};
  Hub hub{slow, clock};
  std::map<ClientId, View> views;
  std::uint64_t published = 0;
  Ticket tickets = 0;
};

struct Case {
  const char* name;
  std::function<void(World&)> before;  ///< settled before the search begins
  std::vector<std::function<void(World&)>> script;
  bool may_be_refused = false, state_is_lost = false;
};

void check(World& world, const Case& c) {
  world.settle();
  const Position top = world.top();
  const auto truth = world.truth();
  for (const auto& [id, view] : world.views) {
    EXPECT_TRUE(view.joined || (c.may_be_refused && view.refused)) << "not answered";
    if (!view.joined) continue;
    EXPECT_EQ(view.position, top) << "something is missing at the end";
    EXPECT_EQ(view.joins, 1U);
    if (c.state_is_lost) {
      EXPECT_TRUE(view.resets == 1 || view.told.empty() || !view.recovered) << "lost without a word";
      continue;
    }
    EXPECT_EQ(view.resets, 0U);
    for (const auto& [offset, data] : view.told) EXPECT_EQ(truth.at(offset - 1), data);
  }
}

class EveryOrder : public ::testing::TestWithParam<Case> {};

TEST_P(EveryOrder, nobody_misses_or_repeats_anything) {
  const Case& c = GetParam();
  Choices choices;
  std::size_t orders = 0;
  constexpr std::size_t most = 10'000;
  do {
    World world;
    if (c.before) c.before(world);
    world.settle();
    world.play(c.script, choices);
    check(world, c);
    if (::testing::Test::HasFailure()) FAIL() << "order " << orders;
    ++orders;
  } while (choices.next() && orders < most);
  RecordProperty("orders", std::to_string(orders));
  std::printf("    %zu orders\n", orders);
  EXPECT_LT(orders, most) << "the case is too large to be searched";
  EXPECT_GT(orders, 10U) << "the search must have something to search";
}

const auto publish = [](World& w) { w.publish(); };
const auto elsewhere = [](World& w) { w.publish_elsewhere(); };
const auto subscribe = [](World& w) { w.subscribe(1); };
const auto resume = [](World& w) { w.subscribe(1, Position{1, "e"}); };
const auto leave = [](World& w) { w.unsubscribe(1); };
const auto two_before = [](World& w) { w.publish(), w.publish(); };
const auto second_reader = [](World& w) { w.publish(), w.publish(), w.subscribe(2); };

const auto lost_elsewhere = [](World& w) {
  w.slow.lose = 1;
  w.publish_elsewhere();
};
const auto cut = [](World& w) { w.slow.cut(); };
const auto restore = [](World& w) { w.slow.restore(); };
const auto restore_empty = [](World& w) {
  w.current = &w.anew;
  w.slow.restore(&w.anew);
};

INSTANTIATE_TEST_SUITE_P(
    Hub, EveryOrder,
    ::testing::Values(
        Case{"the_first_reader_while_publishing", {}, {subscribe, publish, elsewhere}},
        Case{"publishing_then_the_first_reader", two_before, {publish, subscribe, elsewhere}},
        Case{"a_second_reader", second_reader, {publish, subscribe, elsewhere, publish}},
        Case{"coming_back", two_before, {elsewhere, resume, elsewhere, publish, elsewhere}},
        Case{"coming_back_beside_a_reader", second_reader, {elsewhere, resume, publish, elsewhere}},
        Case{"away_and_back", second_reader, {subscribe, leave, elsewhere, resume, publish}},
        Case{"changing_ones_mind", second_reader, {subscribe, resume, elsewhere, publish}},
        Case{"a_delivery_is_lost", second_reader, {lost_elsewhere, subscribe, elsewhere, publish}},
        Case{"the_last_delivery_is_lost", second_reader, {subscribe, publish, resume, lost_elsewhere}},
        Case{"the_broker_goes_and_comes",
             second_reader,
             {elsewhere, cut, elsewhere, resume, restore, elsewhere},
             true},
        Case{"the_broker_loses_everything",
             second_reader,
             {elsewhere, cut, resume, restore_empty, elsewhere},
             true,
             true},
        Case{"it_goes_before_the_first", two_before, {subscribe, cut, elsewhere, restore, elsewhere}, true}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace longwave::hub
