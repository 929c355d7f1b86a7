// SPDX-License-Identifier: Apache-2.0
#include "dialects/channelstream/event.hpp"

#include "hub/publication.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <array>
#include <charconv>

namespace longwave::channelstream {
namespace {

namespace json = boost::json;

Event::Kind kind_of(std::string_view method) {
  constexpr std::pair<std::string_view, Event::Kind> kinds[] = {
      {"channel.message", Event::Kind::message}, {"channel.edited", Event::Kind::edit},
      {"channel.deleted", Event::Kind::remove},  {"channel.joined", Event::Kind::joined},
      {"channel.left", Event::Kind::left},       {"user.changed", Event::Kind::state}};
  for (const auto& [name, kind] : kinds) {
    if (name == method) return kind;
  }
  return Event::Kind::other;
}

std::string text_of(const json::object& from, std::string_view key) {
  const auto* value = from.if_contains(key);
  const auto* text = value ? value->if_string() : nullptr;
  return text ? std::string(*text) : std::string{};
}

std::optional<WallTime> time_of(const json::object& from, std::string_view key) {
  const auto* value = from.if_contains(key);
  constexpr std::int64_t most = 9'000'000'000'000;  // the year 2255: what nanoseconds can count
  if (!value || !value->is_int64() || value->get_int64() > most || value->get_int64() < -most)
    return std::nullopt;
  return from_unix_ms(value->get_int64());
}

/// Digits of fixed width at `at`; false if they aren't there.
bool digits(std::string_view text, std::size_t at, std::size_t width, int& into) {
  if (at + width > text.size()) return false;
  const auto* end = text.data() + at + width;
  const auto [stop, failed] = std::from_chars(text.data() + at, end, into);
  return failed == std::errc{} && stop == end && text[at] != '-';
}

/// "Z", "+02:00", "-0330": minutes; nullopt if it is none.
std::optional<int> zone(std::string_view text) {
  if (text.empty() || text == "Z" || text == "z") return 0;
  if (text[0] != '+' && text[0] != '-') return std::nullopt;
  int hours = 0;
  int minutes = 0;
  const std::size_t colon = text.size() == 6 && text[3] == ':' ? 1 : 0;
  if (text.size() != 3 && text.size() != 5 + colon) return std::nullopt;
  if (!digits(text, 1, 2, hours)) return std::nullopt;
  if (text.size() > 3 && !digits(text, 3 + colon, 2, minutes)) return std::nullopt;
  if (hours > 23 || minutes > 59) return std::nullopt;
  return (text[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
}

}  // namespace

std::shared_ptr<Event> read_event(const hub::Publication& publication) {
  if (publication.method == "presence.changed") return nullptr;
  auto event = std::make_shared<Event>();
  event->kind = kind_of(publication.method);
  event->direct = publication.channel.starts_with('#');
  event->channel = event->direct && publication.audience ? publication.audience->within : publication.channel;
  if (event->direct && !publication.audience) event->channel.clear();
  event->id = publication.id;
  event->user = publication.user;
  event->method = publication.method;
  json::error_code failed;
  auto parsed = json::parse(publication.data ? *publication.data : "null", failed);
  if (failed || event->kind == Event::Kind::other || !parsed.is_object()) {
    event->kind = Event::Kind::other;
    event->data = std::move(parsed);
    return event;
  }
  auto& fields = parsed.get_object();
  if (auto id = text_of(fields, "id"); !id.empty()) event->id = std::move(id);
  if (auto user = text_of(fields, "user"); !user.empty()) event->user = std::move(user);
  event->at = time_of(fields, "at_ms").value_or(WallTime{});
  event->edited = time_of(fields, "edited_ms");
  if (event->kind == Event::Kind::state) {
    event->data = std::move(parsed);
  } else {
    if (auto* data = fields.if_contains("data")) event->data = std::move(*data);
    if (auto* extra = fields.if_contains("extra"); extra && extra->is_object())
      event->extra = std::move(extra->get_object());
    // An edit may give a message another author and time.
    if (const auto user = text_of(event->extra, "user"); !user.empty()) event->user = user;
    if (const auto at = parse_iso_time(text_of(event->extra, "timestamp"))) event->at = *at;
  }
  return event;
}

std::string iso_time(WallTime at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::microseconds>(at - day)};
  auto text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                          static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                          time.hours().count(), time.minutes().count(), time.seconds().count());
  if (const auto fraction = time.subseconds().count(); fraction != 0) text += fmt::format(".{:06}", fraction);
  return text;
}

std::optional<WallTime> parse_iso_time(std::string_view text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (!digits(text, 0, 4, year) || !digits(text, 5, 2, month) || !digits(text, 8, 2, day) || text[4] != '-' ||
      text[7] != '-')
    return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || year < 1700 || year > 2200) return std::nullopt;  // what nanoseconds can count
  if (text.size() < 16 || (text[10] != 'T' && text[10] != ' ') || text[13] != ':') return std::nullopt;
  if (!digits(text, 11, 2, hour) || !digits(text, 14, 2, minute)) return std::nullopt;
  std::size_t at = 16;
  std::int64_t nanoseconds = 0;
  if (at < text.size() && text[at] == ':') {
    if (!digits(text, at + 1, 2, second)) return std::nullopt;
    at += 3;
    if (at < text.size() && (text[at] == '.' || text[at] == ',')) {
      const auto from = ++at;
      std::int64_t unit = 100'000'000;
      for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, unit /= 10)
        nanoseconds += (text[at] - '0') * unit;
      if (at == from) return std::nullopt;
    }
  }
  const auto offset = zone(text.substr(at));
  if (!offset || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return WallTime{std::chrono::sys_days{date}} + std::chrono::hours{hour} +
         std::chrono::minutes{minute - *offset} + std::chrono::seconds{second} +
         std::chrono::nanoseconds{nanoseconds};
}

}  // namespace longwave::channelstream
