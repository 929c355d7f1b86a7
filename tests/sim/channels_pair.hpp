// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/random.hpp"
#include "channels_reference.hpp"
#include "hub/hub.hpp"
#include "hub/memory_broker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace longwave::sim {

using namespace std::chrono_literals;

struct Seen {
  std::optional<hub::Position> position;  ///< where it is, as it was told
  bool joined = false;
};

/// The hub, the reference beside it, and the comparison of the two.
class ChannelsPair : public hub::Delivery {
 public:
  explicit ChannelsPair(std::uint64_t seed)
      : random_(seed), broker_("e", clock_, {.idle = 10000h}), hub_(broker_, clock_, {.node = "n"}) {
    group_ = hub_.add_groups(*this, 2);
    for (const auto& name : names()) set_rule(name, some_rule());
    for (const auto& user : {"ada", "bob"}) {
      auto& channel = channels_[hub::user_channel(user)];
      channel.name = hub::user_channel(user);
      channel.rule = {.history = 50, .log = 50};
    }
    settle();
  }

  void joined(std::size_t, hub::ClientId client, const std::string& channel, hub::Ticket ticket,
              Result<hub::Joined> joined) override {
    if (joined) clients_[client][channel] = {joined->position, true};
    answer_ = std::move(joined);
    if (client != asked_ || channel != asked_channel_ || ticket != tickets_)
      wrong("an answer to somebody else");
  }
  void publish(std::size_t loop, const std::shared_ptr<const hub::Publication>& publication) override {
    if (publication->offset == 0) return;
    for (auto& [client, views] : clients_) {
      if (hub::group_of(client) != group_ + loop) continue;
      auto& view = views[publication->channel];
      if (!view.joined || publication->offset <= view.position->offset) continue;
      if (publication->offset != view.position->offset + 1 || publication->after != view.position->offset)
        wrong("a gap");
      view.position->offset = publication->offset;
    }
    auto& top = heard_[publication->channel];
    if (publication->offset <= top.second) return;  // the other loop's
    top.second = publication->offset;
    inbox_.push_back(publication);
  }
  void reset(std::size_t, const std::string&, const hub::Position&, const std::string&) override {
    wrong("a reset, and nothing was lost");
  }
  void close(std::size_t, hub::ClientId client, std::uint16_t code, const std::string&) override {
    if (code != 3005) wrong("closed with another code");
    closed_.push_back(client);
  }

 protected:
  static const std::vector<std::string>& names() {
    static const std::vector<std::string> all{"a", "b:1", "b:2"};
    return all;
  }
  const std::string& some_name() { return names()[random_.below(names().size())]; }

  void wrong(const std::string& what) {
    if (problem_.empty()) problem_ = fmt::format("step {}, {}: {}", step_, doing_, what);
  }
  template <class T>
  void expect(const T& found, const T& meant, const char* what) {
    if (!(found == meant)) wrong(fmt::format("{}: {} and not {}", what, found, meant));
  }

  // Rules.

  reference::Rule some_rule() {
    reference::Rule rule;
    rule.join_leave = random_.chance(0.5);
    rule.state_events = random_.chance(0.5);
    rule.echo = random_.chance(0.7);
    rule.history = random_.below(6);
    rule.log = 2 + random_.below(8);
    rule.age = random_.chance(0.3) ? Duration{60s} : Duration{24h};
    rule.grace = random_.chance(0.5) ? Duration{5s} : Duration{0};
    return rule;
  }
  void set_rule(const std::string& name, const reference::Rule& rule) {
    channels_[name].name = name;
    channels_[name].rule = rule;
    const hub::ChannelConfig config{.presence = true,
                                    .join_leave = rule.join_leave,
                                    .leave_grace = rule.grace,
                                    .state_events = rule.state_events,
                                    .history_size = static_cast<std::uint32_t>(rule.history),
                                    .history_age = rule.age,
                                    .recovery_size = static_cast<std::uint32_t>(rule.log),
                                    .echo = rule.echo};
    if (!hub_.configure(name, config)) wrong("a rule is refused");
    if (!(*hub_.config(name) == config)) wrong("a rule doesn't hold");
  }

  // What comes of it.

  void expect_next(const std::string& name, reference::Event event) {
    event.offset = channels_[name].top() + 1;
    channels_[name].add(std::move(event), clock_.now());
  }
  void expect_later(const std::string& name, const std::string& method, const std::string& who) {
    later_[name].emplace(method, who);
  }

