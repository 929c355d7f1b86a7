// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hub/hub.hpp"
#include "redis_broker_model.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// Nodes with a hub each, and the people who are connected to them: what each of them sees is compared with
/// what was really published.
namespace longwave::sim {

class ChannelsApp;

struct ChannelsSums {
  std::size_t seen = 0, recoveries = 0, beginnings = 0, resets = 0, refused = 0, published = 0, repeated = 0,
              edits = 0, connections = 0, lost = 0;
};

/// One process: a hub, its broker, its net loops as threads of the simulation.
class ChannelsNode final : public hub::Delivery {
 public:
  static constexpr std::size_t loops = 2;

  ChannelsNode(World& world, RedisModel& redis, std::string name, const RedisWeather& weather)
      : world_(world),
        broker_(world, redis, name, weather),
        name_(std::move(name)),
        hub_thread_(world, 20ms),
        hub_(broker_, world.clock, {.waiting = 64, .node = name_, .seed = world.random.below(1U << 30)}) {
    for (std::size_t i = 0; i < loops; ++i) loops_.push_back(std::make_unique<Thread>(world, 20ms));
    first_group_ = hub_.add_groups(*this, loops);
    hub_.on_presence_dirty([this] { after(250ms, [this] { hub_.flush_presence(); }); });
    tick();
  }

  const std::string& name() const { return name_; }
  hub::Hub& hub() { return hub_; }
  RedisBroker& broker() { return broker_; }
  /// Runs when this node ends.
  void on_death(Task task) { last_words_.push_back(std::move(task)); }
  ~ChannelsNode() {
    for (Task& task : last_words_) task();
  }
  void on_hub(Task task) { hub_thread_.post(std::move(task)); }
  hub::ClientId enter(ChannelsApp& app) {
    const auto client =
        hub_.next_client(first_group_ + static_cast<hub::GroupId>(world_.random.below(loops)));
    apps_[client] = &app;
    return client;
  }
  void leave(hub::ClientId client) { apps_.erase(client); }
  const std::map<hub::ClientId, ChannelsApp*>& apps() const { return apps_; }

  void joined(std::size_t loop, hub::ClientId client, const std::string& channel, hub::Ticket ticket,
              Result<hub::Joined> joined) override;
  void publish(std::size_t loop, const std::shared_ptr<const hub::Publication>& publication) override;
  void reset(std::size_t loop, const std::string& channel, const hub::Position& position,
             const std::string& reason) override;
  void close(std::size_t loop, hub::ClientId client, std::uint16_t code, const std::string& reason) override;

 private:
  template <class F>
  void after(Duration delay, F task) {
    world_.after(delay, [alive = std::weak_ptr(alive_), task = std::move(task)]() mutable {
      if (alive.lock()) task();
    });
  }
  void tick() {
    after(900ms + world_.delay(200ms), [this] {
      hub_.tick();
      tick();
    });
  }
  template <class F>
  void each_on(std::size_t loop, F use);

  World& world_;
  RedisBroker broker_;
  std::string name_;
  Thread hub_thread_;
  hub::Hub hub_;
  hub::GroupId first_group_ = 0;
  std::vector<std::unique_ptr<Thread>> loops_;
  std::map<hub::ClientId, ChannelsApp*> apps_;
  std::vector<Task> last_words_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

/// Somebody with a page open: connects to a node, subscribes, and comes back with the last position it knows.
class ChannelsApp {
 public:
  struct Subscription {
    enum class Phase { none, asked, joined } phase = Phase::none;
    bool wanted = false;
    hub::Ticket ticket = 0;
    std::optional<hub::Position> known, since;
    std::uint64_t life = 0;  ///< of Redis's data when it was asked
  };

  ChannelsApp(World& world, RedisModel& redis, ChannelsSums& sums, hub::Person person)
      : world_(world), redis_(redis), sums_(sums), person_(std::move(person)) {}

  const hub::Person& person() const { return person_; }
  ChannelsNode* node() const { return node_; }
  hub::ClientId client() const { return client_; }
  const std::map<std::string, Subscription>& subscriptions() const { return subscriptions_; }
  bool joined(const std::string& channel) const {
    const auto found = subscriptions_.find(channel);
    return found != subscriptions_.end() && found->second.phase == Subscription::Phase::joined;
  }

