// SPDX-License-Identifier: Apache-2.0
// Who is there: presence, joining and leaving with grace, over nodes, and what nodes tell each other.
#include "hub_fixture.hpp"

namespace longwave::hub {
namespace {

using namespace std::chrono_literals;

class PeopleTest : public HubTest {
 protected:
  PeopleTest() {
    configure("*", R"({"join_leave":true,"presence_list":false})");
    connect(1, 0, {"user:ada", "ada", "Ada"});
    connect(2, 0, {"user:bob", "bob", "Bob"});
    connect(3, 0, {"user:bob", "bob", "Bob"});
    connect(4, 0, {});
    subscribe(1, "a");
    notes.take();
  }
  /// Events of people, without data of others.
  Lines events() {
    Lines found;
    for (const std::string& line : notes.take())
      if (line.find("channel.joined=") != line.npos || line.find("channel.left=") != line.npos)
        found.push_back(line.substr(line.find("channel.")));
    return found;
  }
  const std::string bob_joined = R"(channel.joined={"user":"bob","name":"Bob"})";
  const std::string bob_left = R"(channel.left={"user":"bob","name":"Bob"})";
};

TEST_F(PeopleTest, a_user_joins_with_the_first_connection_and_leaves_with_the_last) {
  subscribe(2, "a");
  EXPECT_EQ(events(), Lines{bob_joined});
  subscribe(3, "a");
  subscribe(4, "a");
  EXPECT_TRUE(events().empty()) << "a second connection, and a stranger";
  unsubscribe(2, "a");
  pass(6s);
  EXPECT_TRUE(events().empty());
  disconnect(3);
  pass(4s);
  EXPECT_TRUE(events().empty()) << "there is a grace period";
  EXPECT_EQ(everywhere("a").total, 3U) << "in which bob counts as there";
  pass(2s);
  EXPECT_EQ(events(), Lines{bob_left});
  EXPECT_EQ(everywhere("a").total, 2U);
}

TEST_F(PeopleTest, who_is_back_in_time_never_left) {
  subscribe(2, "a");
  events();
  for (int i = 0; i < 3; ++i) {
    disconnect(2);
    pass(4s);
    connect(2, 0, {"user:bob", "bob", "Bob"});
    subscribe(2, "a");
    pass(4s);
  }
  EXPECT_TRUE(events().empty());
  EXPECT_EQ(everywhere("a").total, 2U);
  EXPECT_EQ(everywhere("a").connections, 2U);
}

TEST_F(PeopleTest, without_grace_it_is_told_at_once) {
  configure("*", R"({"leave_grace_ms":0})");
  subscribe(2, "a");
  unsubscribe(2, "a");
  EXPECT_EQ(events(), (Lines{bob_joined, bob_left}));
}

TEST_F(PeopleTest, the_actor_is_not_in_the_audience) {
  std::vector<Audience> seen;
  notes.on_publish = [&](const Publication& p) {
    if (p.audience) seen.push_back(*p.audience);
  };
  subscribe(2, "a");
  connect(5, 0, {"", "", "Guest"});
  subscribe(5, "a");
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].except, (std::vector<std::string>{"bob"}));
  EXPECT_EQ(seen[1].from, ids[5]) << "a guest is known by the connection";
}

TEST_F(PeopleTest, login_is_leaving_as_one_and_joining_as_another) {
  configure("*", R"({"leave_grace_ms":0})");
  connect(5, 0, {"", "", "Guest"});
  subscribe(5, "a");
  subscribe(4, "a");
  events();
  hub.identify(ids[5], {"user:eve", "eve", "Eve"});
  EXPECT_EQ(events(), (Lines{R"(channel.joined={"user":"eve","name":"Eve"})",
                             R"(channel.left={"user":null,"name":"Guest"})"}));
  EXPECT_EQ(hub.connections_of("eve"), (std::vector<ClientId>{ids[5]}));
  hub.identify(ids[5], {});
  EXPECT_EQ(events(), Lines{R"(channel.left={"user":"eve","name":"Eve"})"});
  EXPECT_TRUE(hub.connections_of("eve").empty());
  EXPECT_EQ(everywhere("a").total, 3U);
}

