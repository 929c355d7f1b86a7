// SPDX-License-Identifier: Apache-2.0
#include "api/context.hpp"
#include "api/programme.hpp"
#include "api/rights.hpp"
#include "api/station.hpp"
#include "api/station_feed.hpp"
#include "schedule/keeper.hpp"
#include "schedule/rules/preview.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace longwave::api {

namespace json = boost::json;
using namespace rpc;

namespace {

constexpr std::int64_t longest_ms = std::int64_t{8} * 86'400'000;

void explained(Context& context, const schedule::Reason& reason, TrackId track, const Responder& answer) {
  context.feed->feed().add({track}, [reason, track, answer](const TrackBook::Tracks& tracks) {
    answer.finish(json::object{{"reason", json::parse(reason.to_json())}, {"track", tracks(track)}});
  });
}

void explain(Context& context, const Call& call, const Responder& answer) {
  const auto station = station_of(context, call, answer);
  if (!station) return;
  const auto unknown = error(Errc::not_found, "there is no such item");
  if (call.has("entry")) {
    const EntryId id{call.integer("entry")};
    const auto view = context.keeper->view(*station);
    if (view->on_air && view->on_air->entry->id == id)
      return explained(context, view->on_air->entry->reason, view->on_air->entry->track, answer);
    const auto index = view->index_of(id);
    if (!index) return answer.fail(unknown);
    const auto& entry = *view->entries[*index];
    return explained(context, entry.reason, entry.track, answer);
  }
  if (!call.has("item")) return answer.fail(error(Errc::invalid, "expected `item` or `entry`"));
  const auto item = call.integer("item");
  context.keeper->history(*station, 1, item + 1,
                          [&context, item, unknown, answer](Result<std::vector<schedule::HistoryRow>> rows) {
                            if (!rows) return answer.fail(rows.error());
                            if (rows->empty() || rows->front().id != item) return answer.fail(unknown);
                            explained(context, rows->front().reason, rows->front().track, answer);
                          });
}

json::object item_json(const rules::Chosen& item, const rules::Programme& programme) {
  return {{"at_ms", unix_ms(item.play.start)},  {"until_ms", unix_ms(item.until)},
          {"offset_ms", to_ms(item.offset)},    {"track", item.song.id},
          {"playlist", item.why.playlist},      {"show", item.show},
          {"rule", rules::name(item.why.rule)}, {"text", item.why.text(programme)},
          {"relaxed", item.why.relaxed()}};
}

struct Asked {
  WallTime from, to;
  std::uint64_t seed = 1;
  std::size_t offset = 0, limit = 0;
};

json::object preview_json(const rules::Programme& programme, const std::vector<rules::Play>& heard,
                          const Asked& asked) {
  const auto preview = rules::preview(programme, heard, asked.from, asked.to, asked.seed);
  const auto begin = std::min(asked.offset, preview.items.size());
  const auto end = std::min(begin + asked.limit, preview.items.size());
  json::array items, violations;
  for (auto i = begin; i < end; ++i) items.push_back(item_json(preview.items[i], programme));
  for (const auto& one : preview.violations) {
    violations.push_back(json::object{{"at_ms", unix_ms(one.at)},
                                      {"kind", rules::name(one.kind)},
                                      {"subject", one.subject},
                                      {"text", one.text}});
  }
  return {
      {"total", preview.items.size()}, {"items", std::move(items)}, {"violations", std::move(violations)}};
}

void preview(Context& context, const Call& call, const Responder& answer) {
  const auto station = station_of(context, call, answer);
  if (!station) return;
  const auto from = call.integer("from_ms"), to = call.integer("to_ms");
  if (to <= from || to - from > longest_ms)
    return answer.fail(error(Errc::invalid, "expected `to_ms` behind `from_ms`, by eight days at most"));
  const auto& by = context.keeper->programmer(*station)->programme();
  if (by.rules().playlists.empty())
    return answer.fail(error(Errc::conflict, "the station has no programme yet: it needs a playlist"));
  const Asked asked{from_unix_ms(from), from_unix_ms(to), static_cast<std::uint64_t>(call.integer("seed")),
                    static_cast<std::size_t>(call.integer("offset")),
                    static_cast<std::size_t>(call.integer("limit"))};
  // Values go to another thread: a hundred milliseconds are too long for this one.
  context.blocking([programme = by.rules(), heard = by.heard(), asked, answer] {
    answer.finish(preview_json(programme, heard, asked));
  });
}

}  // namespace

void add_schedule_methods(Table& table, Context& context) {
  const ForRole views(table, context, access::StationRole::viewer);
  table.add({.name = "schedule.explain",
             .summary = "Why an item of the history was played, or why an entry of the queue stands there.",
             .params = {station_param(), integer("item").optional().about("id of an item of the history"),
                        integer("entry").optional().about("id of an entry of the queue")},
             .result = object({ref("reason", "Reason"), ref("track", "Track")}),
             .errors = {not_found, unavailable},
             .run = Run::store,
             .handler = on_station_loop(context, [&context](const Call& call, const Responder& answer) {
               explain(context, call, answer);
             })});
  views.add(
      {.name = "schedule.preview",
       .summary =
           "Plays the programme in advance, and lists what would go on air otherwise than it says. The same "
           "seed gives the same; the station itself will choose by another chance.",
       .params = {station_param(), integer("from_ms").range(0, latest_ms).in("ms").about("wall clock"),
                  integer("to_ms").range(0, latest_ms).in("ms").about("eight days later at most"),
                  integer("seed").min(0).otherwise("1"), integer("offset").min(0).otherwise("0"),
                  integer("limit").range(0, 2000).otherwise("500").about(
                      "of the items; the violations are all there are")},
       .result = object(
           {integer("total"),
            array("items", object({integer("at_ms").in("ms"), integer("until_ms").in("ms"),
                                   integer("offset_ms").in("ms"), integer("track"), integer("playlist"),
                                   integer("show"), string("rule"), string("text"), boolean("relaxed")})),
            array("violations", object({integer("at_ms").in("ms"),
                                        string("kind").one_of({"silence", "separation", "limit", "late",
                                                               "missed", "cut", "empty"}),
                                        integer("subject"), string("text")}))}),
       .errors = {not_found, conflict},
       .run = Run::pool,
       .handler = on_station_loop(context, [&context](const Call& call, const Responder& answer) {
         preview(context, call, answer);
       })});
}

}  // namespace longwave::api
