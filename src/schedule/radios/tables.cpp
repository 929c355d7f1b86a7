// SPDX-License-Identifier: Apache-2.0
#include "schedule/radios/tables.hpp"

#include "base/log.hpp"
#include "store/session.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <exception>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

namespace longwave::radios {

namespace {

namespace json = boost::json;

constexpr std::string_view first_tables = R"sql(
CREATE TABLE radio_states (
  radio TEXT PRIMARY KEY,
  master TEXT NOT NULL,                -- empty: nobody streams it
  prepares INTEGER NOT NULL,
  show_id BIGINT NOT NULL,             -- 0: none
  show_ns BIGINT NOT NULL,             -- when it began; UTC, since 1970
  next_item BIGINT NOT NULL,
  items TEXT NOT NULL                  -- JSON: {"before":[item …],"playing":item,"announced":[item …],"ahead":[…]}
);
)sql";

/// An item is an array: item, song, show, file, start, end, offset, duration (ns), rule, subject, playlist.
json::array to_json(const ItemView& item) {
  return {item.item,
          item.song,
          item.show,
          item.file,
          item.start.time_since_epoch().count(),
          item.end.time_since_epoch().count(),
          item.offset.count(),
          item.duration.count(),
          item.rule,
          item.subject,
          item.playlist};
}

json::array to_json(const std::vector<ItemView>& items) {
  json::array array;
  for (const auto& item : items) array.emplace_back(to_json(item));
  return array;
}

ItemView item_of(const json::value& value) {
  const auto& a = value.as_array();
  ItemView item;
  item.item = a.at(0).to_number<std::int64_t>();
  item.song = a.at(1).to_number<std::int64_t>();
  item.show = a.at(2).to_number<std::int64_t>();
  item.file = a.at(3).as_string();
  item.start = WallTime{Duration{a.at(4).to_number<std::int64_t>()}};
  item.end = WallTime{Duration{a.at(5).to_number<std::int64_t>()}};
  item.offset = Duration{a.at(6).to_number<std::int64_t>()};
  item.duration = Duration{a.at(7).to_number<std::int64_t>()};
  item.rule = a.at(8).as_string();
  item.subject = a.at(9).to_number<std::int64_t>();
  item.playlist = a.at(10).to_number<std::int64_t>();
  return item;
}

void read_items(Saved& saved, const std::string& text) {
  const auto value = json::parse(text);
  const auto& object = value.as_object();
  for (const auto& item : object.at("before").as_array()) saved.before.push_back(item_of(item));
  if (const auto* playing = object.if_contains("playing")) saved.playing = item_of(*playing);
  for (const auto& item : object.at("announced").as_array()) saved.announced.push_back(item_of(item));
  for (const auto& item : object.at("ahead").as_array()) saved.ahead.push_back(item_of(item));
}

std::string items_text(const Saved& saved) {
  json::object object;
  object["before"] = to_json(saved.before);
  if (saved.playing) object["playing"] = to_json(*saved.playing);
  object["announced"] = to_json(saved.announced);
  object["ahead"] = to_json(saved.ahead);
  return json::serialize(object);
}

}  // namespace

std::vector<store::Migration> migrations() {
  return {{1, first_tables}};
}

std::vector<Saved> load_all(store::Session& session) {
  std::vector<Saved> radios;
  session.each<std::string, std::string, bool, std::int64_t, std::int64_t, std::int64_t, std::string>(
      "SELECT radio, master, prepares, show_id, show_ns, next_item, items FROM radio_states ORDER BY radio",
      [&](std::string radio, std::string master, bool prepares, std::int64_t show, std::int64_t show_time,
          std::int64_t next_item, const std::string& items) {
        Saved saved;
        saved.radio = std::move(radio);
        saved.master = std::move(master);
        saved.master_prepares = prepares;
        saved.show = show;
        saved.show_time = WallTime{Duration{show_time}};
        saved.next_item = next_item;
        try {
          read_items(saved, items);
        } catch (const std::exception& damaged) {
          log::warn("radios: the state of {} can't be read ({}): it begins anew", saved.radio,
                    damaged.what());
          saved.before.clear();
          saved.playing.reset();
          saved.announced.clear();
          saved.ahead.clear();
        }
        radios.push_back(std::move(saved));
      });
  return radios;
}

std::optional<std::vector<ItemView>> line_of(store::Session& session, std::string_view radio) {
  std::optional<std::vector<ItemView>> line;
  session.each<std::string>(
      "SELECT items FROM radio_states WHERE radio = :radio",
      [&](const std::string& items) {
        try {
          Saved saved;
          read_items(saved, items);
          line.emplace();
          if (saved.playing) line->push_back(std::move(*saved.playing));
          std::move(saved.announced.begin(), saved.announced.end(), std::back_inserter(*line));
          std::move(saved.ahead.begin(), saved.ahead.end(), std::back_inserter(*line));
        } catch (const std::exception&) {
          line.reset();  // the scheduler says so when it starts
        }
      },
      std::string(radio));
  return line;
}

void write(store::Session& session, const Changes& changes) {
  for (const auto& radio : changes.removed)
    session.run("DELETE FROM radio_states WHERE radio = :radio", radio);
  for (const auto& saved : changes.put) {
    session.run(
        "INSERT INTO radio_states (radio, master, prepares, show_id, show_ns, next_item, items)"
        " VALUES (:radio, :master, :prepares, :show, :show_time, :next_item, :items)"
        " ON CONFLICT (radio) DO UPDATE SET master = excluded.master, prepares = excluded.prepares,"
        " show_id = excluded.show_id, show_ns = excluded.show_ns, next_item = excluded.next_item,"
        " items = excluded.items",
        saved.radio, saved.master, saved.master_prepares, saved.show,
        saved.show_time.time_since_epoch().count(), saved.next_item, items_text(saved));
  }
}

}  // namespace longwave::radios
