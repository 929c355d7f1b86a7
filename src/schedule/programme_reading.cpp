// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "schedule/programme_words.hpp"
#include "schedule/station_programme.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <algorithm>
#include <charconv>
#include <set>
#include <string>
#include <utility>

namespace longwave::schedule {

namespace {

namespace json = boost::json;

constexpr std::size_t most_things = 10'000;  // of one kind

/// What is wrong, from inside of the reading; never leaves this file.
struct Invalid {
  std::string text;
};

/// "HH:MM", "HH:MM:SS" or with a fraction.
std::optional<Duration> clock_time(std::string_view text) {
  const auto parts = text::split(text, ':');
  if (parts.size() < 2 || parts.size() > 3 || parts[0].size() != 2 || parts[1].size() != 2)
    return std::nullopt;
  const auto number = [](std::string_view s) {
    int value = -1;
    const auto [end, failed] = std::from_chars(s.data(), s.data() + s.size(), value);
    return failed == std::errc{} && end == s.data() + s.size() ? value : -1;
  };
  const auto hours = number(parts[0]), minutes = number(parts[1]);
  double seconds = 0;
  if (parts.size() == 3) {
    const auto s = parts[2];
    const auto [end, failed] = std::from_chars(s.data(), s.data() + s.size(), seconds);
    if (failed != std::errc{} || end != s.data() + s.size() || s.size() < 2 || s[0] == '-')
      return std::nullopt;
  }
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || !(seconds >= 0 && seconds < 60))
    return std::nullopt;
  return std::chrono::hours{hours} + std::chrono::minutes{minutes} +
         std::chrono::duration_cast<Duration>(
             std::chrono::milliseconds{static_cast<std::int64_t>(seconds * 1000 + 0.5)});
}

std::optional<std::chrono::sys_days> date_of(std::string_view text) {
  int y = 0;
  unsigned m = 0, d = 0;
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  std::from_chars(text.data(), text.data() + 4, y);
  std::from_chars(text.data() + 5, text.data() + 7, m);
  std::from_chars(text.data() + 8, text.data() + 10, d);
  const std::chrono::year_month_day date{std::chrono::year{y}, std::chrono::month{m}, std::chrono::day{d}};
  return date.ok() && y >= 1990 ? std::optional(std::chrono::sys_days{date}) : std::nullopt;
}

/// The year 2255: what nanoseconds can count.
constexpr std::int64_t latest_ms = 9'000'000'000'000;

/// One object, with its path for what is said about it.
class Reader {
 public:
  Reader(const json::object& from, std::string path) : from_(from), path_(std::move(path)) {}

