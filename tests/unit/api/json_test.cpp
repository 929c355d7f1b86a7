// SPDX-License-Identifier: Apache-2.0
#include "api/json.hpp"

#include "api/context.hpp"
#include "api/metrics.hpp"
#include "api/server.hpp"
#include "api/station_json.hpp"

#include <gtest/gtest.h>
#include <boost/json.hpp>

namespace longwave::api {
namespace {

namespace json = boost::json;

TEST(ApiJson, ATrackHasTheSameKeysWhateverIsKnownOfIt) {
  library::Track known;
  known.id = TrackId{3};
  known.title = "So What";
  known.artist = "Miles Davis";
  known.album_id = 2;
  known.year = 1959;
  known.duration_ms = 562'000;
  known.art = "ab";
  EXPECT_EQ(
      json::serialize(to_json(known)),
      R"({"id":3,"title":"So What","artist":"Miles Davis","album_artist":"","album":"","album_id":2,)"
      R"("track":null,"disc":null,"year":1959,"genre":"","duration_ms":562000,"format":"","art":"ab","state":"ok"})");
  library::Track broken;
  broken.title = "caf\xE9";  // Latin-1 from an old tag
  broken.state = library::TrackState::broken;
  const auto shown = to_json(broken);
  EXPECT_EQ(shown.size(), to_json(known).size());
  EXPECT_EQ(shown.at("title").as_string(), "caf\xEF\xBF\xBD");
  EXPECT_TRUE(shown.at("art").is_null());
}

TEST(ApiJson, HistoryTellsWhyAndWhatWentWrong) {
  schedule::HistoryRow row;
  row.id = 9;
  row.track = TrackId{3};
  row.started = from_unix_ms(1'000);
  row.ended = from_unix_ms(61'000);
  row.start_at = Samples{441};
  row.end_at = Samples{44100};
  row.reason = {.rule = "autodj", .text = "drawn", .candidates = 5, .excluded = {{"artist", 2}}};
  row.problem = "cut by the watchdog";
  const json::object track{{"id", 3}};
  EXPECT_EQ(
      json::serialize(history_json(row, [&](TrackId) -> const json::object& { return track; })),
      R"({"id":9,"track":{"id":3},"started_ms":1000,"ended_ms":61000,"starts_at_ms":10,"ends_at_ms":1000,)"
      R"("added_by":null,"reason":{"rule":"autodj","text":"drawn","candidates":5,"excluded":{"artist":2}},)"
      R"("listeners":0,"problem":"cut by the watchdog"})");
}

TEST(ApiTable, IsCompleteAndEveryRefIsKnown) {
  rpc::Table table;
  Context context;
  add_all_methods(table, context);
  for (const char* name :
       {"auth.login",         "auth.logout",     "server.info",     "rpc.discover",  "library.scan",
        "library.search",     "library.artists", "library.albums",  "library.album", "library.track",
        "station.list",       "station.now",     "station.history", "queue.list",    "queue.add",
        "queue.remove",       "queue.move",      "queue.clear",     "playback.skip", "channel.subscribe",
        "channel.unsubscribe"}) {
    EXPECT_NE(table.find(name), nullptr) << name;
  }
  for (const auto& [name, method] : table.methods()) {
    EXPECT_FALSE(method.summary.empty()) << name;
    EXPECT_TRUE(method.handler) << name;
  }
  const auto document = json::parse(rpc::to_openrpc(table));
  EXPECT_EQ(document.at("methods").as_array().size(), table.methods().size());
}

TEST(ApiTable, WhatChangesSomethingNeedsARole) {
  rpc::Table table;
  Context context;
  add_all_methods(table, context);
  for (const auto& [name, method] : table.methods()) {
    const auto verb = name.substr(name.find('.') + 1);
    if (verb == "add" || verb == "remove" || verb == "move" || verb == "clear" || verb == "skip" ||
        verb == "scan") {
      // Methods of a station judge by the role there, and say which (rights.hpp).
      EXPECT_TRUE(method.role != Role::anyone || method.summary.ends_with("` of the station.")) << name;
    }
  }
}

TEST(ApiMetrics, AreInThePrometheusTextFormat) {
  Metrics metrics;
  metrics.gauge("a", "A thing.", [] { return 1.5; });
  metrics.counter("b_total", "Things.", [] { return 2.0; });
  EXPECT_EQ(metrics.text(),
            "# HELP a A thing.\n# TYPE a gauge\na 1.5\n# HELP b_total Things.\n# TYPE b_total "
            "counter\nb_total 2\n");
}

}  // namespace
}  // namespace longwave::api
