// SPDX-License-Identifier: Apache-2.0
#include "api/hooks.hpp"
#include "base/text.hpp"
#include "hub/hub.hpp"

#include <boost/json.hpp>

namespace longwave::api {
namespace {

namespace json = boost::json;

json::value text_or_null(std::string_view text) {
  if (text.empty()) return nullptr;
  return json::string(text);
}

}  // namespace

std::string_view hook_name(const hub::HubEvent& event) {
  using Kind = hub::HubEvent::Kind;
  switch (event.kind) {
    case Kind::connected:
      return "connect";
    case Kind::subscribed:
      return "subscribe";
    case Kind::unsubscribed:
      return "unsubscribe";
    case Kind::published:
      return "publish";
    case Kind::disconnected:
      return "disconnect";
  }
  return "";
}

std::string hook_event(const hub::HubEvent& event, std::uint64_t number, WallTime at) {
  json::object told{{"number", number}, {"event", hook_name(event)}, {"at_ms", unix_ms(at)}};
  if (event.kind == hub::HubEvent::Kind::published) {
    if (!event.publication || !event.publication->method.starts_with("channel.")) return {};
    told["channel"] = event.publication->channel;
    told["method"] = event.publication->method;
    boost::system::error_code bad;
    told["data"] = json::parse(*event.publication->data, bad, {}, {.max_depth = 128});
    return json::serialize(told);
  }
  told["client"] = std::to_string(event.client);
  told["user"] = text_or_null(event.person ? event.person->user : std::string_view{});
  told["name"] = text_or_null(event.person ? text::to_utf8(event.person->name) : std::string{});
  if (!event.channel.empty()) told["channel"] = json::string(event.channel);
  return json::serialize(told);
}

}  // namespace longwave::api