  /// A publication that somebody was sent: it must be the one that the reference has at this place, or one of
  /// those that it waits for.
  void came(const hub::Publication& publication) {
    auto& channel = channels_[publication.channel];
    if (publication.offset == channel.top() + 1) {
      auto& awaited = later_[publication.channel];
      const auto found = awaited.find(
          {publication.method, publication.user.empty() ? who_in(*publication.data) : publication.user});
      if (found == awaited.end())
        return wrong(
            fmt::format("an event that nobody expects: {} {}", publication.method, *publication.data));
      reference::Event event{.method = publication.method};
      if (event.method != "user.changed") event.except = {found->second};  // not told to the one concerned
      awaited.erase(found);
      same(publication, channel.add(std::move(event), clock_.now()));
      return;
    }
    if (publication.offset > channel.top()) return wrong("a number that is too high");
    same(publication, channel.events[publication.offset - 1]);
  }
  static std::string who_in(const std::string& data) {
    for (const auto* user : {"ada", "bob"})
      if (data.find(fmt::format(R"("user":"{}")", user)) != std::string::npos) return user;
    return "";
  }

  void same(const hub::Publication& found, const reference::Event& meant) {
    expect(found.offset, meant.offset, "number");
    expect(found.method, meant.method, "method");
    if (meant.method == "channel.message") {
      expect(found.id, meant.id, "id");
      if (found.data->find(fmt::format(R"("data":{})", meant.value)) == std::string::npos)
        wrong(fmt::format("words: {} and not {}", *found.data, meant.value));
    }
    if (meant.method == "channel.edited" &&
        found.data->find(fmt::format(R"("data":{})", meant.value)) == std::string::npos)
      wrong("an edit says something else: " + *found.data);
    const hub::Audience audience = found.audience ? *found.audience : hub::Audience{};
    if (audience.except != meant.except || audience.from != meant.from || audience.within != meant.within)
      wrong("another audience: " + found.method);
  }

  /// Presence is told, and who came or went by now is announced.
  void settle() {
    for (auto& [name, channel] : channels_) {
      const auto here = channel.people();
      for (const auto& who : here)
        if (!channel.told.contains(who)) {
          channel.told.insert(who);
          if (channel.rule.join_leave) expect_later(name, "channel.joined", who);
        }
      for (auto left = channel.left.begin(); left != channel.left.end();) {
        if (here.contains(left->first)) {
          left = channel.left.erase(left);
        } else if (clock_.now() - left->second >= channel.rule.grace || !channel.rule.join_leave) {
          if (channel.told.erase(left->first) > 0 && channel.rule.join_leave)
            expect_later(name, "channel.left", left->first);
          left = channel.left.erase(left);
        } else {
          ++left;
        }
      }
    }
    hub_.tick();
    hub_.flush_presence();
    for (auto& [name, channel] : channels_) channel.trim(clock_.now());
    for (const auto& publication : std::exchange(inbox_, {})) came(*publication);
    take_unheard();
  }

  /// What nobody was there to hear is read from the log.
  void take_unheard(const std::string& name, std::uint64_t up_to) {
    hub_.history(name, {}, [&](const Result<hub::History>& found) {
      for (const auto& publication : found->publications)
        if (publication.offset > channels_[name].top() && publication.offset <= up_to) came(publication);
    });
  }
  void take_unheard() {
    for (auto& [name, awaited] : later_) {
      if (!awaited.empty()) take_unheard(name, ~std::uint64_t{0});
      if (!awaited.empty())
        wrong(
            fmt::format("{}: {} of {} doesn't come", name, awaited.begin()->first, awaited.begin()->second));
    }
  }

  void compare() {
    for (auto& [name, channel] : channels_) {
      if (name[0] == '#') continue;
      for (auto& [client, views] : clients_) {
        auto& view = views[name];
        if (view.joined) expect(view.position->offset, channel.top(), "where a subscriber is");
      }
      const auto presence = hub_.presence(name);
      // Who may be back soon still counts.
      auto people = channel.people();
      for (const auto& [who, since] : channel.left) people.insert(who);
      expect(presence.total, people.size() + channel.connections(""), "people");
      expect(presence.connections, channel.members.size() + channel.left.size(), "connections");
      expect(hub_.subscribers(name), channel.members.size(), "subscribers");
    }
    expect(hub_.clients(), clients_.size(), "clients");
  }

  Random random_;
  ManualClock clock_;
  hub::MemoryBroker broker_;
  hub::Hub hub_;
  hub::GroupId group_ = 0;
  std::map<std::string, reference::Channel> channels_;
  std::map<std::string, reference::State> states_;
  Instant states_due_{};
  std::map<hub::ClientId, std::map<std::string, Seen>> clients_;
  std::map<hub::ClientId, std::string> people_;
  std::map<std::string, hub::Position> known_;                          ///< from connections that ended
  std::map<std::string, std::pair<std::string, std::uint64_t>> heard_;  ///< epoch, highest number delivered
  std::map<std::string, std::multiset<std::pair<std::string, std::string>>> later_;
  std::vector<std::shared_ptr<const hub::Publication>> inbox_;  ///< what was delivered since the last look
  std::optional<Result<hub::Joined>> answer_;
  hub::ClientId asked_ = 0;
  std::string asked_channel_;
  hub::Ticket tickets_ = 0;
  std::vector<hub::ClientId> closed_;
  std::uint64_t said_ = 0;
  int values_ = 1000, step_ = 0;
  std::string doing_ = "nothing", problem_;
};

}  // namespace longwave::sim
