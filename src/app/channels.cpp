// SPDX-License-Identifier: Apache-2.0
#include "app/channels.hpp"

#include "app/config.hpp"
#include "base/text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <boost/json.hpp>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace longwave::app {
namespace {

namespace json = boost::json;

constexpr std::size_t least_key_characters = 16;

constexpr ChannelSetting settings[] = {
    {"subscribe", "WHO", "Who may subscribe and read: anyone, user, token, dj, admin or server (a back end)"},
    {"publish", "WHO", "Who may publish"},
    {"echo", "true, false", "Who publishes gets the publication, too"},
    {"presence", "true, false", "Who is there is kept"},
    {"presence_list", "true, false", "`presence.changed` tells the subscribers the whole list"},
    {"join_leave", "true, false", "`channel.joined` and `channel.left` are published"},
    {"leave_grace_ms", "milliseconds", "Who is back by then never left"},
    {"state_events", "true, false", "`user.changed` is published"},
    {"history_size", "messages", "How many messages `channel.history` keeps"},
    {"history_age_ms", "milliseconds", "And how long, with what is kept for recovery"},
    {"recovery", "stream, cache, off",
     "stream: who was away gets everything that was missed; cache: who subscribes gets the newest "
     "publication"},
    {"recovery_size", "publications", "How many are kept for who was away"},
};

constexpr std::string_view events[] = {"connect", "subscribe", "unsubscribe", "publish", "disconnect"};

Error wrong(std::string_view option, std::string_view why) {
  return error(Errc::invalid, fmt::format("{}: {}", option, why));
}

/// What a rule for this pattern is built on.
hub::ChannelConfig built_in(const hub::Rules& rules, const std::string& pattern) {
  const auto exact = rules.all().find(pattern);
  if (exact != rules.all().end()) return *exact->second;
  return *rules.of(pattern.ends_with('*') ? std::string_view(pattern).substr(0, pattern.size() - 1)
                                          : pattern);
}

Result<void> add_keys(access::JwtKeys& keys, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!(text << file.rdbuf())) return wrong("token-keys", fmt::format("{} can't be read", path));
  const auto content = text.str();
  const bool json = text::trim(content).starts_with('{');
  if (auto added = json ? keys.add_jwks(content) : keys.add_pem(content); !added)
    return wrong("token-keys", fmt::format("{}: {}", path, added.error().message));
  return {};
}

}  // namespace

std::span<const ChannelSetting> channel_settings() {
  return settings;
}

std::string channel_settings_markdown() {
  const auto defaults = json::parse(hub::to_json(hub::ChannelConfig{}));
  std::string out =
      "\n## Channels\n\n"
      "A `[[channel]]` table has a `name`, which is the name of a channel, or the beginning of names and "
      "`*`, "
      "and any of\nthese settings; the most exact name counts. What it leaves out is as the rules that are "
      "built in have it\n([channels.md](channels.md#rules)), or the default of `*`, which is given here.\n\n"
      "| setting | value | default | what it is |\n|---|---|---|---|\n";
  for (const auto& [name, value, help] : settings) {
    const auto& standard = defaults.at(name);
    out += fmt::format("| `{}` | {} | `{}` | {} |\n", name, value,
                       standard.is_string() ? std::string(standard.get_string()) : json::serialize(standard),
                       help);
  }
  return out;
}

Result<std::vector<ChannelRule>> channel_rules(const Config& config) {
  std::vector<ChannelRule> found;
  hub::Rules rules;
  for (const auto& text : config.channel) {
    boost::system::error_code bad;
    auto parsed = json::parse(text, bad);
    if (bad || !parsed.is_object()) return wrong("channel", fmt::format("'{}' is no JSON object", text));
    auto& object = parsed.get_object();
    const auto* name = object.if_contains("name");
    if (!name || !name->is_string()) return wrong("channel", "a rule needs a `name`");
    std::string pattern(name->get_string());
    object.erase("name");
    auto rule = hub::channel_config(json::serialize(object), built_in(rules, pattern));
    if (!rule) return wrong("channel", fmt::format("'{}': {}", pattern, rule.error().message));
    if (auto set = rules.set(pattern, *rule); !set)
      return wrong("channel", fmt::format("'{}': {}", pattern, set.error().message));
    found.emplace_back(std::move(pattern), *rule);
  }
  return found;
}

Result<access::Tokens> tokens_of(const Config& config) {
  access::JwtKeys keys;
  if (!config.token_secret.empty()) {
    if (auto added = keys.add_secret(config.token_secret); !added)
      return wrong("token-secret", added.error().message);
  }
  for (const auto& path : config.token_keys) {
    if (auto added = add_keys(keys, path); !added) return added.error();
  }
  return access::Tokens(std::move(keys), {.issuer = config.token_issuer, .audience = config.token_audience});
}

Result<std::optional<api::HookOptions>> hook_options(const Config& config) {
  for (const auto& event : config.hook_events) {
    if (std::find(std::begin(events), std::end(events), event) == std::end(events))
      return wrong("hook-events", fmt::format("'{}' is none of {}", event, fmt::join(events, ", ")));
  }
  if (config.hook_url.empty()) return std::optional<api::HookOptions>{};
  api::HookOptions options{.url = config.hook_url,
                           .secret = config.hook_secret,
                           .timeout = std::chrono::seconds{config.hook_timeout_s}};
  if (auto checked = api::Hooks::check(options); !checked) return checked.error();
  return std::optional(std::move(options));
}

Result<void> check_channels(const Config& config) {
  if (auto rules = channel_rules(config); !rules) return rules.error();
  if (auto tokens = tokens_of(config); !tokens) return tokens.error();
  if (auto hook = hook_options(config); !hook) return hook.error();
  if (!config.api_key.empty() && config.api_key.size() < least_key_characters) {
    return wrong("api-key", fmt::format("a key has at least {} characters: `openssl rand -hex 32` makes one",
                                        least_key_characters));
  }
  return {};
}

}  // namespace longwave::app