  [[noreturn]] void wrong(std::string_view key, std::string_view expected) const {
    throw Invalid{fmt::format("{}{}: expected {}", path_, key, expected)};
  }
  void operator()(std::string_view key, bool& to) const {
    if (const auto* value = find(key))
      value->is_bool() ? void(to = value->get_bool()) : wrong(key, "true or false");
  }
  void operator()(std::string_view key, std::string& to, std::size_t most = 200) const {
    const auto* value = find(key);
    if (!value) return;
    if (!value->is_string() || value->get_string().size() > most || !text::valid_utf8(value->get_string()))
      wrong(key, fmt::format("a text of at most {} bytes", most));
    to = std::string(value->get_string());
  }
  template <class Number>
  requires std::is_integral_v<Number>
  void operator()(std::string_view key, Number& to, std::int64_t least = 0,
                  std::int64_t most = std::int64_t{1} << 53) const {
    const auto* value = find(key);
    if (!value) return;
    // Text that was read has int64 alone; a document that never was text may hold uint64, too.
    boost::system::error_code failed;
    const auto number = value->is_double() ? least - 1 : value->to_number<std::int64_t>(failed);
    if (failed || number < least || number > most)
      wrong(key, fmt::format("an integer from {} to {}", least, most));
    to = static_cast<Number>(number);
  }
  void seconds(std::string_view key, Duration& to, std::int64_t most = 31 * 86'400) const {
    std::int64_t number = std::chrono::duration_cast<std::chrono::seconds>(to).count();
    (*this)(key, number, 0, most);
    to = std::chrono::seconds{number};
  }
  void time(std::string_view key, Duration& to) const {
    const auto* value = find(key);
    if (!value) return;
    const auto time = value->is_string() ? clock_time(value->get_string()) : std::nullopt;
    if (!time) wrong(key, "HH:MM:SS");
    to = *time;
  }
  template <class Enum, std::size_t N>
  void choice(std::string_view key, Enum& to, const Names<N>& names) const {
    const auto* value = find(key);
    if (!value) return;
    const auto found = value->is_string()
                           ? std::find(names.begin(), names.end(), std::string_view(value->get_string()))
                           : names.end();
    if (found == names.end()) wrong(key, fmt::format("one of {}", fmt::join(names, ", ")));
    to = static_cast<Enum>(found - names.begin());
  }
  void weekly(rules::Weekly& to) const {
    time("time", to.time);
    const auto* value = find("days");
    if (!value) return;
    if (!value->is_array()) wrong("days", "a list of MON TUE WED THU FRI SAT SUN");
    to.days = 0;
    for (const auto& day : value->get_array()) {
      const auto found =
          day.is_string() ? std::find(day_names.begin(), day_names.end(), std::string_view(day.get_string()))
                          : day_names.end();
      if (found == day_names.end()) wrong("days", "a list of MON TUE WED THU FRI SAT SUN");
      to.days = static_cast<rules::Days>(to.days | 1U << (found - day_names.begin()));
    }
  }
  void date(std::optional<std::chrono::sys_days>& to) const {
    const auto* value = find("date");
    if (!value) return;
    to = value->is_string() ? date_of(value->get_string()) : std::nullopt;
    if (!to) wrong("date", "YYYY-MM-DD");
  }
  template <class Each>
  void each(std::string_view key, Each each) const {
    const auto* value = find(key);
    if (!value) return;
    if (!value->is_array() || value->get_array().size() > most_things)
      wrong(key, fmt::format("a list of at most {}", most_things));
    std::size_t number = 0;
    for (const auto& one : value->get_array()) {
      const auto path = fmt::format("{}{}[{}]", path_, key, number++);
      if (!one.is_object()) throw Invalid{path + ": expected an object"};
      each(Reader(one.get_object(), path + "."));
    }
  }
  template <class Inside>
  void inside(std::string_view key, Inside inside) const {
    const auto* value = find(key);
    if (!value) return;
    if (!value->is_object()) wrong(key, "an object");
    inside(Reader(value->get_object(), fmt::format("{}{}.", path_, key)));
  }

