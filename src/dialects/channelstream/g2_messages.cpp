// SPDX-License-Identifier: Apache-2.0
#include "dialects/channelstream/g2_answers.hpp"
#include "dialects/channelstream/g2_rest.hpp"

#include <boost/json.hpp>

#include <chrono>
#include <utility>

namespace longwave::channelstream::g2 {

namespace json = boost::json;

namespace {

/// As it is stored and sent: in whole milliseconds.
WallTime whole(WallTime at) {
  return std::chrono::floor<std::chrono::milliseconds>(at);
}

json::object routing(const Message& message) {
  return {{"pm_users", json_list(message.pm_users)},
          {"exclude_users", json_list(message.exclude_users)},
          {"channel", message.channel.empty() ? json::value() : json::value(message.channel)},
          {"no_history", message.no_history},
          {"uuid", message.uuid}};
}

Posting posting(Message&& message) {
  return {.id = std::move(message.uuid),
          .user = std::move(message.user),
          .channel = std::move(message.channel),
          .pm_users = std::move(message.pm_users),
          .exclude_users = std::move(message.exclude_users),
          .history = !message.no_history,
          .data = message.has_message ? json::value(std::move(message.message)) : json::value(),
          .at = message.timestamp,
          .extra = std::move(message.others)};
}

/// A list that is answered when everything in it is done.
struct Pending {
  Call call;
  json::array answers = {};
  std::optional<Error> failed = {};

  explicit Pending(Call&& call) : call(std::move(call)) {}
  Pending(const Pending&) = delete;
  Pending& operator=(const Pending&) = delete;
  ~Pending() {
    if (failed) {
      fail(std::move(call), *failed);
    } else {
      call.answer(answers);
    }
  }
};

/// Fields that no name of the dialect may carry into an event.
void drop_reserved(json::object& others) {
  for (const auto* name : {"type", "catchup", "edited"}) others.erase(name);
}

}  // namespace

void Service::post(Call&& call) {
  std::vector<Message> messages;
  auto problems = read(call.body, Verb::post, messages);
  for (std::size_t i = 0; i < messages.size() && problems.empty(); ++i) {
    const auto& channel = messages[i].channel;
    if (!channel.empty() && core_.hub().config(channel)->publish == hub::Who::server)
      problems[std::to_string(i)] = json::object{{"channel", json::array{"Only the server speaks here."}}};
  }
  if (!problems.empty()) return call.answer(problems, 422);
  auto pending = std::make_shared<Pending>(std::move(call));
  for (auto& message : messages) {
    if (message.channel.empty() && message.pm_users.empty()) continue;
    if (message.uuid.empty()) message.uuid = core_.hub().new_id();
    message.timestamp = whole(message.timestamp.value_or(core_.clock().wall()));
    drop_reserved(message.others);
    auto answer = routing(message);
    answer["timestamp"] = iso_time(*message.timestamp);
    answer["user"] = message.user;
    if (message.has_message) answer["message"] = message.message;
    answer["edited"] = nullptr;
    for (const auto& [key, value] : message.others) answer[key] = value;
    pending->answers.emplace_back(std::move(answer));
    core_.post(posting(std::move(message)), [pending](Result<void> done) {
      if (!done && done.error().code == Errc::unavailable) pending->failed = done.error();
    });
  }
}

// An id that nobody knows is answered like any other: what an answer tells isn't who may read what.
void Service::change(Call&& call, Verb verb) {
  std::vector<Message> messages;
  if (const auto problems = read(call.body, verb, messages); !problems.empty())
    return call.answer(problems, 422);
  auto pending = std::make_shared<Pending>(std::move(call));
  const auto done = [pending](Result<void> done) {
    if (!done && done.error().code == Errc::unavailable) pending->failed = done.error();
  };
  for (auto& message : messages) {
    auto answer = routing(message);
    if (verb == Verb::remove) {
      pending->answers.emplace_back(std::move(answer));
      core_.remove(posting(std::move(message)), done);
      continue;
    }
    drop_reserved(message.others);
    const auto edited = whole(message.edited.value_or(core_.clock().wall()));
    if (message.timestamp) answer["timestamp"] = message.others["timestamp"] = iso_time(*message.timestamp);
    if (!message.user.empty()) answer["user"] = message.others["user"] = message.user;
    if (message.has_message) answer["message"] = message.message;
    answer["edited"] = iso_time(edited);
    for (const auto& [key, value] : message.others) answer[key] = value;
    pending->answers.emplace_back(std::move(answer));
    const bool keep_data = !message.has_message;
    core_.edit(posting(std::move(message)), edited, keep_data, done);
  }
}

}  // namespace longwave::channelstream::g2
