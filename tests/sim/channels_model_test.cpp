// rooms: hub
// SPDX-License-Identifier: Apache-2.0
#include "base/clock.hpp"
#include "base/random.hpp"
#include "channels_reference.hpp"
#include "hub/hub.hpp"
#include "hub/memory_broker.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <vector>

/// One hub and everything that can be asked of it, in random order, beside a reference that was written from
/// what is promised (channels_reference.hpp): each answer, each number, each event and each recovery is
/// exactly what the reference says.
///
/// 10,000 runs of 120 steps (300 under a sanitizer). LONGWAVE_SEED and LONGWAVE_RUNS choose others; a run
/// that fails is repeated with fewer steps, and the fewest that fail are told.
namespace longwave::sim {
namespace {

using namespace std::chrono_literals;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t usual_runs = 300;
#else
constexpr std::uint64_t usual_runs = 10'000;
#endif
constexpr int usual_steps = 120;

struct Seen {
  std::optional<hub::Position> position;  ///< where it is, as it was told
  bool joined = false;
};

class Model final : public hub::Delivery {
 public:
  explicit Model(std::uint64_t seed)
      : random_(seed), broker_("e", clock_), hub_(broker_, clock_, {.node = "n"}) {
    group_ = hub_.add_groups(*this, 2);
    for (const auto& name : names()) set_rule(name, some_rule());
    for (const auto& user : {"ada", "bob"}) {
      auto& channel = channels_[hub::user_channel(user)];
      channel.name = hub::user_channel(user);
      channel.rule = {.history = 50, .log = 50};
    }
    settle();
  }

