// SPDX-License-Identifier: Apache-2.0
#include "hub/broker_redis_wire.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <charconv>

namespace longwave::hub::redis_wire {
namespace {

namespace json = boost::json;

/// Takes a number and the sign behind it from the front.
template <class Number>
bool take(std::string_view& text, Number& number, char sign) {
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc{} || end == text.data() + text.size() || *end != sign) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  return true;
}

std::string text_at(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string{};
}

std::optional<json::object> read_object(std::string_view text) {
  boost::system::error_code failed;
  auto value = json::parse(text, failed);
  if (failed || !value.is_object()) return std::nullopt;
  return std::move(value.get_object());
}

std::shared_ptr<const Audience> read_audience(const json::object& from, const std::string& node) {
  auto audience = std::make_shared<Audience>();
  if (const auto* users = from.if_contains("except"); users && users->is_array())
    for (const auto& user : users->get_array())
      if (user.is_string()) audience->except.emplace_back(user.get_string());
  if (const auto* client = from.if_contains("from"); client && text_at(from, "node") == node) {
    boost::system::error_code failed;
    const auto id = client->to_number<ClientId>(failed);
    if (!failed) audience->from = id;
  }
  audience->within = text_at(from, "within");
  if (*audience == Audience{}) return nullptr;
  return audience;
}

}  // namespace

std::string head_of(const Message& message, const std::string& node) {
  json::object head{{"method", message.method}};
  if (!message.user.empty()) head["user"] = message.user;
  if (!message.owner.empty()) head["owner"] = message.owner;
  if (message.audience) {
    json::object audience;
    if (!message.audience->except.empty()) audience["except"] = json::value_from(message.audience->except);
    if (!message.audience->within.empty()) audience["within"] = message.audience->within;
    if (message.audience->from != 0) {
      audience["from"] = message.audience->from;
      audience["node"] = node;
    }
    head["audience"] = std::move(audience);
  }
  return json::serialize(head);
}

std::optional<Publication> read_entry(std::string_view entry, const std::string& node) {
  std::int64_t at_ms = 0;
  std::size_t id_size = 0, head_size = 0;
  if (!take(entry, at_ms, ' ') || !take(entry, id_size, ' ') || !take(entry, head_size, '\n') ||
      entry.size() < id_size || entry.size() - id_size < head_size) {
    return std::nullopt;
  }
  const auto head = read_object(entry.substr(id_size, head_size));
  if (!head) return std::nullopt;
  Publication publication;
  publication.id = entry.substr(0, id_size);
  publication.method = text_at(*head, "method");
  publication.user = text_at(*head, "user");
  publication.owner = text_at(*head, "owner");
  if (const auto* audience = head->if_contains("audience"); audience && audience->is_object())
    publication.audience = read_audience(audience->get_object(), node);
  publication.data = std::make_shared<const std::string>(entry.substr(id_size + head_size));
  return publication;
}

std::optional<Publication> read_message(std::string_view message, const std::string& node) {
  std::uint64_t offset = 0;
  if (!message.starts_with("m ")) return std::nullopt;
  message.remove_prefix(2);
  if (!take(message, offset, ' ')) return std::nullopt;
  const auto space = message.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  auto publication = read_entry(message.substr(space + 1), node);
  if (!publication) return std::nullopt;
  publication->offset = offset;
  publication->epoch = message.substr(0, space);
  return publication;
}

std::string sort_text(const PresenceRow& row) {
  // Those with a name first; a zero byte ends the text in Redis.
  std::string text = (row.name.empty() ? "1" : "0") + row.name + '\x01' + row.user;
  std::replace(text.begin(), text.end(), '\0', '\x01');
  return text;
}

std::string row_json(const PresenceRow& row) {
  return json::serialize(json::object{{"user", row.user}, {"name", row.name}});
}

std::optional<PresenceRow> read_row(std::string_view field, std::string_view row) {
  const auto colon = field.find(':');
  PresenceRow read;
  std::size_t sort_size = 0;
  if (colon == std::string_view::npos || !take(row, read.connections, ' ') || !take(row, sort_size, '\n') ||
      row.size() < sort_size) {
    return std::nullopt;
  }
  const auto who = read_object(row.substr(sort_size));
  if (!who) return std::nullopt;
  read.key = field.substr(colon + 1);
  read.user = text_at(*who, "user");
  read.name = text_at(*who, "name");
  return read;
}

std::string keys_json(const std::vector<std::string>& keys) {
  return json::serialize(json::value_from(keys));
}

std::vector<std::string> read_keys(std::string_view text) {
  boost::system::error_code failed;
  const auto value = json::parse(text, failed);
  std::vector<std::string> keys;
  if (failed || !value.is_array()) return keys;
  for (const auto& key : value.get_array())
    if (key.is_string()) keys.emplace_back(key.get_string());
  return keys;
}

}  // namespace longwave::hub::redis_wire
