// rooms: hub
// SPDX-License-Identifier: Apache-2.0
#include "channels_app.hpp"
#include "channels_writer.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

/// Two nodes on a Redis that delays, loses and dies (redis_model.hpp): whoever has subscribed sees everything
/// in order and once, or is told that it begins anew; what was confirmed is there, once; after some quiet
/// time everybody knows the same, and who is there is known on both nodes.
///
/// 10,000 runs (300 under a sanitizer). LONGWAVE_SEED and LONGWAVE_RUNS choose others.
namespace longwave::sim {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t usual_runs = 300;
#else
constexpr std::uint64_t usual_runs = 10'000;
#endif

/// s: everything on, j: who comes and goes is told, no echo; c: the newest only; #: for one user.
const std::vector<std::string> channels{"s:1", "s:2", "j:1", "c:1"};

class Episode {
 public:
  Episode(std::uint64_t seed, ChannelsSums& sums)
      : world_(seed), redis_(world_), sums_(sums), writer_(world_, redis_, sums) {
    weather_.command = std::chrono::milliseconds{1 + static_cast<int>(world_.random.below(120))};
    weather_.message = std::chrono::milliseconds{1 + static_cast<int>(world_.random.below(300))};
    weather_.lost = world_.random.chance(0.5) ? 0 : 0.02 * world_.random.unit();
    fair_ = world_.random.chance(0.3);
    busy_ = std::chrono::milliseconds{20 + static_cast<int>(world_.random.below(400))};
    log_size_ = static_cast<std::uint32_t>(world_.random.chance(0.5) ? 4 + world_.random.below(20) : 500);
    for (auto& node : nodes_) start(node);
    writer_.some_node = [this] { return some_node(); };
    for (int i = 0; i < 6; ++i) {
      // u1 has two connections, two are strangers.
      const std::string user = i < 2 ? "u1" : i < 4 ? "u" + std::to_string(i) : "";
      apps_.push_back(std::make_unique<ChannelsApp>(
          world_, redis_, sums_,
          hub::Person{.key = user.empty() ? "" : "user:" + user, .user = user, .name = user}));
      apps_.back()->keeps_all = log_size_ >= 500;
      if (!user.empty()) apps_.back()->subscribe(hub::user_channel(user), false);
    }
  }

  std::string problem() {
    stir();
    world_.run_until(Instant{8s + world_.delay(40s)});
    calm();
    // Silent loss is found within 40 s and some, rows of the dead run out after 60 s.
    world_.run_until(world_.now() + 105s);
    check_end();
    for (auto& app : apps_) app->disconnect();
    world_.run_until(world_.now() + 8s);
    for (auto& node : nodes_)
      if (node->hub().clients() != 0 || node->hub().channels() != 0)
        world_.wrong("a hub keeps what nobody uses");
    writer_.check();
    for (auto& node : nodes_) sums_.lost += node->broker().link().lost;
    for (auto& node : nodes_) node.reset();
    return world_.problem;
  }

 private:
  void start(std::unique_ptr<ChannelsNode>& node) {
    node = std::make_unique<ChannelsNode>(world_, redis_, fmt::format("n{}", ++names_), weather_);
    hub::ChannelConfig config{.presence = true, .history_size = 10, .recovery_size = log_size_};
    (void)node->hub().configure("s:*", config, true);
    config.join_leave = config.state_events = true;
    config.echo = false;
    (void)node->hub().configure("j:*", config, true);
    (void)node->hub().configure(
        "c:*", hub::ChannelConfig{.presence = false, .recovery = hub::Recovery::cache}, true);
  }

  ChannelsNode* some_node() {
    std::vector<ChannelsNode*> living;
    for (auto& node : nodes_)
      if (node) living.push_back(node.get());
    return living.empty() ? nullptr : living[world_.random.below(living.size())];
  }
  const std::string& some_channel() { return channels[world_.random.below(channels.size())]; }

  void stir() {
    world_.after(world_.delay(busy_), [this] {
      if (calm_) return;
      auto& app = *apps_[world_.random.below(apps_.size())];
      const auto dice = world_.random.below(1000);
      if (ChannelsNode* node = some_node()) {
        if (dice < 450) {
          const bool by_app = app.node() == node && world_.random.chance(0.7);
          writer_.say(*node, some_channel(), by_app ? &app : nullptr, world_.random.chance(0.5));
        } else if (dice < 500) {
          writer_.say_to(*node, world_.random.chance(0.5) ? "s:1" : "");
        } else if (dice < 580) {
          writer_.change(*node);
        } else if (dice < 620) {
          writer_.history(*node, some_channel());
        } else {
          move(app, *node, dice);
        }
      }
      if (!fair_ && dice >= 985) trouble();
      stir();
    });
  }

  void move(ChannelsApp& app, ChannelsNode& node, std::uint64_t dice) {
    if (!app.node()) {
      app.connect(node);
    } else if (dice < 700) {
      app.disconnect();
    } else if (dice < 900) {
      app.subscribe(some_channel(), world_.random.chance(0.1));
    } else if (dice < 940) {
      app.unsubscribe(some_channel());
    } else if (dice < 960 && !app.person().user.empty()) {
      app.identify(fmt::format("name {}", dice));
    } else {
      app.insist();
    }
  }

  void trouble() {
    auto& node = nodes_[world_.random.below(2)];
    switch (world_.random.below(6)) {
      case 0:
      case 1:
        if (node) node->broker().link().break_off();
        break;
      case 2:
        if (node) node->broker().link().deafen(world_.delay(20s));
        break;
      case 3:
      case 4:
        if (redis_.up()) kill_redis(world_.random.chance(0.5));
        break;
      default:
        crash(node);
    }
  }