  std::string run(int steps) {
    for (int i = 0; i < steps && problem_.empty(); ++i) {
      step_ = i;
      act();
      settle();
      compare();
    }
    return problem_;
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
      if (publication->offset != view.position->offset + 1) wrong("a gap");
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

 private:
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

  // What is done.

  void act() {
    const auto dice = random_.below(100);
    if (dice < 24) return say();
    if (dice < 30) return say_to();
    if (dice < 38) return change(random_.chance(0.4));
    if (dice < 52) return subscribe();
    if (dice < 57) return unsubscribe();
    if (dice < 65) return connect();
    if (dice < 71) return disconnect();
    if (dice < 75) return identify();
    if (dice < 81) return history();
    if (dice < 87) return set_state();
    if (dice < 90) return set_rule_anew();
    if (dice < 92) return close_user();
    doing_ = "time passes";
    static const std::vector<Duration> spans{1s, 4s, 6s, 30s, 70s, 6min, 25h};
    pass(spans[random_.below(random_.chance(0.8) ? 4 : spans.size())]);
  }

  void say() {
    doing_ = "say";
    const auto& name = some_name();
    hub::Words words{.user = random_.chance(0.5) ? "ada" : "", .id = fmt::format("m{}", ++said_)};
    const int value = ++values_;
    words.data = std::make_shared<const std::string>(std::to_string(value));
    if (random_.chance(0.4)) words.key = fmt::format("k{}", random_.below(4));
    if (random_.chance(0.3)) words.except = {"bob"};
    if (random_.chance(0.5)) words.from = some_client();
    words.remember = random_.chance(0.8);
    reference::Channel& channel = channels_[name];
    std::erase_if(channel.keys, [&](const auto& key) { return key.second.second + 5min <= clock_.now(); });
    const auto known = words.key.empty() ? channel.keys.end() : channel.keys.find(words.key);
    reference::Said meant{channel.top() + 1, false};
    std::string id = words.id;
    if (known != channel.keys.end()) {
      meant = {known->second.first, true};
      channel.keep = channel.rule;
      id = channel.events[meant.offset - 1].id;
    } else {
      if (!words.key.empty()) channel.keys[words.key] = {meant.offset, clock_.now()};
      expect_next(name, {.method = "channel.message",
                         .id = words.id,
                         .owner = words.user.empty() ? "" : "user:" + words.user,
                         .value = value,
                         .remembered = words.remember,
                         .except = words.except,
                         .from = channel.rule.echo ? 0 : words.from});
    }
    int answers = 0;
    hub_.say(name, words, [&](const Result<hub::Published>& said) {
      ++answers;
      if (!said) return wrong("refused: " + said.error().message);
      expect(said->position.offset, meant.offset, "offset");
      expect(said->repeated, meant.repeated, "repeated");
      expect(said->id, id, "id");
    });
    expect(answers, 1, "answers");
  }

  void say_to() {
    doing_ = "say to";
    std::vector<std::string> users;
    for (const auto* user : {"ada", "bob"})
      if (random_.chance(0.6)) users.emplace_back(user);
    const std::string within = random_.chance(0.5) ? some_name() : "";
    hub::Words words{.user = "ada", .id = fmt::format("m{}", ++said_)};
    words.data = std::make_shared<const std::string>(std::to_string(++values_));
    for (const auto& user : users)
      expect_next(hub::user_channel(user), {.method = "channel.message",
                                            .id = words.id,
                                            .owner = "user:ada",
                                            .value = values_,
                                            .remembered = true,
                                            .within = within});
    std::size_t answers = 0;
    hub_.say_to(users, within, words, [&](const Result<std::vector<hub::Published>>& said) {
      ++answers;
      if (!said) return wrong("refused: " + said.error().message);
      expect(said->size(), users.size(), "messages");
    });
    expect(answers, std::size_t{1}, "answers");
  }

  void change(bool removal) {
    doing_ = removal ? "remove" : "edit";
    if (said_ == 0) return;
    const auto& name = some_name();
    const std::string id = fmt::format("m{}", said_ - random_.below(std::min<std::uint64_t>(said_, 12)));
    reference::Channel& channel = channels_[name];
    channel.trim(clock_.now());
    reference::Event* message = channel.message(id);
    std::optional<std::string> owner;
    if (random_.chance(0.3)) owner = "user:ada";
    Errc refused{};
    bool good = false;
    if (!message)
      refused = Errc::not_found;
    else if (owner && message->owner != *owner)
      refused = Errc::refused;
    else
      good = true;
    const int value = ++values_;
    const auto offset = channel.top() + 1;
    if (good) {
      if (removal)
        message->deleted = true;
      else
        message->value = value;
      expect_next(name, {.method = removal ? "channel.deleted" : "channel.edited",
                         .value = value,
                         .except = message->except,
                         .from = 0,
                         .within = message->within});
    }
    int answers = 0;
    const auto done = [&](const Result<hub::Published>& said) {
      ++answers;
      if (said.has_value() != good)
        wrong(fmt::format("{} {} on {}: {}", id, good ? "is refused" : "is accepted", name,
                          said ? "" : said.error().message));
      if (said && good) expect(said->position.offset, offset, "offset");
      if (!said && !good) expect(static_cast<int>(said.error().code), static_cast<int>(refused), "refusal");
    };
    if (removal)
      hub_.remove(name, id, owner, done);
    else
      hub_.edit(
          name,
          {.id = id, .data = std::make_shared<const std::string>(std::to_string(value)), .owner = owner},
          done);
    expect(answers, 1, "answers");
  }

  void connect() {
    doing_ = "connect";
    if (clients_.size() >= 6) return;
    const auto client = hub_.next_client(group_ + static_cast<hub::GroupId>(random_.below(2)));
    clients_[client];
    people_[client] = some_person();
    hub_.connect(client, person(people_[client]));
  }
  void disconnect() {
    doing_ = "disconnect";
    if (clients_.empty()) return;
    const auto client = some_client();
    hub_.disconnect(client);
    gone(client);
  }
  void gone(hub::ClientId client) {
    for (auto& [name, channel] : channels_) part(channel, client);
    for (auto& [name, view] : clients_[client])
      if (view.position) known_[name] = *view.position;
    clients_.erase(client);
    people_.erase(client);
  }
  void part(reference::Channel& channel, hub::ClientId client) {
    const auto member = channel.members.find(client);
    if (member == channel.members.end()) return;
    const auto who = member->second;
    channel.members.erase(member);
    went(channel, who);
  }
  void went(reference::Channel& channel, const std::string& who) {
    if (who.empty() || channel.connections(who) > 0) return;
    channel.left[who] = clock_.now();
    if (channel.rule.grace > 0s || !channel.rule.join_leave) return;
    channel.left.erase(who);
    if (channel.told.erase(who) > 0) expect_later(channel.name, "channel.left", who);
  }
  void identify() {
    doing_ = "identify";
    if (clients_.empty()) return;
    const auto client = some_client();
    const auto who = some_person();
    hub_.identify(client, person(who));
    people_[client] = who;
    for (auto& [name, channel] : channels_)
      if (const auto member = channel.members.find(client); member != channel.members.end()) {
        const auto before = std::exchange(member->second, who);
        channel.left.erase(who);
        went(channel, before);
      }
  }
  std::string some_person() {
    const auto dice = random_.below(3);
    return dice == 0 ? "" : dice == 1 ? "ada" : "bob";
  }
  static hub::Person person(const std::string& who) {
    if (who.empty()) return {};
    return {.key = "user:" + who, .user = who, .name = who};
  }
  hub::ClientId some_client() {
    if (clients_.empty()) return 0;
    auto found = clients_.begin();
    std::advance(found, static_cast<std::ptrdiff_t>(random_.below(clients_.size())));
    return found->first;
  }

  void subscribe() {
    doing_ = "subscribe";
    if (clients_.empty()) return;
    asked_ = some_client();
    asked_channel_ =
        random_.chance(0.15) && !people_[asked_].empty() ? hub::user_channel(people_[asked_]) : some_name();
    reference::Channel& channel = channels_[asked_channel_];
    channel.trim(clock_.now());
    std::optional<hub::Position> since;
    const auto known = known_.find(asked_channel_);
    if (random_.chance(0.7)) {
      since = hub::Position{known != known_.end() && random_.chance(0.5) ? known->second.offset
                                                                         : random_.below(channel.top() + 2),
                            random_.chance(0.9) ? heard_[asked_channel_].first : "other"};
      if (since->epoch.empty()) since.reset();
    }
    part(channel, asked_);
    answer_.reset();
    hub_.subscribe(asked_, asked_channel_, since, ++tickets_);
    if (!answer_ || !*answer_) return wrong("isn't answered");
    // Who had joined before has left first, which may have been told.
    take_unheard(asked_channel_, (*answer_)->position.offset);
    check_joined(channel, since, **answer_);
    heard_[asked_channel_].first = (*answer_)->position.epoch;
    const auto& who = people_[asked_];
    channel.members[asked_] = who;
    channel.left.erase(who);
  }

  void check_joined(reference::Channel& channel, const std::optional<hub::Position>& since,
                    const hub::Joined& joined) {
    expect(joined.position.offset, channel.top(), "position");
    const bool recovered = since && since->epoch == joined.position.epoch && channel.complete(since->offset);
    if (joined.recovered != recovered)
      return wrong(fmt::format("recovered is {} since {} of {}: {}", joined.recovered,
                               since ? since->offset : 0, channel.top(), joined.reason));
    expect(joined.reason.empty(), recovered || !since, "no reason");
    if (!recovered) return;
    const auto missed = channel.after(since->offset);
    expect(joined.first.size(), missed.size(), "missed");
    for (std::size_t i = 0; i < missed.size() && i < joined.first.size(); ++i)
      same(joined.first[i], missed[i]);
  }

  void unsubscribe() {
    doing_ = "unsubscribe";
    if (clients_.empty()) return;
    const auto client = some_client();
    const auto& name = some_name();
    hub_.unsubscribe(client, name);
    auto& view = clients_[client][name];
    if (view.position) known_[name] = *view.position;
    view.joined = false;
    part(channels_[name], client);
  }

  void history() {
    doing_ = "history";
    const auto& name = some_name();
    reference::Channel& channel = channels_[name];
    channel.trim(clock_.now());
    hub::HistoryQuery query{
        .of = random_.chance(0.7) ? hub::HistoryQuery::Of::history : hub::HistoryQuery::Of::log,
        .limit = random_.below(4),
        .newest_first = random_.chance(0.5)};
    const auto& epoch = heard_[name].first;
    std::uint64_t since = 0;
    if (!epoch.empty() && random_.chance(0.4)) {
      since = random_.below(channel.top() + 1);
      query.since = hub::Position{since, epoch};
    }
    auto meant = query.of == hub::HistoryQuery::Of::history ? channel.history(since) : channel.after(since);
    if (query.newest_first) std::reverse(meant.begin(), meant.end());
    if (query.limit > 0 && meant.size() > query.limit) meant.resize(query.limit);
    int answers = 0;
    hub_.history(name, query, [&](const Result<hub::History>& found) {
      ++answers;
      if (!found) return wrong("refused");
      expect(found->top.offset, channel.top(), "top");
      expect(found->publications.size(), meant.size(), "length");
      for (std::size_t i = 0; i < meant.size() && i < found->publications.size(); ++i)
        same(found->publications[i], meant[i]);
    });
    expect(answers, 1, "answers");
  }

  void set_state() {
    doing_ = "set state";
    const std::string user = random_.chance(0.7) ? "ada" : "bob";
    hub::StateUpdate update;
    const auto key = fmt::format("s{}", random_.below(3));
    const int value = static_cast<int>(random_.below(3));
    update.values[key] = std::to_string(value);
    reference::State& state = states_[user];
    if (state.used + 24h < clock_.now()) state = {};
    state.used = clock_.now();
    if (random_.chance(0.3)) {
      update.public_keys.emplace();
      state.open.clear();
      for (int i = 0; i < 3; ++i)
        if (random_.chance(0.5)) {
          update.public_keys->push_back(fmt::format("s{}", i));
          state.open.insert(update.public_keys->back());
        }
    }
    const bool changed = !state.values.contains(key) || state.values[key] != value;
    state.values[key] = value;
    if (changed && state.open.contains(key))
      for (auto& [name, channel] : channels_)
        if (channel.rule.state_events && channel.connections(user) > 0)
          expect_later(name, "user.changed", user);
    int answers = 0;
    hub_.set_state(user, update, [&](const Result<hub::StateChange>& said) {
      ++answers;
      if (!said) return wrong("refused");
      expect(said->state.values.size(), state.values.size(), "keys");
      for (const auto& [name, number] : state.values)
        expect(said->state.values.at(name), std::to_string(number), "value");
      expect(said->changed.size(), changed ? std::size_t{1} : std::size_t{0}, "changed keys");
    });
    expect(answers, 1, "answers");
  }

  void set_rule_anew() {
    doing_ = "set a rule";
    const auto& name = some_name();
    auto rule = some_rule();
    // What is told of comings and goings in the middle is checked with rules that stay.
    rule.join_leave = channels_[name].rule.join_leave;
    rule.grace = channels_[name].rule.grace;
    set_rule(name, rule);
  }

  void close_user() {
    doing_ = "close a user";
    closed_.clear();
    hub_.close_user("bob", 3005, "expired");
    const auto meant = static_cast<std::size_t>(
        std::count_if(people_.begin(), people_.end(), [](const auto& one) { return one.second == "bob"; }));
    expect(closed_.size(), meant, "connections closed");
    for (const auto client : std::vector(closed_)) {
      expect(people_[client], std::string("bob"), "closed");
      hub_.disconnect(client);
      gone(client);
    }
  }

  void pass(Duration span) {
    // In steps of a second as in the program, of a minute when it is long.
    for (Duration step = span > 2min ? Duration{20s} : Duration{1s}; span > 0s; span -= step) {
      clock_.advance(step);
      hub_.tick();
      broker_.tick();
      for (auto& [name, channel] : channels_) channel.trim(clock_.now());
      settle();
    }
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

std::uint64_t chosen(const char* name, std::uint64_t otherwise) {
  const char* given = std::getenv(name);
  return given ? std::strtoull(given, nullptr, 10) : otherwise;
}

/// The fewest steps of a run after which it has failed.
int fewest(std::uint64_t seed) {
  int steps = 1;
  while (steps < usual_steps && Model(seed).run(steps).empty()) ++steps;
  return steps;
}

TEST(ChannelsModel, TheHubIsWhatTheReferenceSays) {
  const auto first = chosen("LONGWAVE_SEED", 1);
  const auto runs = chosen("LONGWAVE_RUNS", usual_runs);
  for (std::uint64_t seed = first; seed < first + runs; ++seed) {
    const auto problem = Model(seed).run(usual_steps);
    ASSERT_EQ(problem, "") << "after " << fewest(seed) << " steps; LONGWAVE_SEED=" << seed
                           << " LONGWAVE_RUNS=1 repeats it";
  }
}

}  // namespace
}  // namespace longwave::sim
