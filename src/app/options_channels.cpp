// SPDX-License-Identifier: Apache-2.0
#include "app/options.hpp"

namespace longwave::app {
namespace {

constexpr double longest_timeout_s = 60;

const Option table[] = {
    {"channel", &Config::channel, "RULE",
     "How channels behave: a [[channel]] table with a `name` and the settings below, or the same as a JSON "
     "object; several"},
    {.name = "api-key",
     .member = &Config::api_key,
     .value = "KEY",
     .help = "What back ends show at /api/v1/, at least 16 characters; keys of auth.login work too",
     .secret = true},
    {.name = "token-secret",
     .member = &Config::token_secret,
     .value = "SECRET",
     .help = "Checks tokens signed with HS256; at least 32 bytes",
     .secret = true},
    {"token-keys", &Config::token_keys, "FILE",
     "Public keys that check tokens signed with RS256 or ES256: PEM, or a JWK Set; several"},
    {"token-issuer", &Config::token_issuer, "TEXT", "What `iss` of a token must be; empty takes any"},
    {"token-audience", &Config::token_audience, "TEXT",
     "What `aud` of a token must name; empty takes tokens that name none"},
    {"hook-url", &Config::hook_url, "URL",
     "Where events of channels are sent (connect, subscribe, unsubscribe, publish, disconnect); empty sends "
     "none"},
    {.name = "hook-secret",
     .member = &Config::hook_secret,
     .value = "SECRET",
     .help = "What signs them: `whsec_` and base64, or any text; at least 16 bytes",
     .secret = true},
    {"hook-events", &Config::hook_events, "EVENT",
     "Which of them: connect, subscribe, unsubscribe, publish, disconnect; several; empty is all"},
    {.name = "hook-timeout",
     .member = &Config::hook_timeout_s,
     .value = "SECONDS",
     .help = "How long one request to the hook may take",
     .least = 1,
     .most = longest_timeout_s},
};

}  // namespace

std::span<const Option> channel_options() {
  return table;
}

}  // namespace longwave::app
