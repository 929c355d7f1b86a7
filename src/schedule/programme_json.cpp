// SPDX-License-Identifier: Apache-2.0
#include "schedule/programme_words.hpp"
#include "schedule/station_programme.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <string>

namespace longwave::schedule {

namespace {

namespace json = boost::json;

std::string clock_time(Duration time) {
  const auto ms = to_ms(time);
  auto text = fmt::format("{:02}:{:02}:{:02}", ms / 3'600'000, ms / 60'000 % 60, ms / 1000 % 60);
  return ms % 1000 == 0 ? text : text + fmt::format(".{:03}", ms % 1000);
}

std::string date_text(std::chrono::sys_days date) {
  const std::chrono::year_month_day day{date};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                     static_cast<unsigned>(day.day()));
}

json::array days_json(rules::Days days) {
  json::array out;
  for (std::size_t i = 0; i < day_names.size(); ++i) {
    if (days >> i & 1) out.push_back(json::string(day_names[i]));
  }
  return out;
}

std::int64_t whole_seconds(Duration d) {
  return std::chrono::duration_cast<std::chrono::seconds>(d).count();
}

template <class Enum, std::size_t N>
json::string word(Enum value, const Names<N>& names) {
  return json::string(names[static_cast<std::size_t>(value)]);
}

template <class Things, class One>
json::array listed(const Things& things, One one) {
  json::array out;
  for (const auto& thing : things) out.push_back(one(thing));
  return out;
}

json::object show_json(const rules::Show& s) {
  return {{"id", s.id},
          {"name", s.name},
          {"playlist", s.playlist},
          {"days", days_json(s.at.days)},
          {"time", clock_time(s.at.time)},
          {"duration_s", whole_seconds(s.duration)},
          {"random_play", s.random_play},
          {"enabled", s.enabled},
          {"start", word(s.start, start_names)},
          {"jingles", s.jingles},
          {"requests", s.requests}};
}

json::object event_json(const rules::FixedEvent& e) {
  json::object out{{"id", e.id},
                   {"name", e.name},
                   {"days", days_json(e.at.days)},
                   {"time", clock_time(e.at.time)},
                   {"hourly", e.hourly},
                   {"playlist", e.playlist},
                   {"song", e.song},
                   {"start", word(e.start, start_names)},
                   {"resume", e.resume},
                   {"expires_s", whole_seconds(e.expires)},
                   {"enabled", e.enabled}};
  if (e.date) out["date"] = date_text(*e.date);
  return out;
}

}  // namespace

json::object programme_json(const StationProgramme& programme) {
  const auto& p = programme.rules;
  json::object out{
      {"enabled", programme.enabled},
      {"zone", programme.zone},
      {"default_playlist", p.default_playlist},
      {"next_id", programme.next_id},
      {"version", static_cast<std::int64_t>(programme.version)},
      {"separation",
       {{"song_s", whole_seconds(p.separation.song)},
        {"title_s", whole_seconds(p.separation.title)},
        {"artist_s", whole_seconds(p.separation.artist)},
        {"album_s", whole_seconds(p.separation.album)}}},
      {"requests", {{"enabled", p.request_rules.enabled}, {"every_songs", p.request_rules.every_songs}}}};
  out["playlists"] = listed(p.playlists, [&](const rules::Playlist& one) {
    return json::object{{"id", one.id},
                        {"name", one.name},
                        {"enabled", one.enabled},
                        {"ordered", one.ordered},
                        {"library", programme.is_whole_library(one.id)}};
  });
  out["shows"] = listed(p.shows, show_json);
  out["clocks"] = listed(p.clocks, [](const rules::HourClock& one) {
    return json::object{
        {"id", one.id},
        {"name", one.name},
        {"slots", listed(one.slots, [](const rules::Slot& slot) {
           return json::object{{"kind", word(slot.kind, slot_names)}, {"playlist", slot.playlist}};
         })}};
  });
  out["dayparts"] = listed(p.dayparts, [](const rules::Daypart& one) {
    return json::object{{"id", one.id},
                        {"name", one.name},
                        {"days", days_json(one.at.days)},
                        {"time", clock_time(one.at.time)},
                        {"until", clock_time(one.until)},
                        {"clock", one.clock},
                        {"playlist", one.playlist},
                        {"enabled", one.enabled}};
  });
  out["jingles"] = listed(p.jingles, [](const rules::Jingle& one) {
    return json::object{{"id", one.id},
                        {"name", one.name},
                        {"playlist", one.playlist},
                        {"every_songs", one.every_songs},
                        {"on_the_hour", one.on_the_hour},
                        {"resume", one.resume},
                        {"enabled", one.enabled}};
  });
  out["events"] = listed(p.events, event_json);
  out["limits"] = listed(p.limits, [](const rules::Limit& one) {
    return json::object{{"id", one.id},
                        {"of", word(one.of, limit_names)},
                        {"key", one.key},
                        {"every_s", whole_seconds(one.every)}};
  });
  out["pending"] = listed(p.requests, [](const rules::Request& one) {
    return json::object{{"id", one.id}, {"song", one.song}, {"asked_ms", unix_ms(one.asked)}, {"by", one.by}};
  });
  return out;
}

}  // namespace longwave::schedule
