// SPDX-License-Identifier: Apache-2.0
#include "dialects/channelstream/g2_schema.hpp"

#include "dialects/channelstream/names.hpp"

#include <boost/json.hpp>

namespace longwave::channelstream::g2 {
namespace {

namespace json = boost::json;

constexpr std::size_t longest_user = 512;
constexpr std::size_t longest_channel = 256;

/// Puts what was read into place; without it, the default stays.
template <class T, class U>
void take(std::optional<T>&& value, U& into) {
  if (value) into = std::move(*value);
}

Problems read(const json::value& body, ChannelChange& into) {
  Reader reader(body);
  into.notify_presence = reader.truth("notify_presence");
  into.broadcast_presence_with_user_lists = reader.truth("broadcast_presence_with_user_lists");
  into.notify_state = reader.truth("notify_state");
  into.store_history = reader.truth("store_history");
  into.history_size = reader.count("history_size");
  into.store_frames = reader.truth("store_frames");
  return reader.finish();
}

Problems read_options(const json::value& body, InfoOptions& into) {
  Reader reader(body);
  take(reader.truth("include_history"), into.include_history);
  take(reader.truth("include_users"), into.include_users);
  (void)reader.truth("include_connections");  // has no effect
  take(reader.truth("return_public_state"), into.return_public_state);
  take(reader.texts("channels", longest_channel, false, true), into.channels);
  take(reader.texts("exclude_channels", longest_channel, false, true), into.exclude_channels);
  return reader.finish();
}

/// Names of channels that a web application can't have are problems of the field.
void check_names(Reader& reader, std::string_view field, const std::vector<std::string>& names) {
  json::object problems;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (const auto why = refuse_channel(names[i]); !why.empty())
      problems[std::to_string(i)] = json::array{json::string(why)};
  }
  if (!problems.empty()) reader.note_all(field, std::move(problems));
}

Problems read_changes(const json::value& body, ChannelChanges& into) {
  const auto* fields = body.if_object();
  if (!fields) return {{"_schema", json::array{"Invalid input type."}}};
  Problems problems;
  for (const auto& [name, value] : *fields) {
    ChannelChange change;
    auto wrong = read(value, change);
    if (const auto why = refuse_channel(std::string_view(name)); !why.empty()) {
      problems[name] = json::object{{"key", json::array{json::string(why)}}};
    } else if (!wrong.empty()) {
      problems[name] = json::object{{"value", std::move(wrong)}};
    } else {
      into.emplace_back(name, change);
    }
  }
  return problems;
}

void read_nested(Reader& reader, ChannelChanges& configs, InfoOptions& info) {
  if (const auto* value = reader.nested("channel_configs")) {
    if (!value->is_object()) {
      reader.note("channel_configs", "Not a valid mapping type.");
    } else if (auto wrong = read_changes(*value, configs); !wrong.empty()) {
      reader.note_all("channel_configs", std::move(wrong));
    }
  }
  if (const auto* value = reader.nested("info")) {
    if (auto wrong = read_options(*value, info); !wrong.empty()) reader.note_all("info", std::move(wrong));
  }
}

}  // namespace

ChannelSettings ChannelChange::over(ChannelSettings settings) const {
  settings.notify_presence = notify_presence.value_or(settings.notify_presence);
  settings.broadcast_presence_with_user_lists =
      broadcast_presence_with_user_lists.value_or(settings.broadcast_presence_with_user_lists);
  settings.notify_state = notify_state.value_or(settings.notify_state);
  settings.store_history = store_history.value_or(settings.store_history);
  settings.history_size = history_size.value_or(settings.history_size);
  settings.store_frames = store_frames.value_or(settings.store_frames);
  return settings;
}

Problems read(const json::value& body, Connect& into) {
  Reader reader(body);
  take(reader.text("username", longest_user, true), into.username);
  take(reader.uuid("conn_id"), into.conn_id);
  take(reader.texts("channels", longest_channel), into.channels);
  take(reader.texts("state_public_keys", 0), into.state_public_keys);
  take(reader.state("fresh_user_state"), into.fresh_user_state);
  take(reader.state("user_state"), into.user_state);
  read_nested(reader, into.channel_configs, into.info);
  check_names(reader, "channels", into.channels);
  return reader.finish();
}

Problems read(const json::value& body, std::optional<std::string_view> conn_id, Subscribe& into) {
  Reader reader(body);
  if (conn_id) {
    (void)reader.nested("conn_id");
    if (auto uuid = normal_uuid(*conn_id)) {
      into.conn_id = std::move(*uuid);
    } else {
      reader.note("conn_id", "Not a valid UUID.");
    }
  } else {
    take(reader.uuid("conn_id", true), into.conn_id);
  }
  if (auto channels = reader.texts("channels", longest_channel, true)) {
    into.channels = std::move(*channels);
    if (into.channels.empty()) reader.note("channels", "Shorter than minimum length 1.");
  }
  read_nested(reader, into.channel_configs, into.info);
  check_names(reader, "channels", into.channels);
  return reader.finish();
}

Problems read(const json::value& body, StateOf& into) {
  Reader reader(body);
  take(reader.text("user", longest_user, true), into.user);
  take(reader.state("user_state"), into.user_state);
  into.state_public_keys = reader.texts("state_public_keys", 0, false, true);
  return reader.finish();
}

Problems read(const json::value& body, ChannelChanges& into) {
  return read_changes(body, into);
}

Problems read(const json::value& body, InfoOptions& into) {
  Reader reader(body);
  if (!reader.has("info") && body.is_object()) reader.note("info", "Missing data for required field.");
  if (const auto* value = reader.nested("info")) {
    if (auto wrong = read_options(*value, into); !wrong.empty()) reader.note_all("info", std::move(wrong));
  }
  return reader.finish();
}

namespace {

Problems read_one(const json::value& body, Verb verb, Message& into) {
  Reader reader(body);
  if (verb != Verb::remove) take(reader.text("user", longest_user, verb == Verb::post), into.user);
  take(reader.text("channel", longest_channel, false, true), into.channel);
  take(reader.texts("pm_users", longest_user), into.pm_users);
  take(reader.texts("exclude_users", longest_user), into.exclude_users);
  take(reader.truth("no_history"), into.no_history);
  take(reader.uuid("uuid", verb != Verb::post), into.uuid);
  if (verb != Verb::remove) {
    if (auto message = reader.object("message")) {
      into.message = std::move(*message);
      into.has_message = true;
    }
    into.timestamp = reader.time("timestamp");
  }
  if (verb == Verb::patch) into.edited = reader.time("edited");
  if (!into.channel.empty()) {
    if (const auto why = refuse_channel(into.channel); !why.empty()) reader.note("channel", why);
  }
  if (verb == Verb::remove) return reader.finish();
  return reader.finish(into.others);
}

}  // namespace

Problems read(const json::value& body, Verb verb, std::vector<Message>& into) {
  const auto* list = body.if_array();
  if (!list) return {{"_schema", json::array{"Invalid input type."}}};
  Problems problems;
  for (std::size_t i = 0; i < list->size(); ++i) {
    auto wrong = read_one((*list)[i], verb, into.emplace_back());
    if (!wrong.empty()) problems[std::to_string(i)] = std::move(wrong);
  }
  return problems;
}

}  // namespace longwave::channelstream::g2