TEST_F(PeopleTest, rows_are_told_again_before_they_run_out) {
  subscribe(2, "a");
  subscribe(4, "a");
  hub.flush_presence();
  for (int i = 0; i < 200; ++i) {
    pass(1s);
    ASSERT_EQ(everywhere("a").total, 3U) << "after " << i << " s";
  }
  EXPECT_EQ(everywhere("a").connections, 3U);
  EXPECT_EQ(everywhere("a").named, 2U);
}

TEST_F(PeopleTest, people_of_a_dead_node_are_gone_after_a_minute) {
  broker.present("a", {{"user:zoe", "zoe", "Zoe", 2}}, 5, {});  // as another node would
  hub.flush_presence();
  for (int i = 0; i < 59; ++i) pass(1s);
  EXPECT_TRUE(events().empty());
  for (int i = 0; i < 40; ++i) pass(1s);
  EXPECT_EQ(events(), Lines{R"(channel.left={"user":"zoe","name":"Zoe"})"}) << "told once, by who noticed";
}

TEST_F(PeopleTest, users_have_several_connections) {
  EXPECT_EQ(hub.connections_of("bob"), (std::vector<ClientId>{ids[2], ids[3]}));
  hub.close_user("bob", 3502, "bye");
  EXPECT_EQ(notes.take(), (Lines{"close c2 3502 bye", "close c3 3502 bye"}));
  hub.close(ids[4], 3005, "expired");
  EXPECT_EQ(notes.take(), Lines{"close c4 3005 expired"});
  hub.close(client_id(99, 0), 3005, "who?");
  EXPECT_TRUE(notes.take().empty());
  disconnect(2);
  EXPECT_EQ(hub.connections_of("bob"), (std::vector<ClientId>{ids[3]}));
  EXPECT_TRUE(hub.connections_of("").empty()) << "strangers are nobody's connections";
}

TEST_F(PeopleTest, the_state_of_who_is_connected_is_never_forgotten) {
  for (const char* user : {"ada", "zoe"}) hub.set_state(user, {.values = {{"a", "1"}}});
  for (int i = 0; i < 60; ++i) pass(std::chrono::minutes{30});
  std::uint64_t ada = 0, zoe = 0;
  hub.state("ada", [&](Result<UserState> state) { ada = state->version; });
  hub.state("zoe", [&](Result<UserState> state) { zoe = state->version; });
  EXPECT_EQ(ada, 1U);
  EXPECT_EQ(zoe, 0U) << "nobody has seen zoe for a day";
}

/// A dialect on the hub's own thread, which acts at once.
class Hasty final : public Delivery {
 public:
  void joined(std::size_t, ClientId client, const std::string&, Ticket, Result<Joined>) override {
    if (on_joined) on_joined(client);
  }
  void publish(std::size_t, const std::shared_ptr<const Publication>&) override {
    ++seen;
    if (on_publish) on_publish();
  }
  void reset(std::size_t, const std::string&, const Position&, const std::string&) override {}
  void close(std::size_t, ClientId client, std::uint16_t, const std::string&) override { on_close(client); }
  std::function<void(ClientId)> on_joined, on_close;
  std::function<void()> on_publish;
  int seen = 0;
};

TEST_F(PeopleTest, a_delivery_may_act_at_once) {
  Hasty hasty;
  const GroupId group = hub.add_groups(hasty, 2);
  const auto one = hub.next_client(group), two = hub.next_client(group + 1), three = hub.next_client(group);
  hasty.on_close = [&](ClientId client) { hub.disconnect(client); };
  hasty.on_joined = [&](ClientId client) {
    if (client == three) hub.disconnect(client);
  };
  for (const auto id : {one, two, three}) {
    hub.connect(id, {"user:eve", "eve", "Eve"});
    hub.subscribe(id, "now", {});
  }
  EXPECT_EQ(hub.subscribers("now"), 2U);
  hasty.on_publish = [&] { hub.unsubscribe(one, "now"); };
  hasty.seen = 0;
  hub.publish("now", "m", text("1"));
  EXPECT_EQ(hasty.seen, 2);
  EXPECT_EQ(hub.subscribers("now"), 1U);
  hub.close_user("eve", 3502, "bye");
  EXPECT_TRUE(hub.connections_of("eve").empty());
}

