// SPDX-License-Identifier: Apache-2.0
#include "hub/broker_redis.hpp"

#include "base/log.hpp"
#include "hub/broker_redis_wire.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace longwave::hub {

std::string RedisBrokerState::problem() const {
  const std::lock_guard lock(mutex_);
  return problem_;
}

void RedisBrokerState::set_problem(std::string problem) {
  const std::lock_guard lock(mutex_);
  problem_ = std::move(problem);
}

namespace {

constexpr std::string_view not_there = "messages between the servers don't work at present; try again";

std::string run_of(const std::vector<redis::Reply>& answers) {
  constexpr std::string_view name = "run_id:";
  for (const auto& answer : answers) {
    const auto at = answer.text.find(name);
    if (at == std::string::npos) continue;
    const auto begin = at + name.size();
    return answer.text.substr(begin, answer.text.find_first_of("\r\n", begin) - begin);
  }
  return {};
}

std::uint64_t number(const std::string& digits) {
  std::uint64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

}  // namespace

RedisBroker::RedisBroker(redis::Link& commands, redis::Link& messages, RedisBrokerOptions options)
    : commands_(commands), messages_(messages), runner_(commands), options_(std::move(options)) {
  commands_.on_up([this](const auto& answers) { commands_up(answers); });
  messages_.on_up([this](const auto& answers) { messages_up(answers); });
  commands_.on_down([this](const std::string& why) { link_down(why); });
  messages_.on_down([this](const std::string& why) { link_down(why); });
  messages_.on_message([this](const std::string& channel, std::string payload) { heard(channel, payload); });
}

RedisBroker::~RedisBroker() {
  for (redis::Link* link : {&commands_, &messages_}) {
    link->on_up({});
    link->on_down({});
    link->on_message({});
  }
}

std::vector<redis::Command> RedisBroker::greeting() {
  std::vector<redis::Command> greeting{{"INFO", "server"}};
  const RedisScripts scripts;
  for (const auto* script : scripts.all()) greeting.push_back({"SCRIPT", "LOAD", script->text()});
  return greeting;
}

void RedisBroker::start() {
  commands_.start();
  messages_.start();
}

void RedisBroker::stop() {
  usable_ = false;
  commands_.stop();
  messages_.stop();
}

void RedisBroker::commands_up(const std::vector<redis::Reply>& answers) {
  commands_run_ = run_of(answers);
  renew();
}

void RedisBroker::messages_up(const std::vector<redis::Reply>& answers) {
  messages_run_ = run_of(answers);
  renew();
}

void RedisBroker::link_down(const std::string& why) {
  if (!commands_.up()) commands_run_.clear();
  if (!messages_.up()) messages_run_.clear();
  ++round_;  // answers to what was subscribed don't count any more
  const std::string problem = "Redis can't be reached: " + why;
  if (problem != state_.problem()) log::warn("{}; trying again", problem);
  state_.set_problem(problem);
  state_.up_ = false;
  if (!std::exchange(usable_, false)) return;
  ++state_.lost_;
  if (events_) events_->lost();
}

/// Subscribes to everything, and is usable when all of it is confirmed.
void RedisBroker::renew() {
  if (commands_run_.empty() || messages_run_.empty()) return;
  if (commands_run_ != messages_run_) {
    // An address behind which Redis is being replaced: whichever is the old one ends soon.
    const std::string why = "its two connections reached different servers";
    messages_.drop(why);
    commands_.drop(why);
    return;
  }
  const auto round = ++round_;
  std::vector<std::string> channels{options_.prefix + "nodes"};
  for (const auto& channel : wanted_) channels.push_back(pubsub(channel));
  unrenewed_ = channels.size();
  for (const auto& channel : channels)
    messages_.call({"SUBSCRIBE", channel}, [this, round](Result<redis::Reply> reply) {
      if (reply && reply->is_error()) log::error("Redis refuses to subscribe: {}", reply->text);
      renewed(round, reply && !reply->is_error());
    });
}

void RedisBroker::renewed(std::uint64_t round, bool well) {
  if (round != round_) return;
  if (!well) return messages_.drop("it refused a subscription");
  if (--unrenewed_ > 0) return;
  usable_ = true;
  last_refusal_.clear();
  ++state_.back_;
  state_.up_ = true;
  state_.set_problem({});
  log::info("Redis is reached: messages between the servers work");
  if (events_) events_->back();
}

void RedisBroker::heard(const std::string& channel, const std::string& payload) {
  if (!events_) return;
  if (channel == options_.prefix + "nodes") {
    const auto space = payload.find(' '), line = payload.find('\n');
    if (space == std::string::npos || line == std::string::npos || line < space) return;
    if (payload.substr(0, space) == options_.node) return;
    return events_->told(payload.substr(space + 1, line - space - 1), payload.substr(line + 1));
  }
  const auto start = pubsub({}).size();
  if (channel.size() <= start || !wanted_.contains(channel.substr(start))) return;
  if (payload.starts_with("p ")) {
    if (payload.substr(2) != options_.node) events_->presence_changed(channel.substr(start));
    return;
  }
  auto publication = redis_wire::read_message(payload, options_.node);
  if (!publication) return log::warn("something strange was published on {} in Redis", channel);
  publication->channel = channel.substr(start);
  events_->published(*publication);
}

void RedisBroker::interest(const std::string& channel, bool wanted, Done<void> done) {
  if (!wanted) {
    wanted_.erase(channel);
    if (!messages_.up()) return done ? done({}) : void();
    return messages_.call({"UNSUBSCRIBE", pubsub(channel)}, [done = std::move(done)](const auto&) mutable {
      if (done) done({});
    });
  }
  if (!usable_) {
    if (done) done(error(Errc::unavailable, std::string(not_there)));
    return;
  }
  const bool fresh = wanted_.insert(channel).second;
  messages_.call({"SUBSCRIBE", pubsub(channel)},
                 [this, channel, fresh, done = std::move(done)](Result<redis::Reply> reply) mutable {
                   const bool well = reply && !reply->is_error();
                   if (!well && fresh) wanted_.erase(channel);
                   if (!done) return;
                   if (well) return done({});
                   done(reply ? refused(*reply) : error(Errc::unavailable, std::string(not_there)));
                 });
}

RedisBroker::Texts RedisBroker::channel_keys(const std::string& channel, const std::string& key) const {
  const auto& prefix = options_.prefix;
  Texts keys{prefix + "channel:" + channel, prefix + "kept:" + channel, prefix + "history:" + channel,
             prefix + "ids:" + channel};
  // A length in front: no channel and key look like another channel and key.
  if (!key.empty())
    keys.push_back(prefix + "key:" + std::to_string(channel.size()) + ':' + channel + ':' + key);
  return keys;
}

RedisBroker::Texts RedisBroker::presence_keys(const std::string& channel) const {
  Texts keys;
  for (const char* kind : {"rows:", "ends:", "nodes:", "counts:", "order:", "unsaid:"})
    keys.push_back(options_.prefix + "presence-" + kind + channel);
  return keys;
}

Error RedisBroker::refused(const redis::Reply& reply) {
  ++state_.refused_;
  const auto word = reply.error_word();
  if (std::exchange(last_refusal_, word) != word) log::error("Redis refuses: {}", reply.text.substr(0, 300));
  // What can't be written to here may be written to elsewhere: the address may lead to another server by now.
  for (const std::string_view useless : {"READONLY", "LOADING", "MASTERDOWN", "NOAUTH"})
    if (word == useless) commands_.drop(reply.text);
  return error(Errc::unavailable, std::string(not_there));
}

void RedisBroker::run(const redis::Script& script, const Texts& keys, const Texts& values,
                      Done<redis::Reply> done) {
  if (!usable_) {
    ++state_.refused_;
    return done(error(Errc::unavailable, std::string(not_there)));
  }
  runner_.run(script, keys, values, [this, done = std::move(done)](Result<redis::Reply> reply) mutable {
    if (!reply) {
      ++state_.refused_;
      return done(error(Errc::unavailable, std::string(not_there)));
    }
    if (reply->is_error()) return done(refused(*reply));
    done(std::move(reply));
  });
}

RedisBroker::Texts RedisBroker::publication_arguments(const std::string& channel, const Message& message,
                                                      const Keep& keep) const {
  return {commands_run_,
          pubsub(channel),
          std::to_string(keep.log),
          std::to_string(keep.history),
          std::to_string(to_ms(keep.age)),
          std::to_string(options_.channel_bytes),
          std::to_string(to_ms(key_age)),
          message.remember ? "1" : "",
          message.method == message_method ? "1" : "",
          message.id,
          redis_wire::head_of(message, options_.node),
          message.data ? *message.data : std::string{}};
}

void RedisBroker::published(Result<redis::Reply> reply, Done<Published>& done) {
  if (!done) return;
  if (!reply) return done(reply.error());
  const auto& answer = *reply;
  if (answer[0].text == "not_found")
    return done(error(Errc::not_found, "there is no such message (any more)"));
  Published published;
  published.repeated = answer[0].text == "repeated";
  published.position = {number(answer[1].text), answer[2].text};
  published.id = answer[3].text;
  done(std::move(published));
}

void RedisBroker::publish(const std::string& channel, Message message, const Keep& keep,
                          Done<Published> done) {
  run(scripts_.publish, channel_keys(channel, message.key), publication_arguments(channel, message, keep),
      [done = std::move(done)](Result<redis::Reply> reply) mutable { published(std::move(reply), done); });
}

void RedisBroker::change(const std::string& channel, Change change, const Keep& keep, Done<Published> done) {
  auto values = publication_arguments(channel, change.event, keep);
  values.insert(values.end(), {change.id, change.data ? "replace" : "out", change.data ? *change.data : ""});
  run(scripts_.change, channel_keys(channel, change.event.key), values,
      [done = std::move(done)](Result<redis::Reply> reply) mutable { published(std::move(reply), done); });
}

void RedisBroker::history(const std::string& channel, const HistoryQuery& query, Done<History> done) {
  run(scripts_.history, channel_keys(channel),
      {commands_run_, query.of == HistoryQuery::Of::log ? "log" : "history",
       query.since ? std::to_string(query.since->offset) : "", query.since ? query.since->epoch : "",
       std::to_string(query.limit), query.newest_first ? "newest" : ""},
      [this, channel, done = std::move(done)](Result<redis::Reply> reply) mutable {
        if (!reply) return done(reply.error());
        const auto& answer = *reply;
        History history;
        history.top = {number(answer[1].text), answer[0].text};
        history.complete = answer[2].integer != 0;
        for (std::size_t i = 3; i + 1 < answer.items.size(); i += 2) {
          auto publication = redis_wire::read_entry(answer[i + 1].text, options_.node);
          if (!publication) {
            history.complete = false;
            continue;
          }
          publication->channel = channel;
          publication->offset = number(answer[i].text);
          publication->epoch = history.top.epoch;
          history.publications.push_back(std::move(*publication));
        }
        done(std::move(history));
      });
}

void RedisBroker::top(const std::string& channel, Done<Position> done) {
  run(scripts_.history, channel_keys(channel), {commands_run_, "none", "", "", "0", ""},
      [done = std::move(done)](Result<redis::Reply> reply) mutable {
        if (!reply) return done(reply.error());
        done(Position{number((*reply)[1].text), (*reply)[0].text});
      });
}

void RedisBroker::find(const std::string& channel, const std::string& id, Done<Publication> done) {
  run(scripts_.find, channel_keys(channel), {commands_run_, id},
      [this, channel, done = std::move(done)](Result<redis::Reply> reply) mutable {
        if (!reply) return done(reply.error());
        auto found = redis_wire::read_entry((*reply)[2].text, options_.node);
        if (!found) return done(error(Errc::not_found, "there is no such message (any more)"));
        found->channel = channel;
        found->epoch = (*reply)[0].text;
        found->offset = number((*reply)[1].text);
        done(std::move(*found));
      });
}

void RedisBroker::tell_nodes(const std::string& kind, const std::string& text) {
  commands_.call({"PUBLISH", options_.prefix + "nodes", options_.node + ' ' + kind + '\n' + text},
                 [](const auto&) {});
}

}  // namespace longwave::hub
