// SPDX-License-Identifier: Apache-2.0
#include "api/station_json.hpp"

#include "api/json.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace longwave::api {

namespace json = boost::json;

namespace {

json::value reason_json(const schedule::Reason& reason) {
  return json::parse(reason.to_json());
}

json::value ms_or_null(const std::optional<Samples>& at) {
  return at ? json::value(to_ms(*at)) : json::value(nullptr);
}

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(clean(text));
}

json::value item_json(const std::optional<schedule::Item>& item, const NowContext& context,
                      const TrackBook::Tracks& tracks) {
  if (!item) return nullptr;
  const auto& track = tracks(item->entry->track);
  const auto* art = track.at("art").if_string();
  const std::string accent =
      art && context.accent ? context.accent({art->data(), art->size()}) : std::string{};
  return json::object{{"entry", item->entry->id.value},
                      {"track", track},
                      {"starts_at_ms", to_ms(item->start_at)},
                      {"duration_ms", to_ms(item->end_at - item->start_at)},
                      {"added_by", text_or_null(item->entry->added_by)},
                      {"reason", reason_json(item->entry->reason)},
                      {"accent", text_or_null(accent)}};
}

/// Of the item on air, at the context's moment.
json::value elapsed_ms(const schedule::Programmer& programmer, const schedule::NowView& now,
                       const NowContext& context) {
  if (const auto view = programmer.view(); view.on_air)
    return to_ms(view.on_air->position(context.moment.now));
  if (!now.current) return nullptr;  // else a scheduler elsewhere plays it
  const auto& item = *now.current;
  const auto at = programmer.clock().position(context.moment.now);
  return to_ms(std::clamp(at, item.start_at, item.end_at) - item.start_at);
}

const char* state_text(schedule::OnAir state) {
  switch (state) {
    case schedule::OnAir::stopped:
      return "stopped";
    case schedule::OnAir::paused:
      return "paused";
    case schedule::OnAir::empty:
      return "empty";
    case schedule::OnAir::starting:
      return "starting";
    case schedule::OnAir::playing:
      return "playing";
  }
  return "empty";
}

json::array entries_json(const schedule::Programmer& programmer,
                         const std::vector<schedule::EntryPtr>& entries, const TrackBook::Tracks& tracks) {
  json::array out;
  for (const auto& entry : entries) {
    if (out.size() == most_told) break;
    out.push_back(entry_json(programmer, *entry, tracks));
  }
  return out;
}

/// One op of a change as JSON.
struct OpJson {
  const schedule::Programmer& programmer;
  const TrackBook::Tracks& tracks;

  json::object operator()(const schedule::InsertOp& op) const {
    return {{"op", "insert"}, {"at", op.at}, {"entry", entry_json(programmer, *op.entry, tracks)}};
  }
  json::object operator()(const schedule::RemoveOp& op) const {
    return {{"op", "remove"}, {"entry", op.entry.value}};
  }
  json::object operator()(const schedule::MoveOp& op) const {
    return {{"op", "move"}, {"entry", op.entry.value}, {"to", op.to}};
  }
  json::object operator()(const schedule::UpdateOp& op) const {
    return {{"op", "update"}, {"entry", entry_json(programmer, *op.entry, tracks)}};
  }
  json::object operator()(const schedule::ResetOp& op) const {
    return {{"op", "reset"}, {"entries", entries_json(programmer, op.entries, tracks)}};
  }
};

}  // namespace

std::vector<TrackId> tracks_of(const schedule::NowView& now) {
  std::vector<TrackId> ids;
  for (const auto* item : {&now.current, &now.next}) {
    if (*item) ids.push_back((*item)->entry->track);
  }
  return ids;
}

std::vector<TrackId> tracks_of(const std::vector<schedule::EntryPtr>& entries) {
  std::vector<TrackId> ids;
  ids.reserve(std::min(entries.size(), most_told));
  for (const auto& entry : entries) {
    if (ids.size() == most_told) break;
    ids.push_back(entry->track);
  }
  return ids;
}

std::vector<TrackId> tracks_of(const schedule::QueueChange& change) {
  std::vector<TrackId> ids;
  for (const auto& op : change.ops) {
    if (const auto* insert = std::get_if<schedule::InsertOp>(&op)) ids.push_back(insert->entry->track);
    if (const auto* update = std::get_if<schedule::UpdateOp>(&op)) ids.push_back(update->entry->track);
    if (const auto* reset = std::get_if<schedule::ResetOp>(&op)) {
      const auto more = tracks_of(reset->entries);
      ids.insert(ids.end(), more.begin(), more.end());
    }
  }
  return ids;
}

