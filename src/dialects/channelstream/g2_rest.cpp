// SPDX-License-Identifier: Apache-2.0
#include "dialects/channelstream/g2_rest.hpp"

#include "dialects/channelstream/g2_answers.hpp"
#include "dialects/channelstream/names.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <utility>

namespace longwave::channelstream::g2 {

namespace json = boost::json;

void Service::add_to(Rest& rest) {
  const auto add = [&](std::string_view method, std::string_view path, auto handler, bool is_signed = true) {
    rest.add(method, path, Form::g2, Rest::Rules{.is_signed = is_signed, .any_body = false},
             [this, handler](Call&& call) { (this->*handler)(std::move(call)); });
  };
  add("POST", "/connect", &Service::connect);
  add("POST", "/subscribe", &Service::subscribe);
  add("POST", "/unsubscribe", &Service::unsubscribe);
  add("POST", "/user_state", &Service::user_state);
  add("POST", "/message", &Service::post);
  add("POST", "/channel_config", &Service::channel_config);
  using OneCall = void (Service::*)(Call &&);
  add("GET", "/info", static_cast<OneCall>(&Service::info));
  add("POST", "/info", static_cast<OneCall>(&Service::info));
  add("GET", "/disconnect", &Service::disconnect, false);
  add("POST", "/disconnect", &Service::disconnect, false);
  for (const auto& [method, verb] : {std::pair{"PATCH", Verb::patch}, std::pair{"DELETE", Verb::remove}}) {
    rest.add(method, "/message", Form::g2,
             [this, verb = verb](Call&& call) { change(std::move(call), verb); });
  }
}

Problems Service::refused(const std::vector<std::string>& channels, const ChannelChanges& configs) const {
  const auto closed = [this](const std::string& name) {
    const auto who = core_.hub().config(name)->subscribe;
    return who == hub::Who::server || who == hub::Who::admin;
  };
  json::object problems;
  for (std::size_t i = 0; i < channels.size(); ++i) {
    if (closed(channels[i])) problems[std::to_string(i)] = json::array{"Not for browsers."};
  }
  if (!problems.empty()) return {{"channels", std::move(problems)}};
  for (const auto& [name, change] : configs) {
    if (closed(name) || hub::is_system_channel(name))
      problems[name] = json::object{{"key", json::array{"Not for web applications."}}};
  }
  if (!problems.empty()) return {{"channel_configs", std::move(problems)}};
  return {};
}

/// Channels come into being with the settings that are given for them; those that exist keep theirs.
void Service::prepare(const std::vector<std::string>& channels, const ChannelChanges& configs) {
  for (const auto& name : channels) {
    const auto found =
        std::find_if(configs.begin(), configs.end(), [&](const auto& entry) { return entry.first == name; });
    if (found == configs.end()) {
      core_.ensure_channel(name);
      continue;
    }
    const auto settings = found->second.over({});
    core_.ensure_channel(name, &settings);
  }
}

void Service::connect(Call&& call) {
  Connect wanted;
  auto problems = read(call.body, wanted);
  if (problems.empty()) problems = refused(wanted.channels, wanted.channel_configs);
  if (!problems.empty()) return call.answer(problems, 422);
  auto* session = wanted.conn_id.empty() ? nullptr : core_.find(wanted.conn_id);
  if (session && session->user != wanted.username)
    return call.answer({{"conn_id", {"Belongs to another user."}}}, 422);
  auto& user = core_.user(wanted.username);
  const bool made = !session;
  if (made) {
    if (wanted.conn_id.empty()) wanted.conn_id = secret_uuid();
    session = &core_.open(wanted.conn_id, user, core_.settings().idle);
  }
  prepare(wanted.channels, wanted.channel_configs);
  hub::StateUpdate update{.values = state_texts(wanted.user_state),
                          .fresh = state_texts(wanted.fresh_user_state),
                          .public_keys = wanted.state_public_keys};
  auto sorted = wanted.channels;
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  core_.set_state(user, std::move(update),
                  [this, call = std::move(call), wanted = std::move(wanted), made,
                   sorted = std::move(sorted)](Result<hub::StateChange> done) mutable {
                    auto* session = core_.find(wanted.conn_id);
                    if (!done || !session) return fail(std::move(call), done ? gone() : done.error());
                    core_.join(*session, sorted,
                               [this, call = std::move(call), wanted = std::move(wanted), made,
                                sorted](Result<void> joined) mutable {
                                 if (!joined) {
                                   auto* session = core_.find(wanted.conn_id);
                                   if (made && session) core_.close(*session, "refused");
                                   return fail(std::move(call), joined.error());
                                 }
                                 info(sorted, wanted.info,
                                      [this, call = std::move(call), conn_id = wanted.conn_id,
                                       name = wanted.username, sorted](json::object channels_info) mutable {
                                        const auto& user = core_.user(name);
                                        call.answer({{"conn_id", conn_id},
                                                     {"username", name},
                                                     {"state", user.state},
                                                     {"public_state", user.public_state()},
                                                     {"channels", json_list(sorted)},
                                                     {"channels_info", std::move(channels_info)}});
                                      });
                               });
                  });
}

void Service::subscribe(Call&& call) {
  Subscribe wanted;
  auto problems = read(call.body, call.request().query_value("conn_id"), wanted);
  if (problems.empty()) problems = refused(wanted.channels, wanted.channel_configs);
  auto* session = core_.find(wanted.conn_id);
  if (!session && !problems.contains("conn_id") && !problems.contains("_schema"))
    problems["conn_id"] = json::array{"Unknown connection"};
  if (!problems.empty()) return call.answer(problems, 422);
  prepare(wanted.channels, wanted.channel_configs);
  std::set<std::string> fresh;
  for (const auto& name : wanted.channels)
    if (!session->channels.contains(name)) fresh.insert(name);
  std::vector<std::string> channels(fresh.begin(), fresh.end());
  core_.join(
      *session, channels,
      [this, call = std::move(call), wanted = std::move(wanted), channels](Result<void> joined) mutable {
        auto* session = core_.find(wanted.conn_id);
        if (!joined || !session) return fail(std::move(call), joined ? gone() : joined.error());
        const std::vector<std::string> now(session->channels.begin(), session->channels.end());
        info(now, wanted.info, [call = std::move(call), now, channels](json::object channels_info) mutable {
          call.answer({{"channels", json_list(now)},
                       {"channels_info", std::move(channels_info)},
                       {"subscribed_to", json_list(channels)}});
        });
      });
}

void Service::unsubscribe(Call&& call) {
  Subscribe wanted;
  auto problems = read(call.body, call.request().query_value("conn_id"), wanted);
  auto* session = core_.find(wanted.conn_id);
  if (!session && !problems.contains("conn_id") && !problems.contains("_schema"))
    problems["conn_id"] = json::array{"Unknown connection"};
  if (!problems.empty()) return call.answer(problems, 422);
  std::set<std::string> left;
  for (const auto& name : wanted.channels)
    if (session->channels.contains(name)) left.insert(name);
  const std::vector<std::string> channels(left.begin(), left.end());
  core_.leave(*session, channels);
  const std::vector<std::string> now(session->channels.begin(), session->channels.end());
  info(now, wanted.info, [call = std::move(call), now, channels](json::object channels_info) mutable {
    call.answer({{"channels", json_list(now)},
                 {"channels_info", std::move(channels_info)},
                 {"unsubscribed_from", json_list(channels)}});
  });
}

void Service::user_state(Call&& call) {
  StateOf wanted;
  if (const auto problems = read(call.body, wanted); !problems.empty()) return call.answer(problems, 422);
  const auto name = wanted.user;
  core_.hub().state(name, [this, call = std::move(call),
                           wanted = std::move(wanted)](Result<hub::UserState> known) mutable {
    if (!known) return fail(std::move(call), known.error());
    if (known->version == 0 && !core_.find_user(wanted.user))
      return call.answer({{"user", {"Unknown user"}}}, 422);
    auto& user = core_.user(wanted.user);
    hub::StateUpdate update{
        .values = state_texts(wanted.user_state), .fresh = {}, .public_keys = wanted.state_public_keys};
    core_.set_state(
        user, std::move(update),
        [this, call = std::move(call), wanted = std::move(wanted)](Result<hub::StateChange> done) mutable {
          if (!done) return fail(std::move(call), done.error());
          const auto& user = core_.user(wanted.user);
          json::array changed;
          for (const auto& [key, value] : wanted.user_state) {
            if (std::find(done->changed.begin(), done->changed.end(), std::string_view(key)) !=
                done->changed.end())
              changed.push_back({{"key", key}, {"value", value}});
          }
          call.answer({{"user_state", user.state},
                       {"changed_state", std::move(changed)},
                       {"public_keys", json_list(user.public_keys)}});
        });
  });
}

void Service::channel_config(Call&& call) {
  ChannelChanges changes;
  auto problems = read(call.body, changes);
  if (problems.empty()) {
    problems = refused({}, changes);
    if (auto* inner = problems.if_contains("channel_configs")) problems = json::object(inner->as_object());
  }
  if (!problems.empty()) return call.answer(problems, 422);
  std::vector<std::string> names;
  for (const auto& [name, change] : changes) {
    core_.ensure_channel(name);
    auto& channel = *core_.find_channel(name);
    core_.configure(channel, change.over(core_.settings_of(channel)));
    names.push_back(name);
  }
  InfoOptions options;
  options.include_history = options.include_users = false;
  info(names, options, [call = std::move(call)](json::object channels_info) mutable {
    call.answer(std::move(channels_info));
  });
}

void Service::info(Call&& call) {
  InfoOptions options;
  if (call.has_body) {
    if (const auto problems = read(call.body, options); !problems.empty()) return call.answer(problems, 422);
  }
  info(all_channels(options), options, [call = std::move(call)](json::object channels_info) mutable {
    call.answer(std::move(channels_info));
  });
}

void Service::disconnect(Call&& call) {
  std::string conn_id(call.request().query_value("conn_id").value_or(""));
  if (conn_id.empty()) {
    if (const auto* body = call.body.if_object()) {
      if (const auto* given = body->if_contains("conn_id"); given && given->is_string())
        conn_id = given->get_string();
    }
  }
  if (conn_id.empty()) return call.answer({{"conn_id", {"Missing data for required field."}}}, 422);
  auto* session = core_.find(conn_id);
  if (!session) session = core_.find(normal_uuid(conn_id).value_or(""));
  const bool known = session != nullptr;
  if (known) core_.close(*session, "disconnected");
  call.answer(known);
}

}  // namespace longwave::channelstream::g2
