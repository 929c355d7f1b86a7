// SPDX-License-Identifier: Apache-2.0
#include "fleet/messages.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <cmath>
#include <utility>

namespace longwave::fleet {
namespace {

namespace json = boost::json;

constexpr double longest_time = 9e9;  // seconds; what nanoseconds in 64 bits can hold

/// Reads fields of one object and remembers the first that is wrong.
class Fields {
 public:
  explicit Fields(json::object object) : object_(std::move(object)) {}

  /// Mandatory and not empty: an identifier.
  std::string name(std::string_view key) {
    auto value = optional_name(key);
    if (value.empty()) wrong(key, "is missing");
    return value;
  }
  /// An identifier that may be absent, or null.
  std::string optional_name(std::string_view key) {
    auto value = optional_text(key).value_or("");
    if (value.size() > longest_name) wrong(key, "is too long");
    return value;
  }
  std::string text(std::string_view key) {
    auto value = optional_text(key);
    if (!value) wrong(key, "is missing");
    return std::move(value).value_or("");
  }
  std::optional<std::string> optional_text(std::string_view key) {
    const auto* value = find(key);
    if (!value) return std::nullopt;
    if (const auto* string = value->if_string()) return std::string(string->data(), string->size());
    wrong(key, "isn't a string");
    return std::nullopt;
  }
  std::optional<std::int64_t> optional_integer(std::string_view key) {
    const auto* value = find(key);
    if (!value) return std::nullopt;
    if (const auto* number = value->if_int64()) return *number;
    wrong(key, "isn't an integer");
    return std::nullopt;
  }
  std::int64_t integer(std::string_view key) {
    if (!find(key)) wrong(key, "is missing");
    return optional_integer(key).value_or(0);
  }
  /// 0 is how the C++ streamer says null.
  std::optional<std::int64_t> user() {
    auto id = optional_integer("user_id");
    if (id == 0) id.reset();
    return id;
  }
  Credentials credentials() {
    return {optional_text("auth_token"), optional_text("username"), optional_text("api_key")};
  }
  double number(std::string_view key) {
    const auto* value = find(key);
    if (!value) return wrong(key, "is missing"), 0;
    json::error_code bad;
    const auto number = value->to_number<double>(bad);
    if (!bad && std::abs(number) < longest_time) return number;
    return wrong(key, "isn't a number of seconds"), 0;
  }
  Duration seconds(std::string_view key) {
    return std::chrono::microseconds{std::llround(number(key) * 1e6)};
  }
  Duration optional_seconds(std::string_view key) { return find(key) ? seconds(key) : Duration{}; }
  WallTime time(std::string_view key) { return WallTime{seconds(key)}; }
  bool boolean(std::string_view key) {
    const auto* value = find(key);
    if (value && value->is_bool()) return value->get_bool();
    wrong(key, value ? "isn't true or false" : "is missing");
    return false;
  }
  std::string any(std::string_view key) {
    const auto* value = find(key);
    return value ? json::serialize(*value) : "null";
  }
  Features features() {
    Features found;
    const auto* value = find("features");
    if (!value || !value->is_array()) return found;
    for (const auto& one : value->get_array())
      if (one == "prepare") found.prepare = true;
    return found;
  }
  const json::value* find(std::string_view key) const {
    const auto* value = object_.if_contains(key);
    return value && !value->is_null() ? value : nullptr;
  }
  void wrong(std::string_view key, std::string_view why) {
    if (wrong_.empty()) wrong_ = fmt::format("{} {}", key, why);
  }
  const std::string& wrong() const { return wrong_; }

