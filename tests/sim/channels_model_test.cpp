// rooms: hub
// SPDX-License-Identifier: Apache-2.0
#include "channels_pair.hpp"

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

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t usual_runs = 300;
#else
constexpr std::uint64_t usual_runs = 10'000;
#endif
constexpr int usual_steps = 120;

class Model final : public ChannelsPair {
 public:
  using ChannelsPair::ChannelsPair;

  std::string run(int steps) {
    for (int i = 0; i < steps && problem_.empty(); ++i) {
      step_ = i;
      act();
      settle();
      compare();
    }
    return problem_;
  }

 private:
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
    auto refused = Errc::not_found;
    bool good = false;
    if (message && owner && message->owner != *owner) {
      refused = Errc::refused;
    } else if (message) {  // a rule of now decides whether it is still kept
      channel.keep = channel.rule;
      channel.trim(clock_.now());
      message = channel.message(id);
      good = message != nullptr;
    }
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

  /// Once an hour the states of those who are connected begin to age anew.
  void keep_states() {
    if (states_due_ > clock_.now()) return;
    states_due_ = clock_.now() + 1h;
    for (auto& [user, state] : states_)
      if (state.used + 24h >= clock_.now() && !hub_.connections_of(user).empty()) state.used = clock_.now();
  }

  void pass(Duration span) {
    // In steps of a second as in the program, of a minute when it is long.
    for (Duration step = span > 2min ? Duration{20s} : Duration{1s}; span > 0s; span -= step) {
      clock_.advance(step);
      hub_.tick();
      broker_.tick();
      keep_states();
      for (auto& [name, channel] : channels_) channel.trim(clock_.now());
      settle();
    }
  }
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
