// SPDX-License-Identifier: Apache-2.0
#include "api/platform.hpp"

#include "api/context.hpp"
#include "api/json.hpp"
#include "api/platform_lists.hpp"
#include "api/sockets.hpp"
#include "base/log.hpp"
#include "store/store.hpp"
#include "web/websocket.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace longwave::api {

namespace json = boost::json;

namespace {

constexpr Duration sample_every = std::chrono::milliseconds{900};  // ticks come a little early or late
constexpr Duration watch_every = std::chrono::seconds{3};
constexpr Duration watch_lasts = std::chrono::seconds{10};
constexpr Duration node_gone = std::chrono::seconds{60};

std::string text_of(const json::object& value) {
  return json::serialize(value);
}

/// What another node said; an empty object if it can't be understood.
json::object read(const std::string& text) {
  boost::system::error_code failed;
  auto value = json::parse(text, failed);
  return failed || !value.is_object() ? json::object{} : std::move(value.as_object());
}

std::string string_of(const json::object& from, std::string_view key) {
  const auto* value = from.if_contains(key);
  return value && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::uint64_t number_of(const json::object& from, std::string_view key) {
  const auto* value = from.if_contains(key);
  return value && value->is_number() ? value->to_number<std::uint64_t>() : 0;
}

}  // namespace

/// Something that all nodes are asked, while their answers come.
struct Platform::Question {
  std::string what;
  json::object params;
  std::vector<json::object> answers;
  std::size_t wanted;  ///< with our own
  Answer done;
};

Platform::Platform(Context& context, PlatformOptions options)
    : context_(context), options_(std::move(options)) {
  auto& hub = *context_.hub;
  for (const auto& [pattern, rule] : hub.rules().all()) base_[pattern] = *rule;
  load();
  hub.on_configured([this](const std::string& pattern, const hub::ChannelConfig* changed) {
    configured(pattern, changed);
  });
  hub.on_told("platform.ask", [this](const std::string& text) { asked(text); });
  hub.on_told("platform.answer", [this](const std::string& text) { answered(text); });
  hub.on_told("platform.close", [this](const std::string& text) {
    const auto order = read(text);
    if (string_of(order, "node") == options_.node) (void)close(options_.node, number_of(order, "connection"));
  });
  hub.on_told("platform.watch",
              [this](const std::string&) { watched_until_ = context_.clock->now() + watch_lasts; });
  hub.on_told("platform.sample", [this](const std::string& text) { show(text); });
}

Platform::~Platform() = default;

// ---- lists over all nodes

void Platform::list(const std::string& what, const json::object& params, Answer done) {
  const auto id = ++last_question_;
  const auto now = context_.clock->now();
  std::erase_if(others_, [&](const auto& other) { return now - other.second > node_gone; });
  questions_.emplace(id, Question{what, params, {}, 1 + others_.size(), std::move(done)});
  here(what, params, [this, id](json::object own) {
    const auto found = questions_.find(id);
    if (found == questions_.end()) return;
    found->second.answers.insert(found->second.answers.begin(), std::move(own));
    // Nobody knows how many there are until they have spoken once.
    if (alone() || (!others_.empty() && found->second.answers.size() >= found->second.wanted)) finish(id);
  });
  if (alone()) return;
  context_.hub->tell_nodes(
      "platform.ask",
      text_of({{"question", id}, {"node", options_.node}, {"what", what}, {"params", params}}));
  context_.later(options_.patience, [this, id] { context_.hub_loop([this, id] { finish(id); }); });
}

void Platform::asked(const std::string& text) {
  const auto question = read(text);
  const auto* params = question.if_contains("params");
  if (!params || !params->is_object()) return;
  here(string_of(question, "what"), params->as_object(),
       [this, id = number_of(question, "question"), to = string_of(question, "node")](json::object own) {
         context_.hub->tell_nodes(
             "platform.answer",
             text_of({{"question", id}, {"to", to}, {"node", options_.node}, {"answer", std::move(own)}}));
       });
}

void Platform::answered(const std::string& text) {
  auto answer = read(text);
  if (string_of(answer, "to") != options_.node) return;
  others_[string_of(answer, "node")] = context_.clock->now();
  const auto found = questions_.find(number_of(answer, "question"));
  const auto* said = answer.if_contains("answer");
  if (found == questions_.end() || !said || !said->is_object()) return;
  auto& question = found->second;
  question.answers.push_back(said->as_object());
  question.wanted = std::max(question.wanted, 1 + others_.size());
}

void Platform::finish(std::uint64_t id) {
  const auto found = questions_.find(id);
  if (found == questions_.end()) return;
  Question question = std::move(found->second);
  questions_.erase(found);
  question.done(joined_answers(question.what, question.params, std::move(question.answers)));
}

// ---- what this node knows

void Platform::here(const std::string& what, const json::object& params,
                    UniqueFunction<void(json::object)> done) {
  if (what == "connections") return connections(params, std::move(done));
  if (what == "channels") return done(channels(params));
  if (what == "users") return done(users());
  done(what == "nodes" ? node() : json::object{});
}

json::object Platform::node() const {
  const auto& hub = *context_.hub;
  const auto process = options_.process();
  return {{"node", options_.node},
          {"version", LONGWAVE_VERSION},
          {"address", clean(options_.address)},
          {"uptime_ms", to_ms(context_.clock->now() - context_.started)},
          {"connections", hub.clients()},
          {"channels", hub.channels()},
          {"memory_bytes", process.memory_bytes},
          {"broker", options_.broker},
          {"broker_well", !hub.broker_lost()},
          {"published", hub.counts().published},
          {"deliveries", hub.counts().deliveries},
          {"recovered", hub.counts().recovered},
          {"unrecovered", hub.counts().unrecovered},
          {"gaps", hub.counts().gaps},
          {"resets", hub.counts().resets},
          {"refused", hub.counts().refused}};
}

void Platform::connections(const json::object& params, UniqueFunction<void(json::object)> done) {
  auto infos = context_.hub->all_clients(options_.most_clients);
  std::vector<hub::ClientId> ids;
  ids.reserve(infos.size());
  for (const auto& info : infos) ids.push_back(info.id);
  const auto total = context_.hub->clients();
  const auto now = context_.clock->now();
  const auto wall = context_.clock->wall();
  auto show = [this, params, infos = std::move(infos), total, now, wall,
               done = std::move(done)](const std::vector<ConnectionDetail>& details) mutable {
    done(connection_rows({options_.node, now, wall}, params, infos, details, total));
  };
  if (!context_.sockets) return show({});
  context_.sockets->details(std::move(ids), std::move(show));
}

json::object Platform::channels(const json::object& params) const {
  return channel_rows(*context_.hub, own_, params);
}

json::object Platform::users() const {
  return user_rows(context_.hub->all_clients(options_.most_clients));
}

Result<void> Platform::close(const std::string& node, hub::ClientId connection) {
  if (node != options_.node) {
    if (alone()) return error(Errc::not_found, "there is no such node");
    context_.hub->tell_nodes("platform.close", text_of({{"node", node}, {"connection", connection}}));
    return {};
  }
  if (!context_.hub->client(connection)) return error(Errc::not_found, "there is no such connection");
  context_.hub->close(connection, web::close_code::sent_away, "closed by an operator");
  return {};
}

// ---- samples

void Platform::tick() {
  const auto now = context_.clock->now();
  const bool watched = context_.hub->subscribers(channel) > 0;
  if (!watched && now >= watched_until_) {
    has_sample_ = false;
    return;
  }
  if (watched && !alone() && now - watch_told_ >= watch_every) {
    watch_told_ = now;
    context_.hub->tell_nodes("platform.watch", options_.node);
  }
  if (!has_sample_ || now - sampled_at_ >= sample_every) sample();
}

void Platform::sample() {
  const auto now = context_.clock->now();
  const auto& counts = context_.hub->counts();
  const auto process = options_.process();
  const double seconds = std::chrono::duration<double>(now - sampled_at_).count();
  const auto rate = [&](std::uint64_t hub::HubCounts::*member) {
    return has_sample_ ? static_cast<double>(counts.*member - counts_before_.*member) / seconds : 0.0;
  };
  json::object told{{"node", options_.node},
                    {"at_ms", unix_ms(context_.clock->wall())},
                    {"connections", context_.hub->clients()},
                    {"channels", context_.hub->channels()},
                    {"published_per_s", rate(&hub::HubCounts::published)},
                    {"deliveries_per_s", rate(&hub::HubCounts::deliveries)},
                    {"refused_per_s", rate(&hub::HubCounts::refused)},
                    {"resets", counts.resets},
                    {"cpu", has_sample_ ? (process.cpu_s - cpu_before_) / seconds : 0.0},
                    {"memory_bytes", process.memory_bytes},
                    {"broker_well", !context_.hub->broker_lost()}};
  const bool first = !has_sample_;
  counts_before_ = counts;
  cpu_before_ = process.cpu_s;
  sampled_at_ = now;
  has_sample_ = true;
  if (first) return;  // a rate needs two
  auto text = text_of(told);
  if (now < watched_until_) context_.hub->tell_nodes("platform.sample", text);
  show(std::move(text));
}

void Platform::show(std::string text) {
  if (context_.hub->subscribers(channel) == 0) return;
  context_.hub->publish(channel, "platform.sampled", std::make_shared<const std::string>(std::move(text)));
}

}  // namespace longwave::api