  void connect(ChannelsNode& node) {
    ++sums_.connections;
    node_ = &node;
    client_ = node.enter(*this);
    node.on_hub([hub = &node.hub(), client = client_, person = person_] { hub->connect(client, person); });
    for (auto& [channel, subscription] : subscriptions_)
      if (subscription.wanted) ask(channel, subscription);
  }
  void disconnect() {
    if (!node_) return;
    node_->leave(client_);
    node_->on_hub([hub = &node_->hub(), client = client_] { hub->disconnect(client); });
    cut();
  }
  /// The node is gone.
  void cut() {
    node_ = nullptr;
    for (auto& [channel, subscription] : subscriptions_) subscription.phase = Subscription::Phase::none;
  }
  void identify(const std::string& name) {
    person_.name = name;
    if (node_)
      node_->on_hub(
          [hub = &node_->hub(), client = client_, person = person_] { hub->identify(client, person); });
  }
  void subscribe(const std::string& channel, bool anew) {
    Subscription& subscription = subscriptions_[channel];
    subscription.wanted = true;
    if (anew) subscription.known.reset();
    if (node_) ask(channel, subscription);
  }
  void unsubscribe(const std::string& channel) {
    Subscription& subscription = subscriptions_[channel];
    subscription.wanted = false;
    subscription.phase = Subscription::Phase::none;
    if (node_)
      node_->on_hub([hub = &node_->hub(), client = client_, channel] { hub->unsubscribe(client, channel); });
  }
  /// Asks again for what was refused.
  void insist() {
    for (auto& [channel, subscription] : subscriptions_)
      if (node_ && subscription.wanted && subscription.phase == Subscription::Phase::none)
        ask(channel, subscription);
  }

  bool keeps_all = true;  ///< no channel's log is shorter than what is published

  // On the loop.

  void on_joined(const std::string& channel, hub::Ticket ticket, const Result<hub::Joined>& joined) {
    Subscription& subscription = subscriptions_[channel];
    if (subscription.phase != Subscription::Phase::asked || subscription.ticket != ticket) return;
    if (!joined) {
      ++sums_.refused;
      subscription.phase = Subscription::Phase::none;
      if (joined.error().code != Errc::unavailable) wrong(channel, "was refused: " + joined.error().message);
      return;
    }
    subscription.phase = Subscription::Phase::joined;
    if (joined->recovered && channel[0] != 'c')
      recovered(channel, subscription, *joined);
    else
      began(channel, subscription, *joined);
    subscription.known = joined->position;
  }

  void on_publication(const hub::Publication& publication) {
    const auto found = subscriptions_.find(publication.channel);
    if (found == subscriptions_.end() || found->second.phase != Subscription::Phase::joined) return;
    if (publication.offset == 0) return;
    hub::Position& known = *found->second.known;
    if (publication.epoch == known.epoch && publication.offset <= known.offset) return;
    if (publication.epoch != known.epoch || publication.after > known.offset)
      return wrong(publication.channel,
                   fmt::format("was at {} {} and got {} {} after {} without a word", known.epoch,
                               known.offset, publication.epoch, publication.offset, publication.after));
    pass_over(publication.channel, known.epoch, known.offset + 1, publication.offset);
    known.offset = publication.offset;
    see(publication);
  }

  void on_reset(const std::string& channel, const hub::Position& position, const std::string& reason) {
    const auto found = subscriptions_.find(channel);
    if (found == subscriptions_.end() || found->second.phase != Subscription::Phase::joined) return;
    ++sums_.resets;
    if (reason.empty()) wrong(channel, "was reset without a reason");
    // A hub that is further behind than this subscriber may lose more than it does, if Redis keeps little.
    if (keeps_all && recoverable(channel, *found->second.known))
      wrong(channel,
            fmt::format("was reset at {} {} to {} {} though nothing was lost: {}", found->second.known->epoch,
                        found->second.known->offset, position.epoch, position.offset, reason));
    found->second.known = position;
    if (world_.random.chance(0.3)) subscribe(channel, world_.random.chance(0.5));
  }

 private:
  void wrong(const std::string& channel, const std::string& what) {
    world_.wrong(fmt::format("{:.3f} s: {} of {} on {}: {}",
                             std::chrono::duration<double>(world_.now().time_since_epoch()).count(), client_,
                             person_.key, channel, what));
  }

  void ask(const std::string& channel, Subscription& subscription) {
    subscription.phase = Subscription::Phase::asked;
    subscription.ticket = ++tickets_;
    subscription.since = subscription.known;
    subscription.life = redis_.lives;
    node_->on_hub([hub = &node_->hub(), client = client_, channel, since = subscription.since,
                   ticket = subscription.ticket] { hub->subscribe(client, channel, since, ticket); });
  }

  /// Redis still has everything after this.
  bool recoverable(const std::string& channel, const hub::Position& position) {
    const auto found = redis_.data.channels.find(channel);
    return found != redis_.data.channels.end() && found->second.epoch == position.epoch &&
           position.offset >= found->second.forgotten && position.offset <= found->second.top;
  }

  /// `first` is exactly what was missed: every number, but for messages that are deleted.
  void recovered(const std::string& channel, const Subscription& subscription, const hub::Joined& joined) {
    ++sums_.recoveries;
    if (!subscription.since) return wrong(channel, "is recovered without a position");
    if (joined.position.epoch != subscription.since->epoch)
      return wrong(channel, "is recovered from another epoch");
    auto at = subscription.since->offset;
    for (const auto& publication : joined.first) {
      if (publication.offset == 0) return wrong(channel, "has a present value in what was missed");
      if (publication.offset <= at) return wrong(channel, "is told twice, or out of order");
      pass_over(channel, joined.position.epoch, at + 1, publication.offset);
      see(publication);
      at = publication.offset;
    }
    if (at > joined.position.offset) return wrong(channel, "is told more than its position says");
    pass_over(channel, joined.position.epoch, at + 1, joined.position.offset + 1);
  }

