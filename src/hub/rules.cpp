// SPDX-License-Identifier: Apache-2.0
#include "hub/rules.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <optional>

namespace longwave::hub {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 6> who_names = {"anyone", "user", "token", "dj", "admin", "server"};
constexpr std::array<std::string_view, 3> recovery_names = {"stream", "cache", "off"};
constexpr std::size_t name_characters = 256, user_characters = 512;
constexpr std::int64_t most_kept = 10'000;
constexpr std::int64_t longest_age_ms = 366LL * 24 * 3600 * 1000;

template <class Names>
std::optional<std::size_t> place(const Names& names, const json::value& value) {
  if (!value.is_string()) return std::nullopt;
  const auto found = std::find(names.begin(), names.end(), std::string_view(value.get_string()));
  if (found == names.end()) return std::nullopt;
  return static_cast<std::size_t>(found - names.begin());
}

bool flag(const json::value& value, bool& into) {
  if (!value.is_bool()) return false;
  into = value.get_bool();
  return true;
}
std::optional<std::int64_t> number(const json::value& value, std::int64_t most) {
  if (!value.is_int64() || value.get_int64() < 0 || value.get_int64() > most) return std::nullopt;
  return value.get_int64();
}
bool count(const json::value& value, std::uint32_t& into) {
  const auto read = number(value, most_kept);
  if (read) into = static_cast<std::uint32_t>(*read);
  return read.has_value();
}
bool span(const json::value& value, Duration& into) {
  const auto read = number(value, longest_age_ms);
  if (read) into = std::chrono::milliseconds{*read};
  return read.has_value();
}
template <class Enum, class Names>
bool word(const json::value& value, const Names& names, Enum& into) {
  const auto read = place(names, value);
  if (read) into = static_cast<Enum>(*read);
  return read.has_value();
}

/// What is wrong with a member; empty: nothing.
std::string set_member(ChannelConfig& c, std::string_view key, const json::value& value) {
  const auto wrong = [](bool ok, std::string_view expected) {
    return ok ? std::string{} : std::string(expected);
  };
  constexpr std::string_view boolean = "true or false", amount = "a number from 0 to 10000",
                             ms = "milliseconds, at most a year";
  if (key == "presence") return wrong(flag(value, c.presence), boolean);
  if (key == "presence_list") return wrong(flag(value, c.presence_list), boolean);
  if (key == "join_leave") return wrong(flag(value, c.join_leave), boolean);
  if (key == "leave_grace_ms") return wrong(span(value, c.leave_grace), ms);
  if (key == "state_events") return wrong(flag(value, c.state_events), boolean);
  if (key == "history_size") return wrong(count(value, c.history_size), amount);
  if (key == "history_age_ms") return wrong(span(value, c.history_age), ms);
  if (key == "recovery") return wrong(word(value, recovery_names, c.recovery), "stream, cache or off");
  if (key == "recovery_size") return wrong(count(value, c.recovery_size), amount);
  if (key == "subscribe")
    return wrong(word(value, who_names, c.subscribe), "anyone, user, token, dj, admin or server");
  if (key == "publish")
    return wrong(word(value, who_names, c.publish), "anyone, user, token, dj, admin or server");
  if (key == "echo") return wrong(flag(value, c.echo), boolean);
  return "not a setting of a channel";
}

/// The characters of UTF-8 text without control characters; nullopt if it isn't that.
std::optional<std::size_t> characters(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++count) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    const unsigned char first = byte(i);
    const std::size_t length = first < 0x80              ? 1
                               : (first & 0xe0U) == 0xc0 ? 2
                               : (first & 0xf0U) == 0xe0 ? 3
                               : (first & 0xf8U) == 0xf0 ? 4
                                                         : 0;
    if (length == 0 || i + length > text.size()) return std::nullopt;
    std::uint32_t code = length == 1 ? first : first & (0x7fU >> length);
    for (std::size_t k = 1; k < length; ++k) {
      if ((byte(i + k) & 0xc0U) != 0x80) return std::nullopt;
      code = code << 6U | (byte(i + k) & 0x3fU);
    }
    constexpr std::array<std::uint32_t, 5> least = {0, 0, 0x80, 0x800, 0x10000};
    if (code < least.at(length) || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return std::nullopt;
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return std::nullopt;
    i += length;
  }
  return count;
}

}  // namespace