  void kill_redis(bool with_its_data) {
    redis_.die();
    if (!with_its_data) redis_.forget_everything();
    world_.after(world_.delay(10s), [this] { redis_.start(); });
  }

  void crash(std::unique_ptr<ChannelsNode>& node) {
    if (!node) return;
    for (auto& app : apps_)
      if (app->node() == node.get()) app->cut();
    node.reset();
    world_.after(world_.delay(5s), [this, &node] {
      if (!node) start(node);
    });
  }

  /// From here on nothing breaks, and everybody comes back.
  void calm() {
    calm_ = true;
    redis_.start();
    for (auto& node : nodes_) {
      if (!node) start(node);
      node->broker().link().clear_up();
    }
    for (auto& app : apps_)
      if (!app->node()) app->connect(*some_node());
    insist();
  }
  void insist() {
    world_.after(1s, [this] {
      for (auto& app : apps_) app->insist();
      if (!apps_.empty()) insist();
    });
  }

  void check_end() {
    if (!world_.problem.empty()) return;
    for (auto& app : apps_)
      for (const auto& [channel, subscription] : app->subscriptions()) {
        if (!subscription.wanted) continue;
        if (!app->joined(channel)) return world_.wrong(channel + " isn't joined at the end");
        const auto& top = redis_.channel(channel);
        if (subscription.known->epoch != top.epoch || subscription.known->offset != top.top)
          return world_.wrong(fmt::format("{} on {}: {} {} is what {} knows at the end, not {} {}", channel,
                                          app->node()->name(), subscription.known->epoch,
                                          subscription.known->offset, app->client(), top.epoch, top.top));
      }
    for (const auto& channel : channels)
      if (channel[0] != 'c') check_presence(channel);
    if (fair_) check_comings("j:1");
  }

  void check_presence(const std::string& channel) {
    std::map<std::string, std::size_t> people;
    std::size_t strangers = 0;
    for (auto& app : apps_) {
      if (!app->joined(channel)) continue;
      if (app->person().key.empty())
        ++strangers;
      else
        ++people[app->person().key];
    }
    auto answers = std::make_shared<int>(0);
    for (auto& node : nodes_)
      node->hub().presence(channel, [this, channel, people, strangers, answers,
                                     name = node->name()](const Result<hub::Presence>& said) {
        ++*answers;
        if (!said) return world_.wrong("presence can't be told");
        std::map<std::string, std::size_t> told;
        for (const auto& row : said->users) told[row.key] = row.connections;
        std::size_t connections = strangers;
        for (const auto& [key, count] : people) connections += count;
        if (told != people || said->total != people.size() + strangers || said->connections != connections ||
            said->named != people.size())
          world_.wrong(fmt::format("{} has {} people and {} connections; {} is told {} and {}: {}", channel,
                                   people.size() + strangers, connections, name, said->total,
                                   said->connections, fmt::join(told, " ")));
      });
    world_.run_until(world_.now() + 2s);
    if (*answers != 2) world_.wrong("presence is never told");
  }

  /// Who is there has come once more than gone, by the channel's events. (Events of two nodes may change
  /// places.)
  void check_comings(const std::string& channel) {
    std::map<std::string, int> there;
    for (auto& app : apps_)
      if (app->joined(channel) && !app->person().user.empty()) there[app->person().user] = -1;
    const auto found = redis_.chronicles.find({channel, redis_.channel(channel).epoch});
    if (found == redis_.chronicles.end()) return;
    for (const auto& entry : found->second.entries) {
      if (entry.publication.method == "channel.joined") ++there[entry.publication.user];
      if (entry.publication.method == "channel.left") --there[entry.publication.user];
    }
    for (const auto& [user, count] : there)
      if (count != 0)
        return world_.wrong(fmt::format("{}: {} has come or gone {} times too often", channel, user, count));
  }

  World world_;
  RedisModel redis_;
  ChannelsSums& sums_;
  ChannelsWriter writer_;
  RedisWeather weather_;
  bool fair_ = false, calm_ = false;
  Duration busy_{};
  std::uint32_t log_size_ = 0;
  int names_ = 0;
  std::unique_ptr<ChannelsNode> nodes_[2];
  std::vector<std::unique_ptr<ChannelsApp>> apps_;
};

std::uint64_t chosen(const char* name, std::uint64_t otherwise) {
  const char* given = std::getenv(name);
  return given ? std::strtoull(given, nullptr, 10) : otherwise;
}

TEST(Channels, TwoNodesLoseNothingThatTheyDontTell) {
  const auto first = chosen("LONGWAVE_SEED", 1);
  const auto runs = chosen("LONGWAVE_RUNS", usual_runs);
  ChannelsSums sums;
  for (std::uint64_t seed = first; seed < first + runs; ++seed) {
    const auto problem = Episode(seed, sums).problem();
    ASSERT_EQ(problem, "") << "LONGWAVE_SEED=" << seed << " LONGWAVE_RUNS=1 repeats it";
  }
  std::printf(
      "%llu runs: %zu connections, %zu publications seen, %zu recoveries, %zu beginnings, %zu resets, %zu "
      "published, %zu repeated, "
      "%zu refused, %zu edits, %zu lost on the way\n",
      static_cast<unsigned long long>(runs), sums.connections, sums.seen, sums.recoveries, sums.beginnings,
      sums.resets, sums.published, sums.repeated, sums.refused, sums.edits, sums.lost);
  if (runs < 100) return;
  EXPECT_GT(sums.recoveries, runs);
  EXPECT_GT(sums.resets, runs / 10);
  EXPECT_GT(sums.repeated, runs / 100);
}

}  // namespace
}  // namespace longwave::sim
