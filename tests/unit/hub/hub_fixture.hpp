// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hub/hub.hpp"
#include "hub/memory_broker.hpp"

#include <gtest/gtest.h>

#include <map>
#include <optional>

namespace longwave::hub {

using Lines = std::vector<std::string>;

inline Payload text(std::string s) {
  return std::make_shared<const std::string>(std::move(s));
}

/// Writes down what a hub delivers.
class Notes final : public Delivery {
 public:
  void joined(std::size_t group, ClientId client, const std::string& channel, Ticket ticket,
              Result<Joined> joined) override {
    std::string line =
        "g" + std::to_string(group) + " c" + std::to_string(client >> group_bits) + " " + channel;
    if (ticket != 0) line += " t" + std::to_string(ticket);
    if (!joined) {
      lines.push_back(line + " refused: " + joined.error().message);
      return;
    }
    last = *joined;
    line += " joined@" + std::to_string(joined->position.offset) + (joined->recovered ? " recovered" : "");
    for (const Publication& p : joined->first)
      if (p.method != "presence.changed" || p.offset) line += " " + p.method + "=" + *p.data;
    lines.push_back(line);
  }
  void reset(std::size_t group, const std::string& channel, const Position& position,
             const std::string& reason) override {
    lines.push_back("g" + std::to_string(group) + " " + channel + " reset@" +
                    std::to_string(position.offset) + " " + position.epoch + ": " + reason);
  }
  void close(std::size_t, ClientId client, std::uint16_t code, const std::string& reason) override {
    lines.push_back("close c" + std::to_string(client >> group_bits) + " " + std::to_string(code) + " " +
                    reason);
  }
  void publish(std::size_t group, const std::shared_ptr<const Publication>& p) override {
    if (on_publish) on_publish(*p);
    audiences.push_back(p->channel + " " +
                        (p->audience && !p->audience->within.empty() ? "within " + p->audience->within : ""));
    lines.push_back("g" + std::to_string(group) + " " + p->channel + "#" + std::to_string(p->offset) + " " +
                    p->method + "=" + *p->data);
  }
  Lines take() { return std::exchange(lines, {}); }

  Lines lines, audiences;
  std::function<void(const Publication&)> on_publish;
  Joined last;
};

/// Connections are 1, 2, 3, …; each has the group it connects with.
class HubTest : public ::testing::Test {
 protected:
  HubTest() {
    hub.add_groups(notes, 8);
    ChannelConfig config = *hub.config("a");
    config.recovery_size = 4;
    EXPECT_TRUE(hub.configure("*", config));
  }
  void publish(const std::string& channel, const std::string& data) { hub.publish(channel, "m", text(data)); }
  void connect(std::uint64_t number, GroupId group, Person person) {
    ids[number] = client_id(number, group);
    hub.connect(ids[number], std::move(person));
  }
  void disconnect(std::uint64_t number) { hub.disconnect(ids[number]); }
  void subscribe(std::uint64_t number, const std::string& channel, std::optional<Position> since = {},
                 Ticket ticket = 0) {
    hub.subscribe(ids[number], channel, std::move(since), ticket);
  }
  void unsubscribe(std::uint64_t number, const std::string& channel) {
    hub.unsubscribe(ids[number], channel);
  }
  void configure(const std::string& pattern, const std::string& json) {
    const auto config = channel_config(json, *hub.config(pattern));
    ASSERT_TRUE(config) << config.error().message;
    ASSERT_TRUE(hub.configure(pattern, *config));
  }

  std::map<std::uint64_t, ClientId> ids;
  ManualClock clock;
  /// Answers of calls that are answered at once.
  template <class T>
  static Done<T> into(std::optional<Result<T>>& answer) {
    return [&answer](Result<T> result) { answer.emplace(std::move(result)); };
  }
  std::optional<Result<Published>> say(const std::string& channel, Words words) {
    std::optional<Result<Published>> answer;
    hub.say(channel, std::move(words), into(answer));
    return answer;
  }
  std::vector<std::string> history(const std::string& channel) {
    std::vector<std::string> all;
    hub.history(channel, {.of = HistoryQuery::Of::history}, [&](Result<History> history) {
      for (const Publication& p : history->publications) all.push_back(*p.data);
    });
    return all;
  }
  Presence everywhere(const std::string& channel) {
    Presence result;
    hub.presence(channel, [&](Result<Presence> presence) { result = std::move(*presence); });
    return result;
  }
  void pass(Duration time) {
    clock.advance(time);
    hub.tick();
  }

  MemoryBroker broker{"e", clock};
  Notes notes;
  Hub hub{broker, clock, {.channels_per_client = 3, .presence_rows = 2}};
};

}  // namespace longwave::hub