 private:
  const json::value* find(std::string_view key) const {
    const auto* value = from_.if_contains(key);
    return value && !value->is_null() ? value : nullptr;
  }
  const json::object& from_;
  std::string path_;
};

void read_show(const Reader& read, rules::Show& s) {
  read("id", s.id);
  read("name", s.name);
  read("playlist", s.playlist);
  read.weekly(s.at);
  read.seconds("duration_s", s.duration, 7 * 86'400);
  read("random_play", s.random_play);
  read("enabled", s.enabled);
  read.choice("start", s.start, start_names);
  read("jingles", s.jingles);
  read("requests", s.requests);
  if (s.duration.count() == 0) read.wrong("duration_s", "more than 0");
}

void read_event(const Reader& read, rules::FixedEvent& e) {
  read("id", e.id);
  read("name", e.name);
  read.weekly(e.at);
  read("hourly", e.hourly);
  read("playlist", e.playlist);
  read("song", e.song);
  read.choice("start", e.start, start_names);
  read("resume", e.resume);
  read.seconds("expires_s", e.expires, 86'400);
  read("enabled", e.enabled);
  read.date(e.date);
  if (e.hourly && e.at.time >= std::chrono::hours{1}) read.wrong("time", "less than an hour with hourly");
}

void read_lists(const Reader& read, StationProgramme& programme) {
  auto& to = programme.rules;
  read.each("playlists", [&](const Reader& one) {
    auto& p = to.playlists.emplace_back();
    bool library = false;
    one("id", p.id);
    one("name", p.name);
    one("enabled", p.enabled);
    one("ordered", p.ordered);
    one("library", library);
    if (library) programme.whole_library.push_back(p.id);
  });
  read.each("shows", [&](const Reader& one) { read_show(one, to.shows.emplace_back()); });
  read.each("clocks", [&](const Reader& one) {
    auto& clock = to.clocks.emplace_back();
    one("id", clock.id);
    one("name", clock.name);
    one.each("slots", [&](const Reader& slot) {
      auto& s = clock.slots.emplace_back();
      slot.choice("kind", s.kind, slot_names);
      slot("playlist", s.playlist);
    });
    if (clock.slots.size() > 255) one.wrong("slots", "at most 255");
  });
  read.each("dayparts", [&](const Reader& one) {
    auto& d = to.dayparts.emplace_back();
    one("id", d.id);
    one("name", d.name);
    one.weekly(d.at);
    one.time("until", d.until);
    one("clock", d.clock);
    one("playlist", d.playlist);
    one("enabled", d.enabled);
  });
  read.each("jingles", [&](const Reader& one) {
    auto& j = to.jingles.emplace_back();
    one("id", j.id);
    one("name", j.name);
    one("playlist", j.playlist);
    one("every_songs", j.every_songs, 0, 1000);
    one("on_the_hour", j.on_the_hour);
    one("resume", j.resume);
    one("enabled", j.enabled);
  });
  read.each("events", [&](const Reader& one) { read_event(one, to.events.emplace_back()); });
  read.each("limits", [&](const Reader& one) {
    auto& l = to.limits.emplace_back();
    one("id", l.id);
    one.choice("of", l.of, limit_names);
    one("key", l.key);
    one.seconds("every_s", l.every);
  });
  read.each("pending", [&](const Reader& one) {
    auto& r = to.requests.emplace_back();
    std::int64_t asked = 0;
    one("id", r.id);
    one("song", r.song);
    one("asked_ms", asked, 0, latest_ms);
    one("by", r.by);
    r.asked = from_unix_ms(asked);
  });
}

void read_settings(const Reader& read, StationProgramme& programme) {
  auto& to = programme.rules;
  read("enabled", programme.enabled);
  read("zone", programme.zone, 64);
  if (!rules::Zone::named(programme.zone)) read.wrong("zone", "a time zone, as \"Europe/Berlin\"");
  read("default_playlist", to.default_playlist);
  read("next_id", programme.next_id, 1);
  read("version", programme.version);
  read.inside("separation", [&](const Reader& one) {
    one.seconds("song_s", to.separation.song);
    one.seconds("title_s", to.separation.title);
    one.seconds("artist_s", to.separation.artist);
    one.seconds("album_s", to.separation.album);
  });
  read.inside("requests", [&](const Reader& one) {
    one("enabled", to.request_rules.enabled);
    one("every_songs", to.request_rules.every_songs, 0, 1000);
  });
}

/// What is named is there, and nothing has another's id.
void check(const StationProgramme& programme) {
  const auto& p = programme.rules;
  const auto ids = [&](const auto& things, std::string_view what) {
    std::set<std::int64_t> seen;
    for (const auto& thing : things) {
      if (thing.id <= 0 || thing.id >= programme.next_id || !seen.insert(thing.id).second)
        throw Invalid{fmt::format("{}: expected an id of its own for each, below next_id", what)};
    }
    return seen;
  };
  const auto playlists = ids(p.playlists, "playlists"), clocks = ids(p.clocks, "clocks");
  const auto named = [&](const auto& things, std::string_view what, bool may_be_none) {
    ids(things, what);
    for (const auto& thing : things) {
      if (!(may_be_none && thing.playlist == 0) && !playlists.contains(thing.playlist))
        throw Invalid{fmt::format("{}: there is no playlist {}", what, thing.playlist)};
    }
  };
  named(p.shows, "shows", false);
  named(p.dayparts, "dayparts", true);
  named(p.jingles, "jingles", false);
  named(p.events, "events", false);
  ids(p.limits, "limits");
  ids(p.requests, "pending");
  for (const auto& daypart : p.dayparts) {
    if (daypart.clock == 0 ? daypart.playlist == 0 : !clocks.contains(daypart.clock))
      throw Invalid{"dayparts: expected a clock or a playlist that is there"};
  }
  for (const auto& clock : p.clocks) {
    for (const auto& slot : clock.slots) {
      if (!playlists.contains(slot.playlist))
        throw Invalid{fmt::format("clocks: there is no playlist {}", slot.playlist)};
    }
  }
  if (p.default_playlist != 0 && !playlists.contains(p.default_playlist))
    throw Invalid{fmt::format("default_playlist: there is no playlist {}", p.default_playlist)};
}

}  // namespace

Result<StationProgramme> programme_from_json(const json::object& from) {
  try {
    StationProgramme programme;
    const Reader read(from, "");
    read_settings(read, programme);
    read_lists(read, programme);
    check(programme);
    return programme;
  } catch (const Invalid& wrong) {
    return error(Errc::invalid, wrong.text);
  }
}

}  // namespace longwave::schedule
