// SPDX-License-Identifier: Apache-2.0
#include "dialects/channelstream/g1_stream.hpp"

#include <boost/json.hpp>

namespace longwave::channelstream::g1 {

namespace json = boost::json;

json::object message_object(const Event& event, bool missed) {
  json::object out{{"type", "message"}, {"uuid", event.id}, {"user", event.user}, {"message", event.data}};
  if (!event.channel.empty()) out["channel"] = event.channel;
  if (!event.extra.contains("timestamp")) out["timestamp"] = iso_time(event.at);
  for (const auto& field : event.extra) {
    if (!out.contains(field.key())) out[field.key()] = field.value();
  }
  if (missed) out["catchup"] = true;
  return out;
}

Said say(const Event& event) {
  const json::array channels{json::string(event.channel)};
  switch (event.kind) {
    case Event::Kind::message:
      return {"message", {json::value(json::array{message_object(event, false)})}};
    case Event::Kind::joined:
      return {"presence_join", {event.user, channels}};
    case Event::Kind::left:
      return {"presence_leave", {event.user, channels}};
    case Event::Kind::other:
      break;
    case Event::Kind::edit:
    case Event::Kind::remove:
    case Event::Kind::state:
    case Event::Kind::reset:
      return {};
  }
  if (event.method == "channelstream.user_connect") return {"user_connect", {json::value(event.data)}};
  if (event.method != "channelstream.user_status" || !event.data.is_object()) return {};
  auto shown = event.data.get_object();
  shown.erase("channels");
  return {"user_status", {json::value(std::move(shown))}};
}

}  // namespace longwave::channelstream::g1