  void pass_over(const std::string& channel, const std::string& epoch, std::uint64_t from, std::uint64_t to) {
    for (; from < to; ++from) {
      const auto* entry = redis_.entry(channel, epoch, from);
      if (!entry || entry->deleted_by == 0)
        return wrong(channel, fmt::format("recovered without {} {}", epoch, from));
    }
  }

  bool last_is_gone(const std::string& channel, const hub::Position& position) {
    const auto* entry = redis_.entry(channel, position.epoch, position.offset);
    return entry && entry->deleted_by != 0;
  }

  void began(const std::string& channel, const Subscription& subscription, const hub::Joined& joined) {
    ++sums_.beginnings;
    if (subscription.since && joined.reason.empty() && !joined.recovered)
      wrong(channel, "isn't told why it isn't recovered");
    if (subscription.since && channel[0] != 'c' && subscription.life == redis_.lives &&
        recoverable(channel, *subscription.since))
      wrong(channel, fmt::format("isn't recovered from {} {}: {}", subscription.since->epoch,
                                 subscription.since->offset, joined.reason));
    auto at = joined.first.empty() ? 0 : joined.first.front().offset;
    for (const auto& publication : joined.first) {
      if (publication.offset == 0) continue;
      if (at != 0 && publication.offset != at && publication.offset != at + 1)
        wrong(channel, "begins with a gap");
      at = publication.offset;
      see(publication);
    }
    // A channel that keeps the newest gives it to everybody, whatever else it says.
    if (channel[0] == 'c' && at == 0 && joined.position.offset != 0 &&
        !last_is_gone(channel, joined.position))
      wrong(channel, "is not given the newest");
    if (at != 0 && at != joined.position.offset && !last_is_gone(channel, joined.position))
      wrong(channel, "begins before its position");
  }

  /// What comes is what was published there.
  void see(const hub::Publication& publication) {
    ++sums_.seen;
    const auto* entry = redis_.entry(publication.channel, publication.epoch, publication.offset);
    if (!entry) return wrong(publication.channel, "saw what was never published");
    const auto& original = entry->publication;
    const auto& versions = entry->versions;
    if (publication.method != original.method || publication.id != original.id ||
        publication.user != original.user)
      return wrong(publication.channel, fmt::format("saw something else at {}", publication.offset));
    if (std::find(versions.begin(), versions.end(), *publication.data) == versions.end())
      return wrong(publication.channel, fmt::format("saw other data at {}", publication.offset));
    hub::Audience told = publication.audience ? *publication.audience : hub::Audience{};
    hub::Audience meant = original.audience ? *original.audience : hub::Audience{};
    if (!node_ || entry->node != node_->name()) meant.from = 0;
    if (!(told == meant))
      wrong(publication.channel, fmt::format("saw {} with another audience", publication.offset));
  }

  World& world_;
  RedisModel& redis_;
  ChannelsSums& sums_;
  hub::Person person_;
  ChannelsNode* node_ = nullptr;
  hub::ClientId client_ = 0;
  hub::Ticket tickets_ = 0;
  std::map<std::string, Subscription> subscriptions_;
};

template <class F>
void ChannelsNode::each_on(std::size_t loop, F use) {
  loops_[loop]->post([this, loop, use] {
    for (const auto& [client, app] : std::map(apps_))
      if (hub::group_of(client) == first_group_ + loop) use(*app);
  });
}
inline void ChannelsNode::joined(std::size_t loop, hub::ClientId client, const std::string& channel,
                                 hub::Ticket ticket, Result<hub::Joined> joined) {
  loops_[loop]->post([this, client, channel, ticket, joined = std::move(joined)] {
    if (const auto app = apps_.find(client); app != apps_.end())
      app->second->on_joined(channel, ticket, joined);
  });
}
inline void ChannelsNode::publish(std::size_t loop,
                                  const std::shared_ptr<const hub::Publication>& publication) {
  each_on(loop, [publication](ChannelsApp& app) { app.on_publication(*publication); });
}
inline void ChannelsNode::reset(std::size_t loop, const std::string& channel, const hub::Position& position,
                                const std::string& reason) {
  each_on(loop, [channel, position, reason](ChannelsApp& app) { app.on_reset(channel, position, reason); });
}
inline void ChannelsNode::close(std::size_t loop, hub::ClientId client, std::uint16_t, const std::string&) {
  loops_[loop]->post([this, client] {
    if (const auto app = apps_.find(client); app != apps_.end()) app->second->disconnect();
  });
}

}  // namespace longwave::sim
