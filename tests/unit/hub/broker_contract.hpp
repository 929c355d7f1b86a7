// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hub/broker.hpp"
#include "hub/message.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

/// What every Broker promises, in cases that run on memory and on a real Redis. A World makes a broker and
/// knows its thread and its time:
///   void run(std::function<void(Broker&)>)  on the broker's thread; returns at once or later
///   void pass(Duration)                     time goes by
///   Heard heard()                           what was delivered so far
///   void until(std::function<bool()>)       waits for deliveries; fails the test after 20 s
namespace longwave::hub {

using Heard = std::vector<Publication>;

template <class World>
struct BrokerContract : testing::Test {
  template <class T>
  Result<T> ask(std::function<void(Broker&, Done<T>)> call) {
    auto answer = std::make_shared<std::promise<Result<T>>>();
    world.run([call, answer](Broker& broker) {
      call(broker, [answer](Result<T> result) { answer->set_value(std::move(result)); });
    });
    return answer->get_future().get();
  }
  Result<Published> publish(const std::string& channel, Message message, Keep keep = {}) {
    return ask<Published>([=](Broker& broker, Done<Published> done) {
      broker.publish(channel, message, keep, std::move(done));
    });
  }
  Result<Published> say(const std::string& channel, const std::string& id, const std::string& data,
                        Keep keep = {.history = 100}) {
    return publish(channel, message(id, data), keep);
  }
  static Message message(const std::string& id, const std::string& data) {
    return {.method = std::string(message_method),
            .data = std::make_shared<const std::string>(data),
            .id = id,
            .user = "ada",
            .remember = true};
  }
  History history(const std::string& channel, HistoryQuery query = {}) {
    return *ask<History>(
        [=](Broker& broker, Done<History> done) { broker.history(channel, query, std::move(done)); });
  }
  History missed(const std::string& channel, std::uint64_t offset, const std::string& epoch) {
    return history(channel, {.since = Position{offset, epoch}});
  }
  Result<Publication> find(const std::string& channel, const std::string& id) {
    return ask<Publication>(
        [=](Broker& broker, Done<Publication> done) { broker.find(channel, id, std::move(done)); });
  }
  Result<Published> change(const std::string& channel, const std::string& id, const char* data) {
    return ask<Published>([=](Broker& broker, Done<Published> done) {
      Change change{.id = id, .event = {.method = data ? "channel.edited" : "channel.deleted"}};
      if (data) change.data = std::make_shared<const std::string>(data);
      change.event.data = std::make_shared<const std::string>("{\"id\":\"" + id + "\"}");
      broker.change(channel, std::move(change), {.history = 100}, std::move(done));
    });
  }
  Position top(const std::string& channel) {
    return *ask<Position>([=](Broker& broker, Done<Position> done) { broker.top(channel, std::move(done)); });
  }
  void want(const std::string& channel, bool wanted) {
    EXPECT_TRUE(ask<void>(
        [=](Broker& broker, Done<void> done) { broker.interest(channel, wanted, std::move(done)); }));
  }
  PresenceMoves present(const std::string& channel, std::vector<PresenceRow> rows,
                        std::size_t strangers = 0) {
    return *ask<PresenceMoves>([=](Broker& broker, Done<PresenceMoves> done) {
      broker.present(channel, rows, strangers, std::move(done));
    });
  }
  Presence presence(const std::string& channel, std::size_t most = 100) {
    return *ask<Presence>(
        [=](Broker& broker, Done<Presence> done) { broker.presence(channel, most, std::move(done)); });
  }
  StateChange set_state(const std::string& user, StateUpdate update) {
    return *ask<StateChange>(
        [=](Broker& broker, Done<StateChange> done) { broker.set_state(user, update, std::move(done)); });
  }
  static std::string texts(const History& history) {
    std::string all;
    for (const auto& one : history.publications) all += std::to_string(one.offset) + *one.data + ' ';
    return all;
  }
  static std::string keys(const std::vector<PresenceRow>& rows) {
    std::string all;
    for (const auto& row : rows) all += row.key + ' ';
    return all;
  }

