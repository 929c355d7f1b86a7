// SPDX-License-Identifier: Apache-2.0
#include "dialects/channelstream/g1_rest.hpp"

#include "dialects/channelstream/core.hpp"
#include "dialects/channelstream/g1_info.hpp"
#include "dialects/channelstream/g1_stream.hpp"
#include "dialects/channelstream/names.hpp"
#include "dialects/channelstream/rest.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <functional>
#include <set>
#include <utility>

namespace longwave::channelstream::g1 {
namespace {

namespace json = boost::json;

constexpr std::size_t most_channels = 1000;
constexpr std::size_t longest_name = 512;
constexpr std::size_t most_posted = 1000;
constexpr std::size_t longest_history = 10'000;

void fail(Call& call, std::string_view text, int status = 400) {
  call.answer({{"error", text}}, status);
}

/// The fields of the body; null (and answered) if it isn't an object.
const json::object* fields_of(Call& call) {
  if (const auto* object = call.body.if_object()) return object;
  fail(call, "The body must be a JSON object");
  return nullptr;
}

/// The first of these keys that holds a text.
std::string text_of(const json::object& from, std::initializer_list<std::string_view> keys) {
  for (const auto key : keys) {
    const auto* value = from.if_contains(key);
    if (value && value->is_string() && !value->get_string().empty()) return std::string(value->get_string());
  }
  return {};
}

std::vector<std::string> texts_of(const json::object& from, std::string_view key) {
  std::vector<std::string> texts;
  const auto* value = from.if_contains(key);
  const auto* list = value ? value->if_array() : nullptr;
  if (!list) return texts;
  for (const auto& one : *list) {
    if (one.is_string()) texts.emplace_back(one.get_string());
  }
  return texts;
}

std::int64_t status_of(const json::object& from) {
  const auto* value = from.if_contains("status");
  if (!value) return 1;
  if (value->is_int64()) return value->get_int64();
  return -1;
}

/// Why these channels can't be granted; empty: they can.
std::string_view refuse_channels(Core& core, const std::vector<std::string>& channels) {
  if (channels.empty()) return "No channels specified";
  if (channels.size() > most_channels) return "Too many channels";
  for (const auto& name : channels) {
    if (const auto why = refuse_channel(name); !why.empty()) return why;
    const auto who = core.hub().config(name)->subscribe;
    if (who == hub::Who::server || who == hub::Who::admin) return "This channel is not for browsers";
  }
  return {};
}

/// Why a web application can't speak on this channel or set it up.
std::string_view refuse_own(std::string_view channel) {
  if (const auto why = refuse_channel(channel); !why.empty()) return why;
  return hub::is_system_channel(channel) ? "This channel is the server's own" : std::string_view{};
}

void grant(Core& core, User& user, const std::vector<std::string>& channels) {
  for (const auto& name : channels) {
    core.ensure_channel(name);
    user.granted.insert(name);
  }
}

void connect(Core& core, Streams& streams, Call& call) {
  const auto* fields = fields_of(call);
  if (!fields) return;
  const auto name = text_of(*fields, {"username", "user"});
  if (name.empty()) return fail(call, "No username specified");
  if (name.size() > longest_name) return fail(call, "The username is too long");
  const auto channels = texts_of(*fields, "channels");
  if (const auto why = refuse_channels(core, channels); !why.empty()) return fail(call, why);
  const auto status = status_of(*fields);
  if (status < 0) return fail(call, "The status is a whole number from 0");
  auto conn_id = text_of(*fields, {"conn_id"});
  if (conn_id.size() > longest_name) return fail(call, "The conn_id is too long");
  const auto* known = conn_id.empty() ? nullptr : core.find(conn_id);
  if (known && known->user != name) return fail(call, "This conn_id belongs to another user");
  auto& user = core.user(name);
  user.status = status;
  grant(core, user, channels);
  if (conn_id.empty()) conn_id = secret_uuid();
  if (!known) streams.open(conn_id, user);
  call.answer({{"status", status}, {"conn_id", conn_id}});
}

void subscribe(Core& core, Streams& streams, Call& call) {
  const auto* fields = fields_of(call);
  if (!fields) return;
  const auto channels = texts_of(*fields, "channels");
  if (const auto why = refuse_channels(core, channels); !why.empty()) return fail(call, why);
  const auto conn_id = text_of(*fields, {"conn_id"});
  const auto* session = conn_id.empty() ? nullptr : core.find(conn_id);
  if (!conn_id.empty() && !session) return fail(call, "Unknown connection", 403);
  auto* user = core.find_user(session ? session->user : text_of(*fields, {"username", "user"}));
  if (!user) return fail(call, "User doesn't exist", 404);
  grant(core, *user, channels);
  if (session) streams.join(*session, channels);
  json::array answer;
  for (const auto& name : channels) answer.emplace_back(name);
  call.answer(answer);
}

void disconnect(Core& core, Call& call) {
  const auto* fields = call.has_body ? fields_of(call) : nullptr;
  if (call.has_body && !fields) return;
  auto conn_id = fields ? text_of(*fields, {"conn_id"}) : std::string{};
  if (conn_id.empty()) conn_id = call.request().query_value("conn_id").value_or("");
  auto* session = core.find(conn_id);
  if (session) core.close(*session, "disconnected by the web application");
  call.answer(session != nullptr);
}

/// A message as it was posted; what isn't known is passed on to the browsers.
Posting posting_of(const json::object& fields) {
  Posting posting;
  for (const auto& [key, value] : fields) {
    if (key == "user" || key == "channel" || key == "pm_users" || key == "type") continue;
    if (key == "message") {
      posting.data = value;
    } else {
      posting.extra[key] = value;
    }
  }
  posting.user = text_of(fields, {"user"});
  posting.channel = text_of(fields, {"channel"});
  posting.pm_users = texts_of(fields, "pm_users");
  if (const auto at = parse_iso_time(text_of(fields, {"timestamp"}))) posting.at = at;
  return posting;
}

std::string_view refuse_message(const json::value& value) {
  const auto* fields = value.if_object();
  if (!fields) return "A message is a JSON object";
  const auto bad = [&](std::string_view key, auto fits) {
    const auto* field = fields->if_contains(key);
    return field && !field->is_null() && !fits(*field);
  };
  const auto is_text = [](const json::value& v) { return v.is_string(); };
  if (bad("channel", is_text)) return "channel is a text";
  if (bad("user", is_text)) return "user is a text";
  if (bad("pm_users", [](const json::value& v) { return v.is_array(); })) return "pm_users is a list";
  if (bad("timestamp", is_text)) return "timestamp is a text";
  const auto channel = text_of(*fields, {"channel"});
  return channel.empty() ? std::string_view{} : refuse_own(channel);
}

void message(Core& core, const std::shared_ptr<Call>& call) {
  json::array one;
  if (!call->body.is_array()) one.push_back(call->body);
  const auto& list = call->body.is_array() ? call->body.get_array() : one;
  if (list.size() > most_posted) return fail(*call, "Too many messages at once");
  for (const auto& value : list) {
    if (const auto why = refuse_message(value); !why.empty()) return fail(*call, why);
  }
  struct Rest {
    std::size_t open = 1;
    bool failed = false;
  };
  auto rest = std::make_shared<Rest>();
  const auto answered = [call, rest](const Result<void>& result) {
    rest->failed = rest->failed || !result;
    if (--rest->open > 0) return;
    rest->failed ? fail(*call, "The message could not be stored; try again", 503) : call->answer(nullptr);
  };
  for (const auto& value : list) {
    ++rest->open;
    core.post(posting_of(value.get_object()), answered);
  }
  answered({});
}

void answer_info(Core& core, Call& call) {
  std::set<std::string> only;
  if (call.has_body) {
    const auto* fields = fields_of(call);
    if (!fields) return;
    for (auto& name : texts_of(*fields, "channels")) only.insert(std::move(name));
  }
  call.answer(info(core, only));
}

void user_status(Core& core, Streams& streams, Call& call) {
  const auto* fields = fields_of(call);
  if (!fields) return;
  const auto name = text_of(*fields, {"user", "username"});
  if (name.empty()) return fail(call, "No username specified");
  const auto status = status_of(*fields);
  if (status < 0) return fail(call, "The status is a whole number from 0");
  if (auto* user = core.find_user(name); user && std::exchange(user->status, status) != status)
    streams.tell_status(*user);
  call.answer(json::object{});
}

/// What the pair says over what is there; nullopt: it isn't a pair.
std::optional<ChannelSettings> changed(ChannelSettings settings, const json::object& to) {
  const std::pair<std::string_view, bool ChannelSettings::*> truths[] = {
      {"presence", &ChannelSettings::notify_presence},
      {"salvagable", &ChannelSettings::salvagable},
      {"store_history", &ChannelSettings::store_history}};
  for (const auto& [key, member] : truths) {
    const auto* value = to.if_contains(key);
    if (!value) continue;
    if (!value->is_bool()) return std::nullopt;
    settings.*member = value->get_bool();
  }
  if (const auto* size = to.if_contains("history_size")) {
    const bool fits = size->is_int64() && size->get_int64() >= 0 &&
                      size->get_int64() <= static_cast<std::int64_t>(longest_history);
    if (!fits) return std::nullopt;
    settings.history_size = static_cast<std::size_t>(size->get_int64());
  }
  return settings;
}

void channel_config(Core& core, Call& call) {
  const auto* pairs = call.body.if_array();
  if (!pairs) return fail(call, "The body must be a list of [channel, settings]");
  std::vector<std::pair<std::string, const json::object*>> changes;
  for (const auto& value : *pairs) {
    const auto* pair = value.if_array();
    const bool fits = pair && pair->size() == 2 && (*pair)[0].is_string() && (*pair)[1].is_object();
    if (!fits) return fail(call, "The body must be a list of [channel, settings]");
    std::string name((*pair)[0].get_string());
    if (const auto why = refuse_own(name); !why.empty()) return fail(call, why);
    if (!changed({}, (*pair)[1].get_object())) return fail(call, "A setting has the wrong type");
    changes.emplace_back(std::move(name), &(*pair)[1].get_object());
  }
  json::array answer;
  for (const auto& [name, to] : changes) {
    core.ensure_channel(name);
    auto& channel = *core.find_channel(name);
    core.configure(channel, *changed(core.settings_of(channel), *to));
    answer.emplace_back(settings_json(core.settings_of(channel)));
  }
  call.answer(answer);
}

}  // namespace

void add_rest(Rest& rest, Core& core, Streams& streams) {
  const auto add = [&](std::string_view path, Handle handle) {
    rest.add("POST", path, Form::g1, std::move(handle));
  };
  add("/connect", [&](Call&& call) { connect(core, streams, call); });
  add("/subscribe", [&](Call&& call) { subscribe(core, streams, call); });
  add("/disconnect", [&](Call&& call) { disconnect(core, call); });
  add("/message", [&](Call&& call) { message(core, std::make_shared<Call>(std::move(call))); });
  add("/info", [&](Call&& call) { answer_info(core, call); });
  add("/user_status", [&](Call&& call) { user_status(core, streams, call); });
  add("/channel_config", [&](Call&& call) { channel_config(core, call); });
}

}  // namespace longwave::channelstream::g1
