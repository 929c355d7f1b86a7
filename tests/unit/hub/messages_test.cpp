// SPDX-License-Identifier: Apache-2.0
// What users say: composed, repeated, changed, kept for readers, and private.
#include "hub_fixture.hpp"

#include <boost/json.hpp>

namespace longwave::hub {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

class MessagesTest : public HubTest {
 protected:
  MessagesTest() {
    connect(1, 0, {"user:ada", "ada", "Ada"});
    connect(2, 0, {"user:bob", "bob", "Bob"});
    configure("chat:*", R"({"join_leave":false,"presence_list":false})");
  }
  /// What the last line says: the text after its '='.
  json::value last_data() { return json::parse(notes.lines.back().substr(notes.lines.back().find('=') + 1)); }
  std::optional<Result<Published>> edit(const std::string& channel, Edit what) {
    std::optional<Result<Published>> answer;
    hub.edit(channel, std::move(what), into(answer));
    return answer;
  }
  std::optional<Result<Published>> remove(const std::string& channel, const std::string& id,
                                          std::optional<std::string> owner = {}) {
    std::optional<Result<Published>> answer;
    hub.remove(channel, id, std::move(owner), into(answer));
    return answer;
  }
};

TEST_F(MessagesTest, a_message_says_who_when_and_what) {
  subscribe(1, "chat:main");
  notes.take();
  const auto said = say("chat:main", {.user = "ada",
                                      .name = "Ada",
                                      .data = text(R"({"text":"hi"})"),
                                      .extra = R"({"color":1})",
                                      .at = from_unix_ms(1500)});
  ASSERT_TRUE(said && *said);
  EXPECT_EQ((*said)->position, (Position{1, "e"}));
  const auto data = last_data().as_object();
  EXPECT_EQ(data.at("id"), (*said)->id.c_str());
  EXPECT_EQ((*said)->id.size(), 36U);
  EXPECT_EQ(data.at("user"), "ada");
  EXPECT_EQ(data.at("name"), "Ada");
  EXPECT_EQ(data.at("at_ms"), 1500);
  EXPECT_EQ(data.at("edited_ms"), nullptr);
  EXPECT_EQ(data.at("data"), (json::object{{"text", "hi"}}));
  EXPECT_EQ(data.at("extra"), (json::object{{"color", 1}}));
  say("chat:main", {.data = text("null")});
  EXPECT_EQ(last_data().at("user"), nullptr) << "nobody who logged in";
  EXPECT_NE(last_data().at("id"), data.at("id"));
  EXPECT_EQ(say("bad\nname", {.data = text("1")})->error().code, Errc::invalid);
}

TEST_F(MessagesTest, the_same_key_publishes_once_for_five_minutes) {
  subscribe(1, "chat:main");
  notes.take();
  const auto first = say("chat:main", {.user = "ada", .data = text("1"), .key = "k"});
  clock.advance(4min + 59s);
  const auto again = say("chat:main", {.user = "ada", .data = text("1"), .key = "k"});
  EXPECT_FALSE((*first)->repeated);
  EXPECT_TRUE((*again)->repeated);
  EXPECT_EQ((*again)->position, (*first)->position);
  EXPECT_EQ((*again)->id, (*first)->id);
  EXPECT_EQ(notes.take().size(), 1U);
  EXPECT_FALSE((*say("chat:other", {.data = text("1"), .key = "k"}))->repeated) << "keys belong to a channel";
  clock.advance(2s);
  EXPECT_FALSE((*say("chat:main", {.user = "ada", .data = text("1"), .key = "k"}))->repeated);
}

TEST_F(MessagesTest, an_edit_changes_what_is_kept_and_tells_it) {
  subscribe(1, "chat:main");
  const auto id = (*say("chat:main", {.user = "ada", .data = text("1"), .extra = R"({"a":1,"b":2})"}))->id;
  say("chat:main", {.user = "bob", .data = text("2")});
  notes.take();
  clock.advance(3s);
  const auto edited =
      edit("chat:main", {.id = id, .data = text("10"), .extra = R"({"b":3})", .owner = "user:ada"});
  ASSERT_TRUE(edited && *edited);
  EXPECT_EQ((*edited)->position.offset, 3U) << "an event with a number of its own";
  ASSERT_EQ(notes.lines.size(), 1U);
  EXPECT_TRUE(notes.lines[0].starts_with("g0 chat:main#3 channel.edited=")) << notes.lines[0];
  EXPECT_EQ(last_data().at("data"), 10);
  EXPECT_EQ(last_data().at("edited_ms"), unix_ms(clock.wall()));
  EXPECT_EQ(last_data().at("extra"), (json::object{{"a", 1}, {"b", 3}}));
  const auto kept = history("chat:main");
  ASSERT_EQ(kept.size(), 2U) << "messages, not events of them";
  EXPECT_EQ(json::parse(kept[0]), last_data());

  // Who was away gets the message as it is now, and the event.
  subscribe(2, "chat:main", Position{0, "e"});
  ASSERT_EQ(notes.last.first.size(), 3U);
  EXPECT_EQ(json::parse(*notes.last.first[0].data).at("data"), 10);
  EXPECT_TRUE(notes.last.recovered);
}

TEST_F(MessagesTest, a_deleted_message_is_nowhere_and_leaves_no_gap) {
  subscribe(1, "chat:main");
  const auto id = (*say("chat:main", {.user = "ada", .data = text("\"secret\"")}))->id;
  say("chat:main", {.user = "bob", .data = text("2")});
  notes.take();
  ASSERT_TRUE(*remove("chat:main", id, "user:ada"));
  EXPECT_EQ(notes.take(), (Lines{"g0 chat:main#3 channel.deleted={\"id\":\"" + id + "\",\"user\":\"ada\"}"}));
  EXPECT_EQ(history("chat:main").size(), 1U);
  subscribe(2, "chat:main", Position{0, "e"});
  EXPECT_TRUE(notes.last.recovered) << "nothing is missing: it was deleted";
  ASSERT_EQ(notes.last.first.size(), 2U);
  EXPECT_EQ(notes.last.first[0].offset, 2U);
  EXPECT_EQ(remove("chat:main", id)->error().code, Errc::not_found);
  EXPECT_EQ(edit("chat:main", {.id = id, .data = text("1")})->error().code, Errc::not_found);
}

TEST_F(MessagesTest, only_ones_own_may_be_changed) {
  const auto id = (*say("chat:main", {.user = "ada", .data = text("1")}))->id;
  const auto guest = (*say("chat:main", {.data = text("1"), .owner = "c:7"}))->id;
  const auto nobody = (*say("chat:main", {.data = text("1")}))->id;
  EXPECT_EQ(edit("chat:main", {.id = id, .data = text("2"), .owner = "user:bob"})->error().code,
            Errc::refused);
  EXPECT_EQ(remove("chat:main", id, "user:bob")->error().code, Errc::refused);
  EXPECT_EQ(remove("chat:main", nobody, "")->error().code, Errc::refused) << "nobody owns it";
  EXPECT_TRUE(*edit("chat:main", {.id = guest, .data = text("2"), .owner = "c:7"}));
  EXPECT_TRUE(*remove("chat:main", id)) << "whoever may do it to anybody's";
}

TEST_F(MessagesTest, history_is_limited_by_size_and_age) {
  configure("chat:*", R"({"history_size":3,"history_age_ms":60000})");
  for (int i = 1; i <= 5; ++i) say("chat:main", {.data = text(std::to_string(i))});
  say("chat:main", {.data = text("6"), .remember = false});
  hub.publish("chat:main", "some.event", text("7"));
  const auto kept = history("chat:main");
  ASSERT_EQ(kept.size(), 3U);
  EXPECT_EQ(json::parse(kept[0]).at("data"), 3);
  HistoryQuery newest{.of = HistoryQuery::Of::history, .limit = 2, .newest_first = true};
  hub.history("chat:main", newest, [](Result<History> found) {
    ASSERT_EQ(found->publications.size(), 2U);
    EXPECT_EQ(found->publications[0].offset, 5U);
  });
  clock.advance(61s);
  EXPECT_TRUE(history("chat:main").empty());
}

struct Route {
  const char* name;
  const char* channel;
  std::vector<std::string> users;
  Lines expected;
};

TEST_F(MessagesTest, routing_table_of_private_messages) {
  connect(3, 0, {"user:bob", "bob", "Bob"});
  subscribe(2, "chat:main");
  for (const std::uint64_t n : {1, 2, 3}) subscribe(n, user_channel(n == 1 ? "ada" : "bob"));
  notes.take();
  const Route routes[] = {
      {"channel only", "chat:main", {}, {"chat:main "}},
      {"channel and users", "chat:main", {"bob"}, {"#bob within chat:main"}},
      {"users only", "", {"ada", "bob"}, {"#ada ", "#bob "}},
      {"neither", "", {}, {}},
  };
  for (const Route& route : routes) {
    notes.audiences.clear();
    bool answered = false;
    if (route.users.empty() && *route.channel) {
      answered = say(route.channel, {.user = "ada", .data = text("1")}).has_value();
    } else {
      hub.say_to(route.users, route.channel, {.user = "ada", .data = text("1")},
                 [&](Result<std::vector<Published>> all) {
                   answered = true;
                   EXPECT_EQ(all->size(), route.users.size());
                 });
    }
    EXPECT_TRUE(answered) << route.name;
    EXPECT_EQ(notes.audiences, route.expected) << route.name;
  }
  EXPECT_EQ(history("#bob").size(), 2U) << "who was away reads them later";
  EXPECT_EQ(history("chat:main").size(), 1U);
}

TEST_F(MessagesTest, audiences_go_with_publications_and_their_changes) {
  configure("chat:*", R"({"echo":false})");
  subscribe(2, "chat:main");
  std::vector<std::shared_ptr<const Audience>> seen;
  notes.on_publish = [&](const Publication& p) { seen.push_back(p.audience); };
  const auto id =
      (*say("chat:main", {.user = "ada", .data = text("1"), .except = {"bob"}, .from = ids[1]}))->id;
  ASSERT_EQ(seen.size(), 1U);
  ASSERT_TRUE(seen[0]);
  EXPECT_EQ(*seen[0], (Audience{{"bob"}, ids[1], ""}));
  ASSERT_TRUE(*edit("chat:main", {.id = id, .data = text("2")}));
  ASSERT_EQ(seen.size(), 2U);
  ASSERT_TRUE(seen[1]) << "an edit must not tell more people than the message";
  EXPECT_EQ(seen[1]->except, (std::vector<std::string>{"bob"}));
  configure("chat:*", R"({"echo":true})");
  say("chat:main", {.user = "ada", .data = text("1"), .from = ids[1]});
  EXPECT_FALSE(seen[2]) << "who publishes gets it, too";
}

TEST_F(MessagesTest, a_users_state_is_told_where_the_user_is) {
  connect(3, 0, {"user:ada", "ada", "Ada"});
  subscribe(1, "chat:main");
  subscribe(3, "chat:main");
  subscribe(1, "b");
  notes.take();
  std::optional<Result<StateChange>> changed;
  hub.set_state("ada",
                {.values = {{"mood", "\"good\""}, {"mail", "\"a@b\""}},
                 .public_keys = std::vector<std::string>{"mood"}},
                into(changed));
  EXPECT_EQ((*changed)->changed, (std::vector<std::string>{"mail", "mood"}));
  EXPECT_EQ(
      notes.take(),
      (Lines{
          R"(g0 chat:main#1 user.changed={"user":"ada","state":{"mood":"good"},"changed":[{"key":"mood","value":"good"}]})"}))
      << "public keys only; once for two connections; not where state_events is off";
  hub.set_state("ada", {.values = {{"mail", "\"c@d\""}}}, into(changed));
  hub.set_state("ada", {.values = {{"mood", "\"good\""}}}, into(changed));
  EXPECT_TRUE((*changed)->changed.empty());
  EXPECT_TRUE(notes.take().empty()) << "nothing public has changed";
  hub.set_state("ada", {.fresh = {{"mood", "\"bad\""}}}, into(changed));
  EXPECT_EQ((*changed)->state.values.at("mood"), "\"good\"") << "ada isn't new";
  hub.set_state("eve", {.values = {{"b", "2"}}, .fresh = {{"a", "1"}, {"b", "1"}}}, into(changed));
  EXPECT_EQ((*changed)->state.values, (std::map<std::string, std::string>{{"a", "1"}, {"b", "2"}}));
  hub.set_state("ada", {.public_keys = std::vector<std::string>{}}, into(changed));
  EXPECT_EQ(to_json((*changed)->state, true), "{}");
  EXPECT_EQ(to_json((*changed)->state, false), R"({"mail":"c@d","mood":"good"})");
}

}  // namespace
}  // namespace longwave::hub
