// SPDX-License-Identifier: Apache-2.0
#include "fleet/messages.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <type_traits>

namespace longwave::fleet {
namespace {

using std::chrono::microseconds;

/// One JSON object, written key by key. Numbers stand as people write them (Boost.JSON makes 5E0 of 5.0).
class Line {
 public:
  explicit Line(std::string_view type) { text("type", type); }

  Line& text(std::string_view key, std::string_view value) {
    return raw(key, boost::json::serialize(boost::json::string_view(value.data(), value.size())));
  }
  Line& optional_text(std::string_view key, const std::optional<std::string>& value) {
    return value ? text(key, *value) : *this;
  }
  Line& text_if(std::string_view key, std::string_view value) {
    return value.empty() ? *this : text(key, value);
  }
  Line& number(std::string_view key, std::int64_t value) { return raw(key, fmt::format("{}", value)); }
  Line& seconds(std::string_view key, Duration value) {
    const auto us = std::chrono::floor<microseconds>(value).count();
    const auto size = us < 0 ? -us : us;
    auto out = fmt::format("{}{}.{:06}", us < 0 ? "-" : "", size / 1'000'000, size % 1'000'000);
    while (out.back() == '0') out.pop_back();
    if (out.back() == '.') out.pop_back();
    return raw(key, out);
  }
  Line& user(const std::optional<std::int64_t>& id) {
    return raw("user_id", id ? fmt::format("{}", *id) : "null");
  }
  Line& credentials(const Credentials& given) {
    return optional_text("auth_token", given.auth_token)
        .optional_text("username", given.username)
        .optional_text("api_key", given.api_key);
  }
  Line& features(const Features& features) {
    return features.prepare ? raw("features", R"(["prepare"])") : *this;
  }
  Line& raw(std::string_view key, std::string_view json) {
    out_ += fmt::format("{}\"{}\":{}", out_.empty() ? "{" : ",", key, json);
    return *this;
  }
  std::string end() { return out_ + "}"; }