  World world;
};

TYPED_TEST_SUITE_P(BrokerContract);

TYPED_TEST_P(BrokerContract, numbers_from_one_and_delivers_whole) {
  this->want("a", true);
  const auto audience =
      std::make_shared<const Audience>(Audience{.except = {"bob", "eve"}, .from = 1030, .within = "b"});
  auto message = this->message("id 1", "{\"text\":\"h\xc3\xa9\\n\"}");
  message.owner = "c:1";
  message.audience = audience;
  const auto first = this->publish("a", message);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->position.offset, 1U);
  EXPECT_FALSE(first->position.epoch.empty());
  EXPECT_FALSE(first->repeated);
  EXPECT_EQ(first->id, "id 1");
  const auto second = this->publish("a", {.method = "queue.changed", .data = message.data});
  EXPECT_EQ(second->position, (Position{2, first->position.epoch}));
  EXPECT_EQ(this->top("a"), second->position);
  this->world.until([&] { return this->world.heard().size() == 2; });
  const auto heard = this->world.heard();
  EXPECT_EQ(heard[0].channel, "a");
  EXPECT_EQ(heard[0].method, message_method);
  EXPECT_EQ(*heard[0].data, *message.data);
  EXPECT_EQ(heard[0].offset, 1U);
  EXPECT_EQ(heard[0].epoch, first->position.epoch);
  EXPECT_EQ(heard[0].id, "id 1");
  EXPECT_EQ(heard[0].user, "ada");
  EXPECT_EQ(heard[0].owner, "c:1");
  ASSERT_TRUE(heard[0].audience);
  EXPECT_EQ(*heard[0].audience, *audience);
  EXPECT_EQ(heard[1].method, "queue.changed");
  EXPECT_EQ(heard[1].audience, nullptr);
}

TYPED_TEST_P(BrokerContract, delivers_what_is_wanted_only) {
  this->want("a", true);
  (void)this->say("b", "1", "1");
  (void)this->say("a", "2", "2");
  this->world.until([&] { return this->world.heard().size() == 1; });
  this->want("a", false);
  (void)this->say("a", "3", "3");
  this->want("a", true);
  (void)this->say("a", "4", "4");
  this->world.until([&] { return this->world.heard().size() >= 2; });
  const auto heard = this->world.heard();
  ASSERT_EQ(heard.size(), 2U);
  EXPECT_EQ(*heard[0].data + *heard[1].data, "24");
}

TYPED_TEST_P(BrokerContract, answers_in_the_order_of_the_calls) {
  auto order = std::make_shared<std::vector<std::uint64_t>>();
  auto over = std::make_shared<std::promise<void>>();
  this->want("a", true);
  this->world.run([=, this](Broker& broker) {
    for (int i = 1; i <= 300; ++i)
      broker.publish("a", this->message(std::to_string(i), "1"), {}, [=](Result<Published> published) {
        order->push_back(published ? published->position.offset : 0);
        if (i == 300) over->set_value();
      });
  });
  over->get_future().get();
  ASSERT_EQ(order->size(), 300U);
  for (std::uint64_t i = 0; i < 300; ++i) EXPECT_EQ((*order)[i], i + 1);
  this->world.until([&] { return this->world.heard().size() >= 300; });
  const auto heard = this->world.heard();
  for (std::uint64_t i = 0; i < 300; ++i) EXPECT_EQ(heard[i].offset, i + 1);
}

TYPED_TEST_P(BrokerContract, a_key_publishes_once) {
  auto message = this->message("first", "1");
  message.key = "the key";
  const auto first = this->publish("a", message);
  message.id = "second";
  const auto second = this->publish("a", message);
  EXPECT_TRUE(second->repeated);
  EXPECT_EQ(second->position, first->position);
  EXPECT_EQ(second->id, "first");
  EXPECT_FALSE(this->publish("a:the", message)->repeated) << "another channel";
  message.key = "key";
  EXPECT_FALSE(this->publish("a:the ", message)->repeated) << "channel and key don't run together";
  EXPECT_EQ(this->top("a").offset, 1U);
  this->world.pass(Broker::key_age / 1000);
  message.key = "the key";
  EXPECT_TRUE(this->publish("a", message)->repeated);
}