TEST_F(PeopleTest, figures) {
  subscribe(2, "a");
  subscribe(2, "b");
  publish("a", "x");
  const auto info = hub.info("a");
  ASSERT_TRUE(info);
  EXPECT_EQ(info->subscribers, 2U);
  EXPECT_EQ(info->people, 2U);
  EXPECT_EQ(info->top, (Position{3, "e"})) << "ada joined, bob joined, x";
  EXPECT_EQ(hub.all_channels().size(), 2U);
  EXPECT_EQ(hub.all_clients(3).size(), 3U);
  EXPECT_EQ(hub.client(ids[2])->channels, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(hub.client(ids[2])->person.user, "bob");
  EXPECT_FALSE(hub.client(99));
  EXPECT_EQ(hub.counts().deliveries, 1U + 2U + 2U + 1U);
  EXPECT_EQ(hub.counts().published, 4U);
}

TEST_F(PeopleTest, watchers_are_told_what_happens) {
  Lines seen;
  hub.on_event([&](const HubEvent& event) {
    const char* names[] = {"connected", "subscribed", "unsubscribed", "published", "disconnected"};
    seen.push_back(std::string(names[static_cast<int>(event.kind)]) + " " +
                   (event.person ? event.person->user : "") + " " + std::string(event.channel));
  });
  connect(7, 0, {"user:eve", "eve", ""});
  subscribe(7, "b");
  hub.publish("b", "m", text("1"));
  disconnect(7);
  EXPECT_EQ(seen, (Lines{"connected eve ", "subscribed eve b", "published  b", "published  b",
                         "unsubscribed eve b", "disconnected eve "}));
}

/// Writes down what is told to other nodes.
class Wire final : public Broker {
 public:
  explicit Wire(Broker& inner) : inner_(inner) {}
  void listen(BrokerEvents* hub) override { inner_.listen(events = hub); }
  void interest(const std::string& c, bool w, Done<void> d) override { inner_.interest(c, w, std::move(d)); }
  void publish(const std::string& c, Message m, const Keep& k, Done<Published> d) override {
    inner_.publish(c, std::move(m), k, std::move(d));
  }
  void history(const std::string& c, const HistoryQuery& q, Done<History> d) override {
    inner_.history(c, q, std::move(d));
  }
  void top(const std::string& c, Done<Position> d) override { inner_.top(c, std::move(d)); }
  void find(const std::string& c, const std::string& id, Done<Publication> d) override {
    inner_.find(c, id, std::move(d));
  }
  void change(const std::string& c, Change x, const Keep& k, Done<Published> d) override {
    inner_.change(c, std::move(x), k, std::move(d));
  }
  void present(const std::string& c, std::vector<PresenceRow> r, std::size_t s,
               Done<PresenceMoves> d) override {
    inner_.present(c, std::move(r), s, std::move(d));
  }
  void presence(const std::string& c, std::size_t m, Done<Presence> d) override {
    ++asked;
    if (others) return d(*others);
    inner_.presence(c, m, std::move(d));
  }
  void state(const std::string& u, Done<UserState> d) override { inner_.state(u, std::move(d)); }
  void set_state(const std::string& u, StateUpdate x, Done<StateChange> d) override {
    inner_.set_state(u, std::move(x), std::move(d));
  }
  void tell_nodes(const std::string& kind, const std::string& text) override {
    told.emplace_back(kind, text);
  }

  BrokerEvents* events = nullptr;
  std::vector<std::pair<std::string, std::string>> told;
  std::optional<Presence> others;
  int asked = 0;

 private:
  Broker& inner_;
};

class NodesTest : public HubTest {
 protected:
  NodesTest() { two.add_groups(notes, 1); }
  /// What this node tells reaches the other one.
  void carry() {
    for (const auto& [kind, said] : std::exchange(wire.told, {})) other.told(kind, said);
  }
  struct Ears final : BrokerEvents {
    void published(const Publication&) override {}
    void presence_changed(const std::string&) override {}
    void told(const std::string& kind, const std::string& text) override { heard.emplace_back(kind, text); }
    void lost() override {}
    void back() override {}
    std::vector<std::pair<std::string, std::string>> heard;
  };
  MemoryBroker memory{"e", clock};
  Wire wire{memory};
  Hub two{wire, clock, {.node = "two"}};
  BrokerEvents& other = *wire.events;  // the same hub hears what it has told, as if it were another
};

TEST_F(NodesTest, a_rule_reaches_every_node) {
  Lines configured;
  two.on_configured([&](const std::string& pattern, const ChannelConfig* config) {
    configured.push_back(pattern + (config ? "" : " gone"));
  });
  ASSERT_TRUE(two.configure("x:*", ChannelConfig{.history_size = 7}));
  ASSERT_EQ(wire.told.size(), 1U);
  EXPECT_EQ(wire.told[0].first, "hub.rule");
  ASSERT_TRUE(two.configure("x:*", ChannelConfig{.history_size = 8}, true));
  EXPECT_EQ(wire.told.size(), 1U) << "this one stays here";
  carry();
  EXPECT_EQ(two.config("x:1")->history_size, 7U);
  EXPECT_TRUE(wire.told.empty()) << "what was heard isn't told on";
  two.configure("x:*", std::nullopt);
  carry();
  EXPECT_EQ(two.config("x:1")->history_size, 0U);
  EXPECT_EQ(configured, (Lines{"x:*", "x:*", "x:* gone", "x:* gone"}));
}

TEST_F(NodesTest, a_user_is_closed_on_every_node) {
  two.connect(client_id(1, 0), {"user:ada", "ada", ""});
  two.close_user("ada", 3502, "bye");
  notes.take();
  carry();
  EXPECT_EQ(notes.take(), Lines{"close c1 3502 bye"});
  EXPECT_TRUE(wire.told.empty());
}

TEST_F(NodesTest, state_is_told_once_on_a_channel_whatever_nodes_the_user_is_on) {
  two.connect(client_id(1, 0), {"user:ada", "ada", ""});
  two.subscribe(client_id(1, 0), "chat:main", {});
  two.flush_presence();
  notes.take();
  two.set_state("ada", {.values = {{"a", "1"}}, .public_keys = std::vector<std::string>{"a"}});
  EXPECT_EQ(notes.take().size(), 1U);
  carry();
  EXPECT_TRUE(notes.take().empty()) << "the key says that it was told";
}

TEST_F(NodesTest, kinds_of_ones_own) {
  std::string heard;
  two.on_told("mine", [&](const std::string& said) { heard = said; });
  two.tell_nodes("mine", "hello");
  EXPECT_TRUE(heard.empty()) << "to the others";
  carry();
  EXPECT_EQ(heard, "hello");
  other.told("unknown", "{");
  other.told("hub.rule", "[]");
  other.told("hub.rule", R"({"pattern":"y*","config":"nonsense"})");
  EXPECT_EQ(two.rules().all().count("y*"), 0U);
}

TEST_F(NodesTest, people_elsewhere_are_asked_for_only_when_there_may_be_some) {
  const auto id = client_id(1, 0);
  two.connect(id, {"user:ada", "ada", "Ada"});
  two.subscribe(id, "a", {});
  two.flush_presence();
  EXPECT_EQ(wire.asked, 1) << "once, to know";
  notes.take();
  two.identify(id, {"user:ada", "ada", "Ada L"});
  two.flush_presence();
  EXPECT_EQ(wire.asked, 1);
  EXPECT_EQ(notes.take().size(), 1U);
  int dirty = 0;
  two.on_presence_dirty([&] { ++dirty; });
  wire.others = Presence{.users = {{"user:bob", "bob", "Bob", 1}, {"user:ada", "ada", "Ada L", 1}},
                         .total = 2,
                         .named = 2,
                         .connections = 2};
  other.presence_changed("a");
  EXPECT_EQ(dirty, 1);
  two.flush_presence();
  EXPECT_EQ(wire.asked, 2);
  EXPECT_NE(notes.take().back().find("\"Bob\""), std::string::npos);
  const auto late = client_id(2, 0);
  two.connect(late, {"user:eve", "eve", "Eve"});
  two.subscribe(late, "a", {});
  const std::string seen = *notes.last.first.at(0).data;
  EXPECT_NE(seen.find("\"Bob\""), std::string::npos) << seen;
  EXPECT_NE(seen.find("\"Eve\""), std::string::npos) << seen;
  EXPECT_NE(seen.find("\"total\":3"), std::string::npos) << seen;
}

}  // namespace
}  // namespace longwave::hub
