// SPDX-License-Identifier: Apache-2.0
#include "access/jwt.hpp"

#include "base/text.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <cmath>

namespace longwave::access {
namespace {

namespace json = boost::json;

constexpr std::size_t most_bytes = 8 * 1024;
constexpr std::size_t most_nesting = 16;
constexpr double latest_second = 253'402'300'800;  // the year 10000

Error no_token(std::string_view why) {
  return error(Errc::invalid, "the token is not valid: " + std::string(why));
}

std::optional<json::object> object_in(std::string_view part) {
  const auto text = text::unbase64url(part);
  if (!text) return std::nullopt;
  boost::system::error_code bad;
  auto value = json::parse(*text, bad, {}, {.max_depth = most_nesting});
  if (bad || !value.is_object()) return std::nullopt;
  return std::move(value.get_object());
}

/// An optional member that must be text if it is there.
Result<std::string> text_in(const json::object& object, std::string_view name, std::size_t most) {
  const auto* value = object.if_contains(name);
  if (!value) return std::string{};
  const auto* text = value->if_string();
  if (!text || text->size() > most) return no_token("'" + std::string(name) + "' must be a short text");
  return std::string(*text);
}

/// RFC 7519 section 2, NumericDate: seconds, with a fraction if they like.
Result<std::optional<WallTime>> time_in(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (!value) return std::optional<WallTime>{};
  const double seconds = value->is_number() ? value->to_number<double>() : -1;
  if (!(seconds >= 0 && seconds < latest_second))
    return no_token("'" + std::string(name) + "' must be a time in seconds");
  return std::optional(from_unix_ms(std::llround(seconds * 1000)));
}

bool names_audience(const json::value* audience, std::string_view ours) {
  if (!audience) return ours.empty();
  if (ours.empty()) return false;
  if (const auto* one = audience->if_string()) return std::string_view(*one) == ours;
  const auto* several = audience->if_array();
  return several && std::any_of(several->begin(), several->end(), [&](const json::value& one) {
           return one.is_string() && std::string_view(one.get_string()) == ours;
         });
}

Result<JwtAlgorithm> algorithm_in(const json::object& header) {
  const auto name = text_in(header, "alg", 16);
  if (name && *name == "HS256") return JwtAlgorithm::hs256;
  if (name && *name == "RS256") return JwtAlgorithm::rs256;
  if (name && *name == "ES256") return JwtAlgorithm::es256;
  return no_token("its algorithm is none of HS256, RS256, ES256");
}

Result<void> in_time(const json::object& claims, WallTime now, Duration leeway, Token& token) {
  const auto expires = time_in(claims, "exp"), not_before = time_in(claims, "nbf"),
             issued = time_in(claims, "iat");
  for (const auto* time : {&expires, &not_before, &issued})
    if (!*time) return time->error();
  if (*not_before && **not_before > now + leeway) return no_token("its time has not come yet");
  if (*issued && **issued > now + leeway) return no_token("it was issued in the future");
  if (*expires && **expires <= now) return error(Errc::refused, "the token has expired");
  token.expires = *expires;
  return {};
}

Result<void> read_claims(const json::object& claims, Token& token) {
  struct Text {
    const char* name;
    std::string Token::*member;
    std::size_t most;
  };
  for (const auto& [name, member, most] :
       {Text{"sub", &Token::user, 512}, Text{"name", &Token::name, 160}, Text{"jti", &Token::id, 128},
        Text{"channel", &Token::channel, 1024}}) {
    auto text = text_in(claims, name, most);
    if (!text) return text.error();
    token.*member = std::move(*text);
  }
  if (const auto* channels = claims.if_contains("channels")) {
    const auto* list = channels->if_array();
    if (!list || list->size() > 128) return no_token("'channels' must be a list of at most 128 names");
    for (const auto& name : *list) {
      if (!name.is_string()) return no_token("'channels' must be a list of names");
      token.channels.emplace_back(name.get_string());
    }
  }
  return {};
}

}  // namespace

bool looks_like_jwt(std::string_view text) {
  return std::count(text.begin(), text.end(), '.') == 2;
}

Result<Token> Tokens::check(std::string_view token, WallTime now) const {
  if (keys_.empty()) return no_token("this server takes no tokens");
  if (token.size() > most_bytes) return no_token("it is too long");
  const auto parts = text::split(token, '.');
  if (parts.size() != 3) return no_token("it hasn't three parts");
  const auto header = object_in(parts[0]);
  const auto signature = text::unbase64url(parts[2]);
  if (!header || !signature) return no_token("it can't be read");
  if (header->contains("crit")) return no_token("it asks for extensions that nobody here knows");
  const auto algorithm = algorithm_in(*header);
  if (!algorithm) return algorithm.error();
  const auto kid = text_in(*header, "kid", 256);
  if (!kid) return kid.error();
  const auto signed_text = token.substr(0, parts[0].size() + 1 + parts[1].size());
  if (!keys_.verify(*algorithm, *kid, signed_text, *signature)) return no_token("its signature is wrong");

  // Nothing of the content was looked at before it was known whose it is.
  const auto claims = object_in(parts[1]);
  if (!claims) return no_token("its claims can't be read");
  Token found;
  if (auto timely = in_time(*claims, now, rules_.leeway, found); !timely) return timely.error();
  const auto issuer = text_in(*claims, "iss", 512);
  if (!issuer) return issuer.error();
  if (!rules_.issuer.empty() && *issuer != rules_.issuer) return no_token("it is of another issuer");
  if (!names_audience(claims->if_contains("aud"), rules_.audience))
    return no_token("it is for another audience");
  if (auto read = read_claims(*claims, found); !read) return read.error();
  return found;
}

}  // namespace longwave::access