TYPED_TEST_P(BrokerContract, history_is_exactly_what_was_missed) {
  const auto epoch = this->top("a").epoch;
  EXPECT_FALSE(epoch.empty());
  EXPECT_TRUE(this->missed("a", 0, epoch).complete) << "nothing was published, nothing was missed";
  for (int i = 1; i <= 5; ++i) (void)this->say("a", std::to_string(i), "x", {.log = 3});
  EXPECT_EQ(this->texts(this->missed("a", 5, epoch)), "");
  EXPECT_TRUE(this->missed("a", 5, epoch).complete);
  EXPECT_EQ(this->texts(this->missed("a", 2, epoch)), "3x 4x 5x ");
  EXPECT_TRUE(this->missed("a", 2, epoch).complete);
  EXPECT_FALSE(this->missed("a", 1, epoch).complete) << "2 is forgotten";
  EXPECT_FALSE(this->missed("a", 6, epoch).complete) << "never published";
  const auto other = this->missed("a", 2, "other");
  EXPECT_FALSE(other.complete);
  EXPECT_EQ(this->texts(other), "");
  EXPECT_EQ(other.top, (Position{5, epoch}));
  EXPECT_FALSE(this->history("a").complete) << "without a position nothing can be complete";
  EXPECT_EQ(this->texts(this->history("a", {.limit = 2})), "3x 4x ");
  EXPECT_EQ(this->texts(this->history("a", {.limit = 2, .newest_first = true})), "5x 4x ");
}

TYPED_TEST_P(BrokerContract, a_long_log_comes_whole) {
  for (int i = 1; i <= 700; ++i) (void)this->publish("a", this->message("", "y"), {.log = 1000});
  const auto all = this->missed("a", 0, this->top("a").epoch);
  ASSERT_EQ(all.publications.size(), 700U);
  EXPECT_TRUE(all.complete);
  for (std::uint64_t i = 0; i < 700; ++i) EXPECT_EQ(all.publications[i].offset, i + 1);
}

TYPED_TEST_P(BrokerContract, readers_get_the_messages) {
  const Keep keep{.log = 2, .history = 3};
  for (int i = 1; i <= 5; ++i) {
    (void)this->say("a", "m" + std::to_string(i), "m", keep);
    (void)this->publish("a", {.method = "note", .data = std::make_shared<const std::string>("n")}, keep);
  }
  const auto of = HistoryQuery::Of::history;
  EXPECT_EQ(this->texts(this->history("a", {.of = of})), "5m 7m 9m ");
  EXPECT_EQ(this->texts(this->history("a", {.of = of, .limit = 2, .newest_first = true})), "9m 7m ");
  EXPECT_EQ(this->texts(this->history("a", {.of = of, .since = Position{7, this->top("a").epoch}})), "9m ");
  EXPECT_EQ(this->texts(this->history("a")), "9m 10n ");
  (void)this->say("a", "m6", "m", {.log = 0, .history = 1});
  EXPECT_EQ(this->texts(this->history("a", {.of = of})), "11m ");
  EXPECT_EQ(this->texts(this->history("a")), "");
  EXPECT_TRUE(this->missed("a", 11, this->top("a").epoch).complete);
  EXPECT_FALSE(this->missed("a", 10, this->top("a").epoch).complete);
}

