// SPDX-License-Identifier: Apache-2.0
#include "hub/message.hpp"

#include "hub/hub.hpp"

#include <boost/json.hpp>

#include <array>

namespace longwave::hub {
namespace json = boost::json;

namespace {

std::string quoted(std::string_view text) {
  return json::serialize(json::string(text));
}

}  // namespace

Payload message_data(const Words& words, WallTime at) {
  const std::string& name = words.name.empty() ? words.user : words.name;
  std::string text = "{\"id\":" + quoted(words.id) +
                     ",\"user\":" + (words.user.empty() ? "null" : quoted(words.user)) +
                     ",\"name\":" + quoted(name) + ",\"at_ms\":" + std::to_string(unix_ms(at)) +
                     ",\"edited_ms\":null,\"data\":" + (words.data ? *words.data : "null");
  if (!words.extra.empty()) text += ",\"extra\":" + words.extra;
  return std::make_shared<const std::string>(text + '}');
}

Result<Payload> edited_data(const std::string& old, const std::string& data, const std::string& extra,
                            WallTime at) {
  boost::system::error_code failed;
  json::value message = json::parse(old, failed);
  json::value fresh = failed ? json::value() : json::parse(data, failed);
  json::value added = failed || extra.empty() ? json::value(json::object{}) : json::parse(extra, failed);
  if (failed || !message.is_object() || !added.is_object())
    return error(Errc::broken, "what is kept, or is to be kept, is no message");
  auto& members = message.get_object();
  members["data"] = std::move(fresh);
  members["edited_ms"] = unix_ms(at);
  if (!added.get_object().empty()) {
    json::value& kept = members["extra"];
    if (!kept.is_object()) kept = json::object{};
    for (auto& [key, value] : added.get_object()) kept.get_object()[key] = std::move(value);
  }
  return std::make_shared<const std::string>(json::serialize(message));
}

std::string random_uuid(Random& random) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
  for (char& c : text) {
    if (c == 'x') c = digits[random.below(16)];
    if (c == 'y') c = digits[8 + random.below(4)];
  }
  return text;
}

}  // namespace longwave::hub