 private:
  json::object object_;
  std::string wrong_;
};

Result<Fields> read(std::string_view text) {
  if (text.size() > longest_message) return error(Errc::invalid, "the message is too long");
  json::error_code bad;
  auto value = json::parse(text, bad);
  if (bad || !value.is_object()) return error(Errc::invalid, "the message is no JSON object");
  return Fields(std::move(value.get_object()));
}

Error cannot(std::string_view type, const std::string& why) {
  return error(Errc::invalid, type.empty() ? why : fmt::format("{}: {}", type, why));
}

std::optional<FromStreamer> from_streamer(std::string_view type, Fields& f) {
  // In the order of the members: a braced list is evaluated from left to right.
  if (type == "test") return Test{f.name("streamer"), f.any("info")};
  if (type == "register_streamer")
    return RegisterStreamer{f.name("streamer"), f.features(), f.optional_name("address")};
  if (type == "unregister_streamer") return UnregisterStreamer{f.name("streamer")};
  if (type == "pong") return Pong{f.name("streamer"), f.features(), f.optional_name("address")};
  if (type == "user_authentication")
    return AskUser{f.name("streamer"), f.credentials(), f.optional_name("radio_uuid")};
  if (type == "play_radio") return PlayRadio{f.name("streamer"), f.name("radio_uuid")};
  if (type == "stop_radio") return StopRadio{f.name("streamer"), f.name("radio_uuid")};
  if (type == "register_listener")
    return RegisterListener{f.name("radio_uuid"), f.name("session_id"), f.user(),
                            f.optional_name("streamer")};
  if (type == "unregister_listener")
    return UnregisterListener{f.name("session_id"), f.optional_name("streamer"),
                              f.optional_name("radio_uuid"), f.user()};
  return std::nullopt;
}

Streamers streamers(Fields& f) {
  Streamers found;
  const auto* list = f.find("streamers");
  if (!list || !list->is_array()) return f.wrong("streamers", "is no list"), found;
  for (const auto& one : list->get_array()) {
    if (!one.is_object()) return f.wrong("streamers", "holds something else than objects"), found;
    Fields fields(one.get_object());
    found.streamers.push_back({fields.name("streamer"), fields.optional_name("address")});
    if (!fields.wrong().empty()) return f.wrong("streamers", fields.wrong()), found;
  }
  return found;
}

std::optional<ToStreamer> to_streamer(std::string_view type, Fields& f) {
  if (type == "test") return TestAnswer{f.any("info")};
  if (type == "ping") return Ping{};
  if (type == "radio_started") return RadioStarted{f.name("radio_uuid")};
  if (type == "radio_exists")
    return RadioExists{f.name("radio_uuid"), f.name("master_streamer"), f.optional_name("address")};
  if (type == "radio_unknown") return RadioUnknown{f.name("radio_uuid")};
  if (type == "radio_stopped") return RadioStopped{f.name("radio_uuid")};
  if (type == "play") {
    return Play{f.name("radio_uuid"),
                f.name("filename"),
                f.seconds("delay"),
                f.seconds("offset"),
                f.seconds("crossfade_duration"),
                f.optional_integer("item").value_or(0)};
  }
  if (type == "user_authentication") return UserAnswer{f.credentials(), f.user(), f.boolean("hd")};
  if (type == "prepare") {
    return Prepare{f.name("radio_uuid"),
                   f.integer("item"),
                   f.name("file"),
                   f.time("start_at"),
                   f.optional_seconds("offset"),
                   f.seconds("duration"),
                   f.number("gain"),
                   f.optional_text("url").value_or(""),
                   f.find("relay") && f.boolean("relay")};
  }
  if (type == "streamers") return streamers(f);
  return std::nullopt;
}

constexpr std::pair<std::string_view, AppEvent::Kind> app_events[] = {
    {"radio_added", AppEvent::Kind::radio_added},
    {"radio_deleted", AppEvent::Kind::radio_deleted},
    {"playlist_added", AppEvent::Kind::playlist_added},
    {"playlist_updated", AppEvent::Kind::playlist_updated},
    {"playlist_deleted", AppEvent::Kind::playlist_deleted},
    {"jingle_added", AppEvent::Kind::jingle_added},
    {"jingle_updated", AppEvent::Kind::jingle_updated},
    {"jingle_deleted", AppEvent::Kind::jingle_deleted},
};

}  // namespace

Result<FromStreamer> parse_from_streamer(std::string_view text) {
  auto fields = read(text);
  if (!fields) return fields.error();
  const auto type = fields->text("type");
  auto message = from_streamer(type, *fields);
  if (!fields->wrong().empty()) return cannot(message ? type : "", fields->wrong());
  if (!message) return cannot("", "the type isn't known");
  return std::move(*message);
}

Result<Stamped> parse_to_streamer(std::string_view text) {
  auto fields = read(text);
  if (!fields) return fields.error();
  const auto type = fields->text("type");
  auto message = to_streamer(type, *fields);
  std::optional<Stamp> stamp;
  if (fields->find("term")) stamp = Stamp{fields->integer("term"), fields->time("sent_at")};
  if (!fields->wrong().empty()) return cannot(message ? type : "", fields->wrong());
  if (!message) return cannot("", "the type isn't known");
  return Stamped{std::move(*message), stamp};
}

std::string_view type_of(const AppEvent& event) {
  for (const auto& [name, kind] : app_events) {
    if (kind == event.kind) return name;
  }
  return {};
}

std::optional<AppEvent::Kind> app_event_kind(std::string_view type) {
  for (const auto& [name, kind] : app_events) {
    if (name == type) return kind;
  }
  return std::nullopt;
}

Result<AppEvent> parse_app_event(std::string_view text) {
  auto fields = read(text);
  if (!fields) return fields.error();
  if (fields->find("event_type") && !fields->find("type")) return AppEvent{};
  const auto type = fields->text("type");
  const auto kind = app_event_kind(type);
  if (!kind) return cannot("", fields->wrong().empty() ? "the type isn't known" : fields->wrong());
  AppEvent event{*kind, fields->name("radio_uuid"), fields->optional_integer("playlist_id").value_or(0),
                 fields->optional_integer("jingle_id").value_or(0)};
  if (!fields->wrong().empty()) return cannot(type, fields->wrong());
  return event;
}

}  // namespace longwave::fleet