TYPED_TEST_P(BrokerContract, what_is_old_goes) {
  const Keep keep{.history = 10, .age = std::chrono::milliseconds{300}};
  const auto epoch = this->top("a").epoch;
  for (std::uint64_t offset = 1; offset <= 2; ++offset) {
    EXPECT_EQ(this->say("a", std::to_string(offset), "x", keep)->position, (Position{offset, epoch}))
        << "the numbers go on";
    this->world.pass(std::chrono::milliseconds{400});
    EXPECT_EQ(this->texts(this->history("a", {.of = HistoryQuery::Of::history})), "");
    EXPECT_EQ(this->texts(this->history("a")), "");
    EXPECT_FALSE(this->find("a", std::to_string(offset)));
    EXPECT_FALSE(this->missed("a", offset - 1, epoch).complete);
    EXPECT_TRUE(this->missed("a", offset, epoch).complete);
  }
  const Keep longer{.history = 10};
  (void)this->say("a", "3", "x", longer);
  this->world.pass(std::chrono::milliseconds{400});
  EXPECT_EQ(this->texts(this->history("a", {.of = HistoryQuery::Of::history})), "3x ");
  EXPECT_TRUE(this->missed("a", 2, epoch).complete);
}

TYPED_TEST_P(BrokerContract, a_message_is_found_changed_and_taken_out) {
  this->want("a", true);
  const auto epoch = this->top("a").epoch;
  for (const char* id : {"one", "two", "three"}) (void)this->say("a", id, "\"old\"");
  const auto found = this->find("a", "two");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->offset, 2U);
  EXPECT_EQ(found->user, "ada");
  EXPECT_EQ(found->channel, "a");
  const auto edited = this->change("a", "two", "\"new\"");
  ASSERT_TRUE(edited);
  EXPECT_EQ(edited->position, (Position{4, epoch}));
  EXPECT_EQ(*this->find("a", "two")->data, "\"new\"");
  EXPECT_EQ(this->find("a", "two")->method, message_method);
  EXPECT_EQ(this->texts(this->history("a", {.of = HistoryQuery::Of::history})),
            "1\"old\" 2\"new\" 3\"old\" ");
  EXPECT_EQ(this->texts(this->missed("a", 1, epoch)), "2\"new\" 3\"old\" 4{\"id\":\"two\"} ");
  EXPECT_EQ(this->change("a", "three", nullptr)->position.offset, 5U);
  EXPECT_EQ(this->find("a", "three").error().code, Errc::not_found);
  EXPECT_EQ(this->texts(this->history("a", {.of = HistoryQuery::Of::history})), "1\"old\" 2\"new\" ");
  const auto rest = this->missed("a", 2, epoch);
  EXPECT_TRUE(rest.complete) << "what was taken out is not missed";
  EXPECT_EQ(this->texts(rest), "4{\"id\":\"two\"} 5{\"id\":\"three\"} ");
  EXPECT_EQ(this->change("a", "three", "\"again\"").error().code, Errc::not_found);
  EXPECT_EQ(this->change("a", "four", nullptr).error().code, Errc::not_found);
  EXPECT_EQ(this->change("b", "one", nullptr).error().code, Errc::not_found);
  EXPECT_EQ(this->top("a").offset, 5U) << "no event of what wasn't changed";
  this->world.until([&] { return this->world.heard().size() >= 5; });
  EXPECT_EQ(this->world.heard()[3].method, "channel.edited");
  EXPECT_EQ(this->world.heard()[4].method, "channel.deleted");
}