 private:
  std::string out_;
};

template <class>
inline constexpr const char* type_name = "";
template <>
inline constexpr const char* type_name<Test> = "test";
template <>
inline constexpr const char* type_name<RegisterStreamer> = "register_streamer";
template <>
inline constexpr const char* type_name<UnregisterStreamer> = "unregister_streamer";
template <>
inline constexpr const char* type_name<Pong> = "pong";
template <>
inline constexpr const char* type_name<AskUser> = "user_authentication";
template <>
inline constexpr const char* type_name<PlayRadio> = "play_radio";
template <>
inline constexpr const char* type_name<StopRadio> = "stop_radio";
template <>
inline constexpr const char* type_name<RegisterListener> = "register_listener";
template <>
inline constexpr const char* type_name<UnregisterListener> = "unregister_listener";
template <>
inline constexpr const char* type_name<TestAnswer> = "test";
template <>
inline constexpr const char* type_name<Ping> = "ping";
template <>
inline constexpr const char* type_name<RadioStarted> = "radio_started";
template <>
inline constexpr const char* type_name<RadioExists> = "radio_exists";
template <>
inline constexpr const char* type_name<RadioUnknown> = "radio_unknown";
template <>
inline constexpr const char* type_name<RadioStopped> = "radio_stopped";
template <>
inline constexpr const char* type_name<Play> = "play";
template <>
inline constexpr const char* type_name<UserAnswer> = "user_authentication";
template <>
inline constexpr const char* type_name<Prepare> = "prepare";
template <>
inline constexpr const char* type_name<Streamers> = "streamers";

template <class Message>
std::string_view name_of(const Message&) {
  return type_name<Message>;
}

void put(Line& line, const Test& m) {
  line.text("streamer", m.streamer).raw("info", m.info.empty() ? "null" : m.info);
}
void put(Line& line, const RegisterStreamer& m) {
  line.text("streamer", m.streamer).features(m.features).text_if("address", m.address);
}
void put(Line& line, const UnregisterStreamer& m) {
  line.text("streamer", m.streamer);
}
void put(Line& line, const Pong& m) {
  line.text("streamer", m.streamer).features(m.features).text_if("address", m.address);
}
void put(Line& line, const AskUser& m) {
  line.text("streamer", m.streamer).credentials(m.credentials).text_if("radio_uuid", m.radio_uuid);
}
void put(Line& line, const PlayRadio& m) {
  line.text("streamer", m.streamer).text("radio_uuid", m.radio_uuid);
}
void put(Line& line, const StopRadio& m) {
  line.text("streamer", m.streamer).text("radio_uuid", m.radio_uuid);
}
void put(Line& line, const RegisterListener& m) {
  line.text_if("streamer", m.streamer)
      .text("radio_uuid", m.radio_uuid)
      .text("session_id", m.session_id)
      .user(m.user_id);
}
void put(Line& line, const UnregisterListener& m) {
  line.text_if("streamer", m.streamer)
      .text_if("radio_uuid", m.radio_uuid)
      .text("session_id", m.session_id)
      .user(m.user_id);
}

void put(Line& line, const TestAnswer& m) {
  line.raw("info", m.info.empty() ? "null" : m.info);
}
void put(Line&, const Ping&) {}
void put(Line& line, const RadioStarted& m) {
  line.text("radio_uuid", m.radio_uuid);
}
void put(Line& line, const RadioExists& m) {
  line.text("radio_uuid", m.radio_uuid)
      .text("master_streamer", m.master_streamer)
      .text_if("address", m.address);
}
void put(Line& line, const RadioUnknown& m) {
  line.text("radio_uuid", m.radio_uuid);
}
void put(Line& line, const RadioStopped& m) {
  line.text("radio_uuid", m.radio_uuid);
}
void put(Line& line, const Play& m) {
  line.text("radio_uuid", m.radio_uuid)
      .text("filename", m.filename)
      .seconds("delay", m.delay)
      .seconds("offset", m.offset)
      .seconds("crossfade_duration", m.crossfade);
  if (m.item) line.number("item", m.item);
}
void put(Line& line, const UserAnswer& m) {
  line.credentials(m.credentials).user(m.user_id).raw("hd", m.hd ? "true" : "false");
}
void put(Line& line, const Prepare& m) {
  line.text("radio_uuid", m.radio_uuid)
      .number("item", m.item)
      .text("file", m.file)
      .seconds("start_at", m.start_at.time_since_epoch())
      .seconds("offset", m.offset)
      .seconds("duration", m.duration)
      .raw("gain", fmt::format("{:.2f}", m.gain_db))
      .text_if("url", m.url);
  if (m.relay) line.raw("relay", "true");
}
void put(Line& line, const Streamers& m) {
  std::string list;
  for (const auto& one : m.streamers) {
    list += fmt::format("{}{{\"streamer\":{},\"address\":{}}}", list.empty() ? "" : ",",
                        boost::json::serialize(boost::json::string_view(one.streamer)),
                        boost::json::serialize(boost::json::string_view(one.address)));
  }
  line.raw("streamers", "[" + list + "]");
}

}  // namespace

std::string streamer_channel(std::string_view streamer) {
  return fmt::format("yastream.{}", streamer);
}

const std::string& sender_of(const FromStreamer& message) {
  return std::visit([](const auto& m) -> const std::string& { return m.streamer; }, message);
}

std::string_view type_of(const FromStreamer& message) {
  return std::visit([](const auto& m) { return name_of(m); }, message);
}

std::string_view type_of(const ToStreamer& message) {
  return std::visit([](const auto& m) { return name_of(m); }, message);
}

std::string format(const FromStreamer& message) {
  Line line(type_of(message));
  std::visit([&](const auto& m) { put(line, m); }, message);
  return line.end();
}

std::string format(const ToStreamer& message, const std::optional<Stamp>& stamp) {
  Line line(type_of(message));
  std::visit([&](const auto& m) { put(line, m); }, message);
  if (stamp) line.number("term", stamp->term).seconds("sent_at", stamp->sent_at.time_since_epoch());
  return line.end();
}

}  // namespace longwave::fleet
