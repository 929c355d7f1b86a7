// SPDX-License-Identifier: Apache-2.0
#include "fleet/webapp_calls.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

namespace longwave::fleet {
namespace {

namespace json = boost::json;
using Outcome = Reports::Outcome;
using http::url_encode;

constexpr std::size_t longest_token = 512;
constexpr Duration token_within = std::chrono::milliseconds{3500};  // a streamer gives up after 5 s
constexpr std::size_t events_bytes = 4 * 1024 * 1024;

bool took(int status) {
  return status >= 200 && status < 300;
}

/// Says nothing about what was sent: the way there, the key or the load is the matter.
bool says_away(int status) {
  constexpr int words[] = {401, 403, 408, 429, 502, 503, 504};
  return status < 400 || std::find(std::begin(words), std::end(words), status) != std::end(words);
}

json::value read(const std::string& text) {
  boost::system::error_code bad;
  auto value = json::parse(text, bad, {}, {.max_depth = 8});
  return bad ? json::value() : value;
}

const json::value* member(const json::value& of, std::string_view name) {
  const auto* object = of.if_object();
  return object ? object->if_contains(name) : nullptr;
}

std::int64_t number(const json::value& of, std::string_view name) {
  const auto* value = member(of, name);
  const auto* whole = value ? value->if_int64() : nullptr;
  return whole ? *whole : 0;
}

std::string text(const json::value& of, std::string_view name) {
  const auto* value = member(of, name);
  const auto* string = value ? value->if_string() : nullptr;
  return string ? std::string(*string) : std::string();
}

http::Request post(const WebappPlace& place, const std::string& radio, std::string_view what,
                   const std::string& more) {
  return {.method = "POST",
          .url = fmt::format("{}/api/v1/radio/{}/{}/?key={}{}", place.url, url_encode(radio), what,
                             url_encode(place.key), more)};
}

http::Request post_json(const WebappPlace& place, std::string_view path, const json::object& body,
                        std::size_t most_bytes) {
  return {.method = "POST",
          .url = fmt::format("{}/api/v1/{}/", place.url, path),
          .body = json::serialize(body),
          .content_type = "application/json",
          .most_bytes = most_bytes};
}

std::string user_parameters(const std::optional<std::int64_t>& user, const Accounts& accounts) {
  if (!user) return {};
  if (const auto* account = accounts(*user))
    return fmt::format("&username={}&api_key={}", url_encode(account->username),
                       url_encode(account->api_key));
  return fmt::format("&user_id={}", *user);
}

}  // namespace

std::string report_time(WallTime at) {
  const auto us = std::chrono::floor<std::chrono::microseconds>(at.time_since_epoch()).count();
  const auto rest = (us % 1'000'000 + 1'000'000) % 1'000'000;
  const auto seconds = static_cast<std::time_t>((us - rest) / 1'000'000);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}", fmt::gmtime(seconds), rest);
}

http::Request request_of(const std::vector<Report>& reports, const WebappPlace& place,
                         const Accounts& accounts) {
  const auto& first = reports.front();
  if (const auto* r = std::get_if<StartListening>(&first))
    return post(place, r->radio_uuid, "start_listening", user_parameters(r->user_id, accounts));
  if (const auto* r = std::get_if<StopListening>(&first)) {
    const auto seconds = fmt::format("&listening_duration={}", r->seconds);
    return post(place, r->radio_uuid, "stop_listening", seconds + user_parameters(r->user_id, accounts));
  }
  if (const auto* r = std::get_if<Stopped>(&first))
    return post(place, r->radio_uuid, "stopped", fmt::format("&listening_duration={}", r->seconds));
  json::array data;
  for (const auto& report : reports) {
    const auto& song = std::get<SongStarted>(report);
    data.push_back(json::array{json::string(song.radio_uuid), song.song_id, report_time(song.at)});
  }
  return post_json(place, "songs_started", {{"key", place.key}, {"data", std::move(data)}}, 64 * 1024);
}

Outcome outcome_of(const std::vector<Report>& reports, const http::Answer& answer) {
  if (answer.status == 0) return Outcome::away;
  if (!std::holds_alternative<SongStarted>(reports.front())) {
    if (took(answer.status)) return Outcome::taken;
    if (says_away(answer.status)) return Outcome::away;
    return answer.status < 500 ? Outcome::unwanted : Outcome::refused;
  }
  if (took(answer.status)) {
    const auto said = read(answer.body);
    const auto* success = member(said, "success");
    if (!success || !success->is_bool()) return Outcome::away;  // somebody else answers there
    return success->get_bool() ? Outcome::taken : Outcome::refused;
  }
  // No song is the reason for an address or a method that it doesn't know.
  const bool lost = answer.status == 404 || answer.status == 405;
  return lost || says_away(answer.status) ? Outcome::away : Outcome::refused;
}

std::optional<http::Request> token_request(std::string_view token, const WebappPlace& place) {
  if (token.empty() || token.size() > longest_token) return std::nullopt;
  return http::Request{
      .url = fmt::format("{}/api/v1/check_streamer_auth_token/{}/", place.url, url_encode(token)),
      .timeout = token_within};
}

User user_of(const http::Answer& answer) {
  if (answer.status != 200) return {};
  const auto said = read(answer.body);
  const auto id = number(said, "user_id");
  if (id <= 0) return {};
  const auto* hd = member(said, "hd_enabled");
  return {id, hd && hd->is_bool() && hd->get_bool()};
}

http::Request events_request(std::optional<std::int64_t> after, const WebappPlace& place) {
  json::object body{{"key", place.key}};
  if (after) body["after"] = *after;
  return post_json(place, "scheduler_events", body, events_bytes);
}

Result<FetchedEvents> events_of(const http::Answer& answer) {
  if (answer.status == 404) return error(Errc::unsupported, "the web application has no events");
  if (!took(answer.status))
    return error(Errc::unavailable,
                 answer.status ? fmt::format("it answered {}", answer.status) : answer.failure);
  const auto said = read(answer.body);
  const auto* list = member(said, "events");
  if (!list || !list->is_array()) return error(Errc::unavailable, "it answered something else");
  FetchedEvents fetched;
  for (const auto& one : list->get_array()) {
    fetched.last = std::max(number(one, "id"), fetched.last.value_or(0));
    const auto kind = app_event_kind(text(one, "type"));
    const auto radio = text(one, "radio_uuid");
    if (!kind || radio.size() > longest_name) continue;
    fetched.events.push_back({*kind, radio, number(one, "playlist_id"), number(one, "jingle_id")});
  }
  return fetched;
}

}  // namespace longwave::fleet