TYPED_TEST_P(BrokerContract, people_come_and_go) {
  const PresenceRow ada{"u:ada", "ada", "Ada", 1}, bob{"u:bob", "bob", "", 2}, eve{"n:eve", "", "Eve", 1};
  EXPECT_EQ(this->keys(this->present("a", {ada}).came), "u:ada ");
  const auto moves = this->present("a", {ada, bob, eve}, 7);
  EXPECT_EQ(this->keys(moves.came), "u:bob n:eve ");
  EXPECT_EQ(moves.came[0], bob);
  EXPECT_EQ(this->keys(moves.gone), "");
  auto now = this->presence("a");
  EXPECT_EQ(this->keys(now.users), "u:ada n:eve u:bob ") << "by name, those without one last";
  EXPECT_EQ(now.users[2], bob);
  EXPECT_EQ(now.named, 3U);
  EXPECT_EQ(now.total, 10U);
  EXPECT_EQ(now.connections, 11U);
  EXPECT_EQ(this->keys(this->presence("a", 1).users), "u:ada ");
  EXPECT_EQ(this->presence("a", 1).total, 10U);
  EXPECT_EQ(this->presence("a", 0).named, 3U);
  const PresenceRow renamed{"u:ada", "ada", "Zoe", 3};
  EXPECT_EQ(this->keys(this->present("a", {renamed}, 7).came), "");
  EXPECT_EQ(this->keys(this->presence("a").users), "n:eve u:ada u:bob ");
  EXPECT_EQ(this->presence("a").connections, 13U);
  const auto left = this->present("a", {{.key = "u:ada", .connections = 0}, {.key = "none"}}, 0);
  EXPECT_EQ(this->keys(left.gone), "u:ada ");
  EXPECT_EQ(left.gone[0].name, "Zoe");
  now = this->presence("a");
  EXPECT_EQ(now.total, 2U);
  EXPECT_EQ(now.connections, 3U);
  EXPECT_EQ(this->presence("b").total, 0U);
}

TYPED_TEST_P(BrokerContract, a_crowd_of_people) {
  std::vector<PresenceRow> crowd;
  for (int i = 1000; i < 1600; ++i)
    crowd.push_back({"u:" + std::to_string(i), "", "N" + std::to_string(i), 1});
  EXPECT_EQ(this->present("a", crowd).came.size(), 600U);
  EXPECT_EQ(this->presence("a", 1000).users.size(), 600U);
  const auto some = this->presence("a", 150);
  ASSERT_EQ(some.users.size(), 150U);
  EXPECT_EQ(some.users[149].name, "N1149");
  EXPECT_EQ(some.named, 600U);
  for (auto& row : crowd) row.connections = 0;
  EXPECT_EQ(this->present("a", crowd).gone.size(), 600U);
  EXPECT_EQ(this->presence("a").connections, 0U);
}

TYPED_TEST_P(BrokerContract, users_have_state) {
  EXPECT_EQ(this->set_state("ada", {.values = {{"b", "1"}}, .fresh = {{"a", "1"}, {"b", "0"}}}).changed,
            (std::vector<std::string>{"a", "b"}));
  const auto change = this->set_state(
      "ada",
      {.values = {{"b", "1"}, {"c", "\"\xc3\xa9\""}}, .fresh = {{"x", "1"}}, .public_keys = {{"c", "a"}}});
  EXPECT_EQ(change.changed, (std::vector<std::string>{"c"}));
  EXPECT_EQ(change.state.values,
            (std::map<std::string, std::string>{{"a", "1"}, {"b", "1"}, {"c", "\"\xc3\xa9\""}}));
  EXPECT_EQ(change.state.public_keys, (std::vector<std::string>{"c", "a"}));
  EXPECT_EQ(change.state.version, 2U);
  const auto known = *this->template ask<UserState>(
      [](Broker& broker, Done<UserState> done) { broker.state("ada", std::move(done)); });
  EXPECT_EQ(known, change.state);
  EXPECT_EQ(this->set_state("ada", {.public_keys = std::vector<std::string>{}}).state.public_keys.size(), 0U);
  const auto unknown = *this->template ask<UserState>(
      [](Broker& broker, Done<UserState> done) { broker.state("nobody", std::move(done)); });
  EXPECT_EQ(unknown, UserState{});
}

REGISTER_TYPED_TEST_SUITE_P(BrokerContract, numbers_from_one_and_delivers_whole, delivers_what_is_wanted_only,
                            answers_in_the_order_of_the_calls, a_key_publishes_once,
                            history_is_exactly_what_was_missed, a_long_log_comes_whole,
                            readers_get_the_messages, what_is_old_goes,
                            a_message_is_found_changed_and_taken_out, people_come_and_go, a_crowd_of_people,
                            users_have_state);

}  // namespace longwave::hub
