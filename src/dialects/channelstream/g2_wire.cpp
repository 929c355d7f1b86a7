// SPDX-License-Identifier: Apache-2.0
#include "dialects/channelstream/g2_wire.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <utility>

namespace longwave::channelstream::g2 {
namespace {

namespace json = boost::json;

std::string_view type_of(Event::Kind kind) {
  switch (kind) {
    case Event::Kind::edit:
      return "message:edit";
    case Event::Kind::remove:
      return "message:delete";
    case Event::Kind::joined:
    case Event::Kind::left:
      return "presence";
    case Event::Kind::state:
      return "user_state_change";
    case Event::Kind::reset:
      return "channel:reset";
    case Event::Kind::message:
    case Event::Kind::other:
      break;
  }
  return "message";
}

json::value time_or_null(const std::optional<WallTime>& time) {
  return time ? json::value(iso_time(*time)) : json::value();
}

/// `user.changed` of the hub has both in the same form.
json::object state_message(const json::value& data) {
  json::object out{{"state", json::object()}, {"changed", json::array()}};
  if (const auto* fields = data.if_object()) {
    for (auto& [name, value] : out)
      if (const auto* given = fields->if_contains(name)) value = *given;
  }
  return out;
}

void fill_message(json::object& out, const Event& event) {
  out["user"] = event.user;
  if (event.kind == Event::Kind::other) {
    out["message"] = {{"method", event.method}, {"data", event.data}};
  } else if (!event.data.is_null()) {
    out["message"] = event.data;
  }
  out["channel"] = event.channel.empty() ? json::value() : json::value(event.channel);
  for (const auto& [key, value] : event.extra)
    if (!out.contains(key)) out[key] = value;
}

}  // namespace

json::object message(const Event& event, bool catchup) {
  json::object out;
  out["uuid"] = event.id;
  out["type"] = type_of(event.kind);
  if (event.kind == Event::Kind::remove) {
    out["channel"] = event.channel.empty() ? json::value() : json::value(event.channel);
    return out;
  }
  out["timestamp"] = iso_time(event.at);
  switch (event.kind) {
    case Event::Kind::joined:
    case Event::Kind::left: {
      const bool came = event.kind == Event::Kind::joined;
      out["user"] = event.user;
      out["channel"] = event.channel;
      out["message"] = {{"action", came ? "joined" : "parted"}};
      json::array users;
      for (const auto& user : event.users) users.emplace_back(user);
      out["users"] = std::move(users);
      out["state"] = came ? json::value(event.user_state) : json::value();
      break;
    }
    case Event::Kind::state:
      out["user"] = event.user;
      out["channel"] = event.channel;
      out["message"] = state_message(event.data);
      break;
    case Event::Kind::reset:
      out["user"] = nullptr;
      out["channel"] = event.channel.empty() ? json::value() : json::value(event.channel);
      out["message"] = event.data;
      break;
    default:
      fill_message(out, event);
      out["edited"] = time_or_null(event.edited);
  }
  out["catchup"] = catchup;
  return out;
}

json::object remembered(const Event& event, const std::vector<std::string>& exclude_users) {
  auto out = message(event, false);
  out.erase("catchup");
  json::array excluded;
  for (const auto& user : exclude_users) excluded.emplace_back(user);
  out["pm_users"] = json::array();
  out["exclude_users"] = std::move(excluded);
  out["no_history"] = false;
  return out;
}

std::string frame(const Event& event) {
  return json::serialize(json::array{message(event, false)});
}

std::string frames(std::span<const EventPtr> events, bool catchup) {
  json::array all;
  for (const auto& event : events) all.emplace_back(message(*event, catchup));
  return json::serialize(all);
}

bool callback_is_good(std::string_view name) {
  const auto letter = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '$';
  };
  return !name.empty() && name.size() <= 64 && letter(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '.'; });
}

}  // namespace longwave::channelstream::g2