json::object now_json(const schedule::Programmer& programmer, const schedule::NowView& now,
                      const NowContext& context, const TrackBook::Tracks& tracks) {
  return {{"station", programmer.station().slug},
          {"name", clean(context.name)},
          {"state", state_text(now.state)},
          {"time_ms", unix_ms(context.moment.wall)},
          {"position_ms", to_ms(programmer.clock().position(context.moment.now))},
          {"elapsed_ms", elapsed_ms(programmer, now, context)},
          {"current", item_json(now.current, context, tracks)},
          {"next", item_json(now.next, context, tracks)},
          {"listeners", context.listeners}};
}

json::object entry_json(const schedule::Programmer& programmer, const schedule::Entry& entry,
                        const TrackBook::Tracks& tracks) {
  const auto& track = tracks(entry.track);
  return {{"id", entry.id.value},
          {"track", track},
          {"starts_at_ms", ms_or_null(programmer.starts_at(entry.id))},
          {"duration_ms",
           entry.duration.count() > 0 ? json::value(to_ms(entry.duration)) : track.at("duration_ms")},
          {"added_by", text_or_null(entry.added_by)},
          {"reason", reason_json(entry.reason)}};
}

json::object change_json(const schedule::Programmer& programmer, const schedule::QueueChange& change,
                         const TrackBook::Tracks& tracks) {
  json::array ops;
  for (const auto& op : change.ops) ops.push_back(std::visit(OpJson{programmer, tracks}, op));
  return {{"version", change.version},
          {"cursor", change.cursor},
          {"total", change.total},
          {"ops", std::move(ops)}};
}

json::object reset_json(const schedule::Programmer& programmer, const TrackBook::Tracks& tracks) {
  const auto& queue = programmer.queue();
  return {{"version", queue.version()},
          {"cursor", queue.cursor()},
          {"total", queue.size()},
          {"ops", json::array{json::object{{"op", "reset"},
                                           {"entries", entries_json(programmer, queue.entries(), tracks)}}}}};
}

json::object history_json(const schedule::HistoryRow& row, const TrackBook::Tracks& tracks) {
  return {{"id", row.id},
          {"track", tracks(row.track)},
          {"started_ms", unix_ms(row.started)},
          {"ended_ms", unix_ms(row.ended)},
          {"starts_at_ms", to_ms(row.start_at)},
          {"ends_at_ms", to_ms(row.end_at)},
          {"added_by", text_or_null(row.added_by)},
          {"reason", reason_json(row.reason)},
          {"listeners", row.heard_by},
          {"problem", text_or_null(row.problem)}};
}

void add_station_shapes(rpc::Table& table) {
  using namespace rpc;
  table.shape(
      {"Reason", "why an item is in the queue or was played",
       object(
           {string("rule"), string("text").about("a sentence for people"),
            integer("candidates").optional().about("how many tracks it was drawn from"),
            map("excluded", integer()).optional().about("how many tracks each rule kept out"),
            object("programmed", {integer("subject").optional(), integer("playlist").optional(),
                                  integer("show").optional(), integer("slot").optional(),
                                  integer("offset").in("samples").optional(), boolean("relaxed").optional()})
                .optional()
                .about("what the programme chose it for: the show, clock, jingle … and its playlist")})});
  table.shape(
      {"Entry", "an entry of a queue",
       object({integer("id"), ref("track", "Track"),
               integer("starts_at_ms").in("ms").or_null().about("stream time, when it is certain"),
               integer("duration_ms").in("ms"), string("added_by").or_null(), ref("reason", "Reason")})});
  table.shape(
      {"OnAir", "an item of the programme",
       object({integer("entry"), ref("track", "Track"), integer("starts_at_ms").in("ms").about("stream time"),
               integer("duration_ms").in("ms"), string("added_by").or_null(), ref("reason", "Reason"),
               string("accent").or_null().about("colour of its artwork, #rrggbb")})});
  auto item = [](const char* name) { return ref(name, "OnAir").or_null(); };
  table.shape({"Now", "what a station plays",
               object({string("station"), string("name"),
                       string("state").one_of({"empty", "starting", "playing", "paused", "stopped"}),
                       integer("time_ms").in("ms").about("wall clock of the server"),
                       integer("position_ms").in("ms").about("stream time at that moment"),
                       integer("elapsed_ms")
                           .in("ms")
                           .or_null()
                           .about("position of `current` at that moment; stands while paused"),
                       item("current"), item("next"), integer("listeners")})});
  table.shape({"HistoryItem", "an item that was played",
               object({integer("id"), ref("track", "Track"), integer("started_ms").in("ms"),
                       integer("ended_ms").in("ms"), integer("starts_at_ms").in("ms").about("stream time"),
                       integer("ends_at_ms").in("ms").about("stream time"), string("added_by").or_null(),
                       ref("reason", "Reason"), integer("listeners").about("most at a time"),
                       string("problem").or_null()})});
}

}  // namespace longwave::api