std::string_view to_string(Who who) {
  return who_names.at(static_cast<std::size_t>(who));
}
std::string_view to_string(Recovery recovery) {
  return recovery_names.at(static_cast<std::size_t>(recovery));
}

std::string to_json(const ChannelConfig& c) {
  return json::serialize(json::object{{"presence", c.presence},
                                      {"presence_list", c.presence_list},
                                      {"join_leave", c.join_leave},
                                      {"leave_grace_ms", to_ms(c.leave_grace)},
                                      {"state_events", c.state_events},
                                      {"history_size", c.history_size},
                                      {"history_age_ms", to_ms(c.history_age)},
                                      {"recovery", to_string(c.recovery)},
                                      {"recovery_size", c.recovery_size},
                                      {"subscribe", to_string(c.subscribe)},
                                      {"publish", to_string(c.publish)},
                                      {"echo", c.echo}});
}

Result<ChannelConfig> channel_config(std::string_view text, ChannelConfig base) {
  boost::system::error_code failed;
  const json::value parsed = json::parse(text, failed);
  if (failed || !parsed.is_object()) return error(Errc::invalid, "not a JSON object");
  for (const auto& [key, value] : parsed.get_object()) {
    const std::string wrong = set_member(base, key, value);
    if (!wrong.empty()) return error(Errc::invalid, std::string(key) + ": " + wrong);
  }
  return base;
}

Rules::Rules() {
  const auto rule = [this](const char* pattern, const ChannelConfig& config) {
    rules_[pattern] = std::make_shared<const ChannelConfig>(config);
  };
  const ChannelConfig system{.publish = Who::server};
  rule("*", {});
  rule("station:*", system);
  rule("library", system);
  rule("server", system);
  rule("platform", {.subscribe = Who::admin, .publish = Who::server});
  rule("chat:*", {.join_leave = true, .state_events = true, .history_size = 200, .publish = Who::anyone});
  rule("#*", {.presence = false,
              .presence_list = false,
              .history_size = 50,
              .recovery_size = 50,
              .subscribe = Who::user,
              .publish = Who::user});
  rule("$*", {.history_size = 100, .subscribe = Who::token, .publish = Who::token});
}

Result<void> Rules::set(const std::string& pattern, const ChannelConfig& config) {
  const auto star = pattern.find('*');
  const std::string_view name(pattern.data(), std::min(star, pattern.size()));
  const bool valid = star == pattern.npos
                         ? valid_channel_name(pattern)
                         : star + 1 == pattern.size() && (star == 0 || valid_channel_name(name));
  if (!valid)
    return error(Errc::invalid, "a pattern is the name of a channel, or the beginning of one and *");
  rules_[pattern] = std::make_shared<const ChannelConfig>(config);
  return {};
}

void Rules::remove(const std::string& pattern) {
  if (pattern == "*") {
    rules_[pattern] = std::make_shared<const ChannelConfig>();  // every channel has a rule
  } else {
    rules_.erase(pattern);
  }
}

std::shared_ptr<const ChannelConfig> Rules::of(std::string_view channel) const {
  if (const auto exact = rules_.find(channel); exact != rules_.end() && !channel.ends_with('*'))
    return exact->second;
  const std::shared_ptr<const ChannelConfig>* best = nullptr;
  std::size_t longest = 0;
  for (const auto& [pattern, config] : rules_) {
    const std::string_view text(pattern);
    if (text.size() <= longest || !text.ends_with('*')) continue;
    if (!channel.starts_with(text.substr(0, text.size() - 1))) continue;
    longest = text.size();
    best = &config;
  }
  return *best;
}

bool valid_channel_name(std::string_view name) {
  const std::size_t most = name.starts_with('#') ? user_characters + 1 : name_characters;
  if (name.empty() || name.size() > most * 4) return false;
  const auto length = characters(name);
  return length && *length <= most;
}

bool is_system_channel(std::string_view name) {
  return name == "library" || name == "server" || name == "platform" || name.starts_with("station:");
}

std::string user_channel(std::string_view user) {
  return '#' + std::string(user);
}

}  // namespace longwave::hub
